# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""A heartbeat file that a probe can look at without starting Python or calling the broker.

A broker that is away must not restart the workers; a worker that is stuck must be restarted. So the file is touched as
long as `alive` says so, from a thread of the main process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from . import logs
from .config import RuntimeSettings

PERIOD_S = 10
_log = logs.get("health")


class Heartbeat:
    """`alive` is asked every ten seconds; it must be quick and must not block."""

    def __init__(self, alive: Callable[[], bool], file: Path | None = None) -> None:
        self._alive = alive
        self._file = file or RuntimeSettings.load().heartbeat_file
        self._stopped = threading.Event()

    def start(self) -> None:
        """Touches the file at once, then from a thread."""
        beat(self._file)
        threading.Thread(target=self._run, name="heartbeat", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        was_alive = True
        while not self._stopped.wait(PERIOD_S):
            alive = self._alive()
            if alive:
                beat(self._file)
            elif was_alive:
                _log.error("worker_stuck", heartbeat_file=str(self._file))
            was_alive = alive


def beat(file: Path) -> None:
    try:
        file.touch()
    except OSError as error:
        _log.warning("heartbeat_not_written", error=str(error))
