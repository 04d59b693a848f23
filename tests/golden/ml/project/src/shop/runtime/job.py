# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What every RQ job runs, and how its end is told to RQ."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import metrics
from .deadletter import letter_of
from .deadletter_store import open_store
from .execute import Failure, Verdict, execute
from .ledger import Delivery, Ledger
from .rqlib import Job, JobTimeoutException, Retry, get_current_job
from .task import Context, find
from .workloads import WORKLOADS, Workload


@dataclass(frozen=True, slots=True)
class Share:
    """What a batch left for one of its jobs."""

    delivery: Delivery
    run: Callable[[Any, Context], Any] | None = None
    """Gives its result, or raises its error; None for a job that had no place in the batch."""
    seconds: float = 0.0
    """Its part of the time that the batch took."""


shares: dict[str, Share] = {}
"""By job id."""


def run(message: dict[str, Any]) -> Retry | None:
    """The result goes to the ledger, not to RQ: it is stored once, and the same way on every worker."""
    job = get_current_job()
    if job is None:
        raise RuntimeError("this runs inside an RQ worker only")
    work = workload_of(job)
    share = shares.pop(job.id, None)
    verdict = execute(
        message,
        work,
        attempt=attempt_of(job),
        timeouts=(JobTimeoutException,),
        delivery=share.delivery if share else None,
        run=share.run if share else None,
        started=time.time() - share.seconds if share else None,
    )
    if verdict.action == "retry":
        delay = math.ceil(verdict.delay_s)
        job.args = ({**message, "due_at": time.time() + delay},)
        return Retry(max=max(1, work.max_retries), interval=delay)
    if verdict.action == "dead":
        bury(job, verdict)
        # nothing of it stays in RQ: a replay sends it anew
        job.result_ttl = 0
    return None


def on_failed(job: Job, *error: Any) -> None:
    """RQ's exception handler: where RQ gives a job up by itself, it becomes a dead letter like any other."""
    if not job.should_retry:
        bury_lost(job, Failure("WorkerLost", f"RQ gave up: {error[1]!r}" if len(error) > 1 else "RQ gave up"))


def bury_lost(job: Job, failure: Failure) -> None:
    work, attempt = workload_of(job), attempt_of(job)
    Ledger().finish(job.id, work, "dead", attempts=attempt, error=f"{failure.kind}: {failure.message}")
    name = task_of(job)
    metrics.TASKS.labels(work.name, name if find(name) else "unknown", "dead", failure.kind).inc()
    bury(job, Verdict("dead", attempt, failure=failure))


def bury(job: Job, verdict: Verdict) -> None:
    work = workload_of(job)
    with open_store(work) as store:
        store.put(letter_of(message_of(job), verdict, work, job.id))


def attempt_of(job: Job) -> int:
    return (job.number_of_retries or 0) + 1


def workload_of(job: Job) -> Workload:
    """The queue's name is the workload's, with the priority behind a dot."""
    return WORKLOADS[job.origin.partition(".")[0]]


def message_of(job: Job) -> dict[str, Any]:
    """Empty where it is not one of ours."""
    message = job.args[0] if job.args else None
    return message if isinstance(message, dict) else {}


def task_of(job: Job) -> str:
    return str(message_of(job).get("task", ""))
