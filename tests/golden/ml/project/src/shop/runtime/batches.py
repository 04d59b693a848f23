# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""One call for a batch of jobs, each of which then goes its own way.

RQ has no batches. Every job has its own lease here, so a crash loses none, and where the call fails each is
run alone.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ValidationError

from . import logs, metrics
from .envelope import Envelope
from .job import Share, attempt_of, message_of, shares, task_of
from .ledger import Ledger
from .rqlib import Job, JobTimeoutException, UnixSignalDeathPenalty
from .task import Batch, Context, find
from .workloads import Workload

Taken = tuple[Job, BaseModel, Context]
_log = logs.get("batches")


def work(jobs: list[Job], workload: Workload, ledger: Ledger) -> str | None:
    """Works the jobs, all of one task, by one call, and leaves each its share.

    Gives what went wrong where the call failed: none has a share then. Jobs that have no place in a batch (done already,
    delivered too often, not valid) are left out: run alone, each is judged as ever.
    """
    shares.clear()
    task = find(task_of(jobs[0]))
    if task is None or task.batch is None:
        return None
    taken = [each for job in jobs if (each := _fit(job, task.payload, workload, ledger))]
    if len(taken) < 2:
        return None
    metrics.IN_FLIGHT.labels(workload.name).set(1)
    started = time.time()
    try:
        with UnixSignalDeathPenalty(workload.soft_limit_s, JobTimeoutException):  # type: ignore[no-untyped-call]
            results = _call(task.batch, taken)
    except Exception as error:
        shares.clear()
        kind = type(error).__name__
        _log.warning("batch_failed", task=task.name, size=len(taken), error=kind, message=str(error))
        return "".join(traceback.format_exception(error))
    finally:
        metrics.IN_FLIGHT.labels(workload.name).set(0)
    # a part of the time for each: the sum is how long the worker was busy, wait and run together how long each took
    part = (time.time() - started) / len(taken)
    for (job, _, _), result in zip(taken, results, strict=True):
        shares[job.id] = Share(shares[job.id].delivery, _hand_out(result), part)
    _log.info("batch_done", task=task.name, size=len(taken), run_s=round(part * len(taken), 3))
    return None


def _fit(job: Job, model: type[BaseModel], workload: Workload, ledger: Ledger) -> Taken | None:
    """Counts the delivery; None for a job that has no place in a batch."""
    try:
        envelope = Envelope.model_validate(message_of(job))
        payload = model.model_validate(envelope.payload)
    except ValidationError:
        return None
    delivery = ledger.begin(envelope.id, workload)
    shares[job.id] = Share(delivery)
    if delivery.done or delivery.exhausted:
        return None
    attempt = attempt_of(job)
    context = Context(
        id=envelope.id,
        workload=workload.name,
        attempt=attempt,
        deliveries=delivery.starts,
        last_attempt=attempt > workload.max_retries,
        deadline=time.time() + workload.soft_limit_s,
        enqueued_at=envelope.enqueued_at,
        key=envelope.key,
        log=logs.get(workload.name),
    )
    return job, payload, context


def _call(batch: Batch[Any], taken: list[Taken]) -> list[Any]:
    results = list(batch.run([payload for _, payload, _ in taken], [context for _, _, context in taken]))
    if len(results) != len(taken):
        raise ValueError(f"the batch gave {len(results)} results for {len(taken)} payloads")
    return results


def _hand_out(result: Any) -> Callable[[Any, Context], Any]:
    def run(payload: Any, context: Context) -> Any:
        if isinstance(result, Exception):
            raise result
        return result

    return run
