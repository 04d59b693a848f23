# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Sends messages as RQ jobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from redis import Redis
from redis.exceptions import RedisError

from .broker import connect
from .envelope import Envelope
from .queues import LeasedQueue, open_queue, queue_name
from .rqlib import DuplicateJobError, Job, Retry
from .workloads import WORKLOADS, Priority, Workload

SEND_ERRORS: tuple[type[Exception], ...] = (RedisError, OSError)
JOB = "shop.runtime.job.run"


def crash_retries(workload: Workload) -> int:
    """How often RQ queues a job again whose worker died: more often than the ledger allows, which so has the say."""
    return workload.max_starts + 1


def send(envelope: Envelope, *, priority: Priority, delay_s: float) -> None:
    """One job an id: while it waits, runs or is just done, it is not sent again."""
    workload = WORKLOADS[envelope.task.partition(".")[0]]
    queue = open_queue(queue_name(workload, priority), _connection())
    job = queue.create_job(
        JOB,
        args=(envelope.model_dump(mode="json"),),
        job_id=envelope.id,
        # not the payload, which RQ would log and show
        description=envelope.task,
        # Without it a job gets 180 seconds, RQ's default.
        timeout=workload.soft_limit_s,
        result_ttl=workload.result_ttl_s,
        # RQ keeps a failed job for a year by default.
        failure_ttl=workload.dead_letter_ttl_s,
        # Without Retry, the job of a worker that died goes to the dead letters at once.
        retry=Retry(max=crash_retries(workload), enqueue_at_front=True),
    )
    try:
        _put(queue, job, delay_s)
    except DuplicateJobError:
        known = queue.fetch_job(job.id)
        if known is not None and known.is_failed:
            known.delete()
            _put(queue, job, delay_s)


def _put(queue: LeasedQueue, job: Job, delay_s: float) -> None:
    if delay_s > 0:
        queue.schedule_job(job, datetime.now(UTC) + timedelta(seconds=delay_s), unique=True)
    else:
        queue.enqueue_job(job, unique=True)


@cache
def _connection() -> Redis:
    return connect()
