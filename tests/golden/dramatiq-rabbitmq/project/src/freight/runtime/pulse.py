# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What each process of a worker tells its main process: until when it may be silent, and what it works on.

`python -m freight.runtime.pulse` shows it, one process a line.
"""

from __future__ import annotations

import faulthandler
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import logs
from .task import find
from .workloads import Workload

FOLDER = Path("/tmp/worker-pulse")  # noqa: S108 (a folder in memory, of this container alone)
IDLE_S = 60
"""So long a process may be silent that has no task: its consumers turn at least every few seconds, broker or not."""
BEAT_S = 5
GRACE_S = 30
_STDERR = 2
"""Dramatiq has put a pipe in the place of sys.stderr, whose other end expects no plain text."""
_log = logs.get("pulse")


@dataclass(frozen=True, slots=True)
class Pulse:
    slot: int
    pid: int
    consumer: str
    """By which name the broker knows the process."""
    until: float
    """Unix time: a process that is silent for longer is stuck."""
    task: str = ""
    task_id: str = ""
    since: float = 0.0
    """Unix time at which the task was started; 0: there is none."""

    @property
    def alive(self) -> bool:
        return time.time() < self.until


class _Own:
    """This process's. Its consumers and its worker thread write it, in turn."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.slot: int | None = None
        self.consumer = ""
        self.working = False
        self.written = 0.0
        self.threads: list[threading.Thread] = []


_own = _Own()


def begin(slot: int, consumer: str) -> None:
    """For a process that is ready to work."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    _own.slot, _own.consumer = slot, consumer
    beat()


def watch(thread: threading.Thread) -> None:
    """Without this thread the process is of no use."""
    _own.threads.append(thread)


def beat() -> None:
    """For every turn of a consumer; does nothing in a process that only sends, or while a task runs."""
    with _own.lock:
        if _own.slot is None or _own.working or time.time() - _own.written < BEAT_S:
            return
        if all(thread.is_alive() for thread in _own.threads):
            _write(Pulse(_own.slot, os.getpid(), _own.consumer, time.time() + IDLE_S))


@contextmanager
def busy(message: Mapping[str, Any], work: Workload) -> Iterator[None]:
    """Around a task: while it runs the process may be silent for as long as the task may take, and no longer."""
    now = time.time()
    with _own.lock:
        _own.working = True
        if _own.slot is not None:
            until = now + work.hard_limit_s + GRACE_S
            name, task_id = str(message.get("task", "")), str(message.get("id", ""))
            # it becomes a label: not just any name from a message
            task = name if find(name) else "unknown"
            _write(Pulse(_own.slot, os.getpid(), _own.consumer, until, task, task_id, now))
    # The time limit cannot stop code in C that does not return to Python; this thread of faulthandler can, and it
    # says where the task was stuck.
    faulthandler.dump_traceback_later(work.hard_limit_s, exit=True, file=_STDERR)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        with _own.lock:
            _own.working = False
            if _own.slot is not None:
                _write(Pulse(_own.slot, os.getpid(), _own.consumer, time.time() + IDLE_S))


def clear() -> list[Pulse]:
    """For the main process, before it starts the others. Gives what a run before it left behind."""
    former = read()
    for path in FOLDER.glob("*"):
        path.unlink()
    return former


def read() -> list[Pulse]:
    return [Pulse(**json.loads(path.read_text())) for path in sorted(FOLDER.glob("*.json"))]


def _write(pulse: Pulse) -> None:
    """At once or not at all: the main process reads at any time."""
    path = FOLDER / f"{pulse.slot}.json"
    temporary = path.with_suffix(".new")
    try:
        temporary.write_text(json.dumps(asdict(pulse)))
        temporary.replace(path)
        _own.written = time.time()
    except OSError as error:
        _log.warning("pulse_not_written", error=str(error))


if __name__ == "__main__":
    for each in read():
        print(json.dumps(asdict(each)))
