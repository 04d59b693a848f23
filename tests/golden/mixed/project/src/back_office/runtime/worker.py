# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The worker process: `python -m back_office.runtime.worker` serves the workload that WORKLOAD names."""

from __future__ import annotations

import socket
import sys
import time
from typing import Any

from celery import bootsteps, signals
from celery.worker import state as worker_state

from . import connection, metrics
from .celery_app import celery_app
from .config import RuntimeSettings
from .health import Heartbeat
from .process import prepare
from .workloads import Workload, workload

TICK_S = 5
STUCK_AFTER_S = 120
"""Without a turn of the main loop while the broker is connected. A broker that freezes without closing its connections
holds the loop up for as long as the socket timeouts let it; measured: a minute."""


class Pulse(bootsteps.StartStopStep):  # type: ignore[misc]
    """Knows whether the main loop turns. While the broker is away it does not have to."""

    requires = ("celery.worker.consumer.tasks:Tasks",)
    last: float | None = None

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        self._timer: Any = None
        super().__init__(parent, **kwargs)

    def start(self, parent: Any) -> None:
        connection.declare(parent.connection)
        Pulse._tick()
        self._timer = parent.timer.call_repeatedly(TICK_S, Pulse._tick)

    def stop(self, parent: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()
        Pulse.last = None

    @staticmethod
    def _tick() -> None:
        Pulse.last = time.monotonic()


def is_alive(work: Workload) -> bool:
    """The main loop turns or waits for the broker, and no task has outlived its hard limit."""
    if Pulse.last is not None and time.monotonic() - Pulse.last > STUCK_AFTER_S:
        return False
    oldest = min(
        (request.time_start or time.time() for request in tuple(worker_state.active_requests)), default=None
    )
    return oldest is None or time.time() - oldest < work.hard_limit_s + 60


def main() -> int:
    settings = RuntimeSettings.load()
    work = workload(settings.workload)
    metrics.clear()
    prepare()
    app = celery_app()
    app.steps["consumer"].add(Pulse)
    heartbeat = Heartbeat(lambda: is_alive(work))
    signals.worker_ready.connect(lambda **_: heartbeat.start(), weak=False)
    metrics.serve(work.name, work.slots)
    worker = app.Worker(
        hostname=f"{work.name}@{socket.gethostname()}",
        pool_cls="prefork",
        concurrency=work.slots,
        queues=[work.queue],
        loglevel=settings.log_level,
        # workers need not know one another: each message about that goes to every worker
        without_gossip=True,
        without_mingle=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
