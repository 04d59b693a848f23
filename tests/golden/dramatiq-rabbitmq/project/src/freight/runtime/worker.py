# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The worker process: `python -m freight.runtime.worker` serves the workload that WORKLOAD names.

It runs the `dramatiq` command in this process, with a process for each task that it works on at once, and watches them.
"""

from __future__ import annotations

import logging
import os
import runpy
import signal
import sys

from . import connection, logs, metrics, pulse, stacks
from .config import RuntimeSettings
from .keeper import Keeper
from .workloads import workload

_STOP = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def main() -> None:
    """Exit code 0: asked to stop; another: the restart policy should start it again."""
    settings = RuntimeSettings.load()
    work = workload(settings.workload)
    logs.configure(settings.log_level)
    logging.getLogger("dramatiq").setLevel(logging.WARNING)
    # for the threads below; Dramatiq lets them through again, once there is something to stop
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP)
    stacks.listen()
    former = pulse.clear()
    metrics.clear()
    metrics.name_slots(lambda: metrics.MAIN_SLOT)
    metrics.serve(work.name, work.slots)
    Keeper(work, former).start()
    # A process hoards two messages for each of its threads by default.
    os.environ.update(dramatiq_queue_prefetch="1")
    sys.argv = [
        "dramatiq",
        f"{__package__}.process:start",
        # The main process exits when one of its children dies, so the container must be started again.
        f"--processes={work.slots}",
        "--threads=1",
        # A fork takes the parent's locks along, and CUDA does not survive one: each process is a fresh interpreter.
        "--use-spawn",
        # A running task may finish: longer than its hard limit it cannot take, and the grace period is longer still.
        f"--worker-shutdown-timeout={(work.hard_limit_s + 2) * 1000}",
        "--skip-logging",
        # tasks of other workloads are sent from here, never worked
        "--queues",
        *connection.queues(work),
    ]
    runpy.run_module("dramatiq", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
