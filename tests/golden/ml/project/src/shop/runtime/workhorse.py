# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The work horse: loads the model once, then runs job after job that the worker hands to it.

RQ's own worker forks for each job: the model would be loaded each time, and CUDA does not survive a fork.
"""

from __future__ import annotations

import ctypes
import faulthandler
import json
import logging
import signal
import sys
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any

from . import batches, hooks, logs, metrics
from .broker import WORKER_RETRIES, connect
from .config import RuntimeSettings
from .job import on_failed
from .ledger import Ledger
from .modules import load_tasks
from .queues import LeasedQueue, open_queue, queues_of
from .rqlib import Execution, Job, JSONSerializer, Queue, Retry, SimpleWorker
from .task import tasks_of
from .workloads import Workload, workload

SLOT = 1
"""Of its metrics; the worker itself has the slot 0."""
_PR_SET_PDEATHSIG = 1


class JobRunner(SimpleWorker):
    """Runs jobs in this process, on behalf of the worker whose name it bears."""

    queue_class = LeasedQueue
    log_result_lifespan = False

    def handle_job_retry(
        self, job: Job, queue: Queue, retry: Retry, started_job_registry: Any, execution: Execution
    ) -> None:
        # RQ marks the job as scheduled before it schedules it: a worker killed in between loses the
        # job. This is one transaction.
        job.number_of_retries = (job.number_of_retries or 0) + 1
        due = datetime.now(UTC) + timedelta(seconds=retry.intervals[0])
        with self.connection.pipeline() as pipe:
            queue.schedule_job(job, due, pipeline=pipe)
            self.cleanup_execution(job, pipeline=pipe, execution=execution)
            self.increment_failed_job_count(pipe)
            pipe.execute()


class WorkHorse:
    def __init__(self, work: Workload, worker_name: str, pipe: Connection[Any, Any]) -> None:
        self._workload = work
        self._pipe = pipe
        self._connection = connect(retries=WORKER_RETRIES)
        self._runner = JobRunner(
            list(queues_of(work, self._connection)),
            name=worker_name,
            connection=self._connection,
            serializer=JSONSerializer,
            exception_handlers=[on_failed],
            log_job_description=False,
            prepare_for_work=False,
        )

    def run(self) -> None:
        """Until the worker says stop or is gone."""
        rules = {
            each.name: [each.batch.max_size, each.batch.max_wait_s]
            for each in tasks_of(self._workload.name)
            if each.batch
        }
        self._tell({"ready": True, "batches": rules})
        while True:
            try:
                message = json.loads(self._pipe.recv_bytes())
            except EOFError:
                return
            if message.get("stop"):
                return
            self._work(message["jobs"])

    def _work(self, items: list[list[str]]) -> None:
        # SIGALRM cannot stop code in C that does not return to Python; this thread of faulthandler
        # can, and it says where the task was stuck.
        faulthandler.dump_traceback_later(self._workload.hard_limit_s, exit=True)
        loaded = [self._load(*item) for item in items]
        jobs = [job for job, _, _ in loaded]
        failure = batches.work(jobs, self._workload, Ledger()) if len(jobs) > 1 else None
        for job, queue, execution in loaded:
            if failure:
                self._runner.handle_job_failure(job, queue, exc_string=failure, execution=execution)
            else:
                self._runner.perform_job(job, queue, execution)
            self._tell({"done": execution.id})
        faulthandler.cancel_dump_traceback_later()

    def _load(self, job_id: str, execution_id: str, queue_name: str) -> tuple[Job, Queue, Execution]:
        job = Job.fetch(job_id, connection=self._connection, serializer=JSONSerializer)
        # what holds is the limit of now, not that of the day it was sent
        job.timeout = self._workload.soft_limit_s
        execution = Execution.fetch(execution_id, job_id, connection=self._connection)
        return job, open_queue(queue_name, self._connection), execution

    def _tell(self, message: dict[str, Any]) -> None:
        self._pipe.send_bytes(json.dumps(message).encode())


def main(argv: list[str]) -> None:
    name, worker_name, pipe_number = argv
    _die_with_the_worker()
    # the worker decides when to stop; a signal to the container is meant for it
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    logs.configure(RuntimeSettings.load().log_level)
    # RQ tells each job three times; what became of it is in our own line
    logging.getLogger("rq.worker").setLevel(logging.WARNING)
    metrics.name_slots(lambda: SLOT)
    metrics.IN_FLIGHT.labels(name).set(0)
    load_tasks()
    hooks.run_worker_start(name)
    WorkHorse(workload(name), worker_name, Connection(int(pipe_number))).run()


def _die_with_the_worker() -> None:
    """Linux: a work horse without its worker would run on without a lease, beside the one that takes over."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1:])
