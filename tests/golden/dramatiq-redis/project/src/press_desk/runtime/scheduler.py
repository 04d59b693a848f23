# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The scheduler process enqueues periodic tasks: `python -m press_desk.runtime.scheduler`. One runs, never two.

Each turn of an entry has an id of its own (the idempotency key is its name and the time it was due), so that a second
scheduler, by mistake or for a moment while a new one starts, does no work twice.
"""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType
from typing import NoReturn

from croniter import croniter  # type: ignore[import-untyped]

from . import logs
from .config import RuntimeSettings
from .health import beat
from .modules import load_tasks
from .producer import EnqueueError
from .schedule import Periodic, periodic_tasks

LOOK_BACK_S = 300
"""What was due so long before the start is enqueued; if it was before, its key makes it the same task."""
_log = logs.get("scheduler")


def next_turn(periodic: Periodic, after: float) -> int:
    """Unix time of the first turn after `after`, the same in every scheduler."""
    if periodic.every_s:
        return int(after // periodic.every_s + 1) * periodic.every_s
    return int(croniter(periodic.cron, after).get_next(float))


def enqueue_due(turns: dict[str, int], now: float) -> None:
    """Enqueues what is due, and moves those entries on. What the broker does not take stays due."""
    for name, periodic in periodic_tasks().items():
        while turns[name] <= now:
            try:
                task_id = periodic.task.enqueue(periodic.payload, key=f"{name}@{turns[name]}")
            except EnqueueError as error:
                _log.error("periodic_not_enqueued", name=name, due=turns[name], error=str(error))
                break
            _log.info("periodic_enqueued", name=name, due=turns[name], task_id=task_id)
            turns[name] = next_turn(periodic, turns[name])


def main() -> NoReturn:
    settings = RuntimeSettings.load()
    logs.configure(settings.log_level)
    signal.signal(signal.SIGTERM, _leave)
    load_tasks()
    turns = {name: next_turn(each, time.time() - LOOK_BACK_S) for name, each in periodic_tasks().items()}
    while True:
        beat(settings.heartbeat_file)
        enqueue_due(turns, time.time())
        time.sleep(1)


def _leave(signum: int, frame: FrameType | None) -> NoReturn:
    sys.exit(0)


if __name__ == "__main__":
    main()
