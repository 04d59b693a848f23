# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Runs one delivery of a task. Every worker framework calls this; it tells what to do with the message."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python
from redis.exceptions import RedisError

from . import logs, metrics
from .envelope import Envelope
from .ledger import Delivery, Ledger
from .task import Context, Permanent, Task, Transient, find
from .workloads import Workload

Action = Literal["done", "retry", "dead"]
_NO_WORD = "nothing, most likely the whole worker went down with it (out of memory, killed, its node gone)"
_log = logs.get("worker")


@dataclass(frozen=True, slots=True)
class Failure:
    kind: str
    """Name of the error's class: the label `error` of the metrics."""
    message: str
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the adapter has to do: acknowledge, send again after `delay_s`, or put to the dead letters."""

    action: Action
    attempt: int
    starts: int = 1
    delay_s: float = 0.0
    failure: Failure | None = None
    envelope: Envelope | None = None
    """None where the message could not be read."""
    result: Any = None


def execute(
    message: Mapping[str, Any],
    workload: Workload,
    *,
    attempt: int,
    ledger: Ledger | None = None,
    timeouts: tuple[type[BaseException], ...] = (),
    delivery: Delivery | None = None,
    run: Callable[[Any, Context], Any] | None = None,
    started: float | None = None,
) -> Verdict:
    """Never raises for what a task or a message does wrong.

    `attempt`: 1 for the first run, one more for each retry. `timeouts`: what the framework raises inside a task at its
    soft time limit. For a task that was worked in a batch: the `delivery` that was counted for it, `run`, which hands out its
    share of what the batch gave, and when that share `started` (Unix time).
    """
    try:
        envelope = Envelope.model_validate(message)
    except ValidationError as error:
        return _reject(None, workload, attempt, Failure("MalformedMessage", str(error)))
    task = find(envelope.task)
    if task is None or task.workload != workload.name:
        return _reject(
            envelope,
            workload,
            attempt,
            Failure("UnknownTask", f"{envelope.task} is no task of {workload.name} in this release"),
        )
    ledger = ledger or Ledger()
    delivery = delivery or ledger.begin(envelope.id, workload)
    if delivery.done:
        metrics.TASKS.labels(workload.name, task.name, "duplicate", "").inc()
        _log.info("task_duplicate", task=task.name, task_id=envelope.id)
        return Verdict("done", attempt, delivery.starts, envelope=envelope)
    if delivery.exhausted:
        failure = Failure(
            "RedeliveryLimit",
            f"started {delivery.starts} times without an end; the last that is known: {delivery.error or _NO_WORD}",
        )
        return _dead(envelope, task.name, workload, attempt, delivery, failure, ledger)
    return _run(
        task, envelope, workload, attempt, delivery, ledger, timeouts, run or task.run, started or time.time()
    )


def _run(
    task: Task[Any],
    envelope: Envelope,
    workload: Workload,
    attempt: int,
    delivery: Delivery,
    ledger: Ledger,
    timeouts: tuple[type[BaseException], ...],
    run: Callable[[Any, Context], Any],
    started: float,
) -> Verdict:
    metrics.WAIT.labels(workload.name, task.name).observe(max(0.0, started - envelope.ready_at()))
    in_flight = metrics.IN_FLIGHT.labels(workload.name)
    # set, not inc: a process works on one task at a time, and a killed one must not leave its mark behind
    in_flight.set(1)
    structlog.contextvars.bind_contextvars(task=task.name, task_id=envelope.id, attempt=attempt)
    try:
        try:
            payload = task.payload.model_validate(envelope.payload)
        except ValidationError as error:
            return _reject(envelope, workload, attempt, Failure("InvalidPayload", str(error)), ledger)
        context = Context(
            id=envelope.id,
            workload=workload.name,
            attempt=attempt,
            deliveries=delivery.starts,
            last_attempt=attempt > workload.max_retries,
            deadline=started + workload.soft_limit_s,
            enqueued_at=envelope.enqueued_at,
            key=envelope.key,
            log=logs.get(task.workload),
        )
        try:
            result = to_jsonable_python(run(payload, context))
        except PydanticSerializationError as error:
            return _dead(envelope, task.name, workload, attempt, delivery, _failure(error), ledger)
        except timeouts as error:
            return _fail(task, envelope, workload, attempt, delivery, ledger, error, timed_out=True)
        except Exception as error:
            return _fail(task, envelope, workload, attempt, delivery, ledger, error)
        ledger.finish(envelope.id, workload, "success", attempts=attempt, result=result)
        metrics.TASKS.labels(workload.name, task.name, "success", "").inc()
        _log.info("task_done", run_s=round(time.time() - started, 3))
        return Verdict("done", attempt, delivery.starts, envelope=envelope, result=result)
    finally:
        in_flight.set(0)
        metrics.RUN.labels(workload.name, task.name).observe(time.time() - started)
        structlog.contextvars.unbind_contextvars("task", "task_id", "attempt")


def _fail(
    task: Task[Any],
    envelope: Envelope,
    workload: Workload,
    attempt: int,
    delivery: Delivery,
    ledger: Ledger,
    error: BaseException,
    *,
    timed_out: bool = False,
) -> Verdict:
    failure = _failure(error)
    # a store that is away is nobody's bug
    retriable = isinstance(error, (Transient, RedisError, *task.retry_on)) and not isinstance(
        error, Permanent
    )
    transient = timed_out or retriable
    if not transient or attempt > workload.max_retries:
        return _dead(envelope, task.name, workload, attempt, delivery, failure, ledger)
    delay = retry_delay_s(workload, attempt, error.retry_after if isinstance(error, Transient) else None)
    ledger.finish(
        envelope.id, workload, "retry", attempts=attempt, error=f"{failure.kind}: {failure.message}"
    )
    outcome = "timeout" if timed_out else "retry"
    metrics.TASKS.labels(workload.name, task.name, outcome, failure.kind).inc()
    _log.warning(
        "task_retry", error=failure.kind, message=failure.message, delay_s=round(delay, 3), outcome=outcome
    )
    return Verdict("retry", attempt, delivery.starts, delay, failure, envelope)


def _dead(
    envelope: Envelope,
    task_name: str,
    workload: Workload,
    attempt: int,
    delivery: Delivery,
    failure: Failure,
    ledger: Ledger,
) -> Verdict:
    ledger.finish(envelope.id, workload, "dead", attempts=attempt, error=f"{failure.kind}: {failure.message}")
    metrics.TASKS.labels(workload.name, task_name, "dead", failure.kind).inc()
    _log.error(
        "task_dead",
        task=task_name,
        task_id=envelope.id,
        error=failure.kind,
        message=failure.message,
        starts=delivery.starts,
        traceback=failure.traceback,
    )
    return Verdict("dead", attempt, delivery.starts, 0.0, failure, envelope)


def _reject(
    envelope: Envelope | None,
    workload: Workload,
    attempt: int,
    failure: Failure,
    ledger: Ledger | None = None,
) -> Verdict:
    """A message that no retry can help: it is not readable, or not for this release."""
    if envelope is not None:
        (ledger or Ledger()).finish(
            envelope.id, workload, "dead", attempts=attempt, error=f"{failure.kind}: {failure.message}"
        )
    # a name from the message itself must not become a label: anyone could make as many series as they like
    name = envelope.task if envelope is not None and find(envelope.task) is not None else "unknown"
    metrics.TASKS.labels(workload.name, name, "rejected", failure.kind).inc()
    _log.error("task_rejected", error=failure.kind, message=failure.message)
    return Verdict("dead", attempt, 1, 0.0, failure, envelope)


def retry_delay_s(workload: Workload, attempt: int, retry_after: float | None = None) -> float:
    """Exponential backoff with full jitter, and not before `retry_after`; never above the workload's maximum."""
    ceiling = min(workload.backoff_max_s, workload.backoff_s * 2 ** min(attempt - 1, 32))
    return min(workload.backoff_max_s, max(random.uniform(0, ceiling), retry_after or 0.0))  # noqa: S311


def _failure(error: BaseException) -> Failure:
    text = "".join(traceback.format_exception(error))
    return Failure(type(error).__name__, str(error)[:2000], text[-8000:])
