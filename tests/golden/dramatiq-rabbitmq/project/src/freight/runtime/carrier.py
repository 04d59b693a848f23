# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The Dramatiq broker, and its one actor, which carries every task of ours: how often a task is tried, after which pause,
and when it is given up is decided in one place (`runtime/execute.py`), the same way on every worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import dramatiq
from dramatiq import Broker, Message, Middleware
from dramatiq.middleware import CurrentMessage, Retries, TimeLimit
from dramatiq.middleware.time_limit import TimeLimitExceeded

from . import connection, logs, pulse
from .config import RuntimeSettings
from .envelope import Envelope
from .execute import Verdict, execute
from .workloads import PRIORITY_NUMBERS, PROJECT, WORKLOADS, Priority, Workload, workload

CARRIER = f"{PROJECT}.run"
"""Name of the Dramatiq actor; logs and metrics show the name of the task that it carries."""
AGAIN_S = 3
_log = logs.get("worker")


@cache
def broker() -> Broker:
    """For this process's workload; a producer takes the same one."""
    settings = RuntimeSettings.load()
    work = workload(settings.workload)
    made = connection.open_broker(settings, work, _middleware(work))
    dramatiq.actor(actor_name=CARRIER, queue_name=work.queue, broker=made, **connection.ACTOR_OPTIONS)(_carry)
    for queue in connection.queues(work):
        made.declare_queue(queue)
    return made


@cache
def _time_limit() -> TimeLimit:
    # An actor without a time limit of its own is stopped after ten minutes.
    work = workload(RuntimeSettings.load().workload)
    return TimeLimit(time_limit=work.soft_limit_s * 1000, interval=500)


def _middleware(work: Workload) -> list[Middleware]:
    # A list of middleware replaces the defaults, Retries among them.
    return [
        # By default a failing message is tried twenty times over days.
        # They catch what escapes the carrier, which is a bug of ours; the ledger bounds that, too.
        Retries(
            max_retries=work.max_starts,
            min_backoff=int(work.backoff_s * 1000),
            max_backoff=int(work.backoff_max_s * 1000),
        ),
        CurrentMessage(),
        # last: it takes the limit off before anything else is done with the message
        _time_limit(),
    ]


def _carry(message: dict[str, Any]) -> None:
    """Works one message, then sends it again, buries it or lets Dramatiq acknowledge it."""
    current = CurrentMessage.get_current_message()
    if current is None:
        raise RuntimeError("this runs inside a Dramatiq worker only")
    work = workload(RuntimeSettings.load().workload)
    verdict = _work(message, work, int(current.options.get("retries", 0)) + 1)
    if verdict.action == "retry" and verdict.envelope is not None:
        due = verdict.envelope.model_copy(update={"due_at": time.time() + verdict.delay_s})
        _insist(partial(send, due, due.priority, verdict.delay_s, verdict.attempt), due.id)
    elif verdict.action == "dead":
        _insist(partial(connection.bury, message, verdict, work, current.message_id), current.message_id)


def _work(message: dict[str, Any], work: Workload, attempt: int) -> Verdict:
    with pulse.busy(message, work):
        try:
            return execute(message, work, attempt=attempt, timeouts=(TimeLimitExceeded,))
        except TimeLimitExceeded:
            # it came just as the task had ended: the ledger knows how
            return Verdict("retry", attempt, envelope=Envelope.model_validate(message))
        finally:
            # what follows must not be broken off: the broker may be away for longer than a task may take
            _time_limit().after_process_message(broker(), message)  # type: ignore[no-untyped-call]


def _insist(write: Callable[[], None], task_id: str) -> None:
    # Where Dramatiq's own retry cannot be sent, the error is logged and the message acknowledged: a restart of the
    # broker would lose it.
    while True:
        try:
            write()
            return
        except connection.SEND_ERRORS as error:
            _log.warning("broker_away", task_id=task_id, error=str(error))
            time.sleep(AGAIN_S)


def send(envelope: Envelope, priority: Priority, delay_s: float, retries: int = 0) -> None:
    """Returns once the broker has the message."""
    work = WORKLOADS[envelope.task.partition(".")[0]]
    options: dict[str, Any] = {"retries": retries}
    if work.priorities:
        options |= connection.priority_options(PRIORITY_NUMBERS[priority])
    message: Message[None] = Message(
        queue_name=connection.queue_of(work, priority),
        actor_name=CARRIER,
        args=(envelope.model_dump(mode="json"),),
        kwargs={},
        options=options,
        message_id=envelope.id,
    )
    broker().enqueue(message, delay=round(delay_s * 1000) or None)
