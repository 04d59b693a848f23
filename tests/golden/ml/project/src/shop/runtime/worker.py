# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Starts the worker: `python -m shop.runtime.worker`."""

from __future__ import annotations

import signal
import socket
import sys
import uuid
from types import FrameType
from typing import NoReturn

from . import logs, metrics, stacks
from .broker import WORKER_RETRIES, connect, wait_until_there
from .config import RuntimeSettings
from .delayed import DelayedJobs
from .health import Heartbeat
from .horse import Horse
from .job import on_failed
from .queues import queues_of
from .rqlib import JSONSerializer
from .supervisor import HEARTBEAT_S, MAINTENANCE_S, WORKER_TTL_S, KeepingWorker
from .workloads import workload


def main() -> int:
    """Exit code 0: asked to stop; 1: the restart policy should start it again."""
    settings = RuntimeSettings.load()
    work = workload(settings.workload)
    logs.configure(settings.log_level)
    # process 1 of a container ignores signals that it has no handler for
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    stacks.listen()
    metrics.clear()
    metrics.name_slots(lambda: metrics.MAIN_SLOT)
    horse = Horse(work.name)
    connection = connect(retries=WORKER_RETRIES)
    try:
        wait_until_there(connection)
        queues = queues_of(work, connection)
        delayed = DelayedJobs(queues, connection)
        worker = KeepingWorker(
            queues,
            workload=work,
            horse=horse,
            # a name of its own for each start: RQ refuses one that it still knows
            name=f"{work.name}-{socket.gethostname()}-{uuid.uuid4().hex[:8]}",
            connection=connection,
            serializer=JSONSerializer,
            exception_handlers=[on_failed],
            # With RQ's defaults an idle worker looks for the jobs of dead ones every seven to ten
            # minutes.
            worker_ttl=WORKER_TTL_S,
            maintenance_interval=MAINTENANCE_S,
            job_monitoring_interval=HEARTBEAT_S,
            log_job_description=False,
        )
        worker.ready_horse()
        metrics.serve(work.name, slots=1)
        Heartbeat(worker.alive).start()
        delayed.start()
        worker.work(logging_level="WARNING")
        delayed.stop()
        return 0 if worker.asked_to_stop else 1
    finally:
        horse.kill()


def _leave(signum: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
