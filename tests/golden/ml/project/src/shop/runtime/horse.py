# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The worker's handle on its work horse: the process that holds the model and runs the tasks.

RQ calls a work horse what runs a job. RQ's own is forked for each job; this one stays. It is a fresh interpreter, not a fork.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any

STOP_S = 5.0


class HorseGone(Exception):
    """The work horse ended: killed by the time limit, by the kernel for memory, or by a crash."""


class Horse:
    def __init__(self, workload: str) -> None:
        self._workload = workload
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Connection[Any, Any] | None = None
        self.ready = False
        self.worked = 0
        """Jobs since its start."""

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def start(self, worker_name: str) -> None:
        """Does not wait until it is ready."""
        self.kill()
        if self._pipe is not None:
            self._pipe.close()
        ours, theirs = socket.socketpair()
        number = str(theirs.fileno())
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
            [sys.executable, "-m", f"{__package__}.workhorse", self._workload, worker_name, number],
            pass_fds=(theirs.fileno(),),
            # a group of its own: a signal from the terminal is for the worker, and a kill takes its children along
            process_group=0,
        )
        theirs.close()
        self._pipe = Connection(ours.detach())
        self.worked = 0

    def send(self, message: dict[str, Any]) -> None:
        if self._pipe is None:
            raise HorseGone("not started")
        try:
            self._pipe.send_bytes(json.dumps(message).encode())
        except OSError as error:
            raise HorseGone(self._ending()) from error

    def receive(self, timeout_s: float) -> dict[str, Any] | None:
        """The next message; None where there was none in time. Raises HorseGone."""
        if self._pipe is None:
            raise HorseGone("not started")
        try:
            if self._pipe.poll(timeout_s):
                message: dict[str, Any] = json.loads(self._pipe.recv_bytes())
                return message
        except (EOFError, OSError) as error:
            raise HorseGone(self._ending()) from error
        if self._process is not None and self._process.poll() is not None:
            raise HorseGone(self._ending())
        return None

    def stop(self) -> None:
        """Lets it end by itself; kills it where it does not."""
        try:
            self.send({"stop": True})
            if self._process is not None:
                self._process.wait(STOP_S)
        except (HorseGone, subprocess.TimeoutExpired):
            pass
        self.kill()

    def kill(self) -> None:
        """At once, with all that it started."""
        self.ready = False
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _ending(self) -> str:
        self.ready = False
        if self._process is None:
            return "not started"
        try:
            code = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return "closed its pipe"
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
