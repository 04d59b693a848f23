# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The Celery application. Its one Celery task carries every task of ours: Celery would throw away a name it does not know,
this way it becomes a dead letter (`runtime/execute.py`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from celery import Celery, Task
from celery.exceptions import Reject, SoftTimeLimitExceeded

from . import connection, logs, process
from .config import RuntimeSettings
from .envelope import Envelope
from .execute import execute
from .workloads import PRIORITY_NUMBERS, PROJECT, WORKLOADS, Workload, workload

CARRIER = f"{PROJECT}.run"
"""Name of the Celery task; logs and `inspect` show the name of the task that it carries."""

_log = logs.get("worker")


class Application(Celery):  # type: ignore[misc]
    def __reduce__(self) -> tuple[Callable[[], Celery], tuple[()]]:
        """For a spawned child, which makes it anew: Celery pickles the settings, but not a task made by a function."""
        return _revive, ()


def _revive() -> Celery:
    process.prepare()
    return celery_app()


@cache
def celery_app() -> Celery:
    """For this process's workload; a producer takes the same one."""
    settings = RuntimeSettings.load()
    work = workload(settings.workload)
    app = Application(PROJECT, set_as_current=False)
    app.conf.update(_configuration(work))
    app.conf.update(connection.configuration(settings, work))
    # the ledger decides when a message has started too often; Celery's own count is the second net
    app.task(
        name=CARRIER,
        bind=True,
        max_retries=work.max_starts,
        default_retry_delay=work.backoff_s,
        Request=f"{__package__}.celery_request:CountedRequest",
    )(_carry)
    return app


def _configuration(work: Workload) -> dict[str, Any]:
    """What holds on every broker."""
    return {
        "task_queues": connection.queues(),
        "task_default_queue": work.queue,
        "task_create_missing_queues": False,
        # pickle would let anyone who can write to the broker run code in the workers.
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        # By default Celery acknowledges a task before it runs it: the tasks of a killed worker would be gone.
        "task_acks_late": True,
        # Celery acknowledges failed tasks, late acknowledgement or not: the dead letter queue would stay empty.
        "task_acks_on_failure": False,
        # At the hard limit Celery kills the process and acknowledges: the task would be gone. Not acknowledged, it
        # comes again; the ledger bounds how often.
        "task_acks_on_timeout": False,
        # Where only a child process dies, Celery acknowledges its task; task_reject_on_worker_lost would bring it
        # back for ever, this counts.
        "task_retry_on_worker_lost": True,
        # Only the soft limit raises inside the task, which can then clean up and be retried; the hard one kills the
        # process.
        "task_soft_time_limit": work.soft_limit_s,
        "task_time_limit": work.hard_limit_s,
        # By default a worker hoards four messages for each slot, while other workers are idle and urgent tasks wait.
        "worker_prefetch_multiplier": work.prefetch,
        # Delayed tasks are held in the worker's memory and bypass the prefetch limit.
        "worker_eta_task_limit": 1000,
        "worker_max_tasks_per_child": work.max_tasks_per_child or None,
        "worker_max_memory_per_child": work.max_child_memory_kib,
        # A worker process that needs longer than this to start is killed and started again for ever; the default is 4
        # s.
        "worker_proc_alive_timeout": 60,
        # After a lost connection the broker delivers again what was running; this ends the first run, which could not
        # be acknowledged any more.
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "broker_connection_retry_on_startup": True,
        # A worker waits for the broker as long as it takes; by default it exits after 100 attempts.
        "broker_connection_max_retries": None,
        # a producer waits for the broker for about two seconds, then tells its caller
        "task_publish_retry_policy": {
            "max_retries": 3,
            "interval_start": 0.1,
            "interval_step": 0.4,
            "interval_max": 1.0,
        },
        "enable_utc": True,
        "beat_max_loop_interval": 30,
    }


def _carry(carrier: Task[Any, Any], message: dict[str, Any]) -> None:
    """Works one message, then sends it again, buries it or lets Celery acknowledge it."""
    work = workload(RuntimeSettings.load().workload)
    attempt = carrier.request.retries + 1
    try:
        verdict = execute(message, work, attempt=attempt, timeouts=(SoftTimeLimitExceeded,))
        if verdict.action == "retry" and verdict.envelope is not None:
            _send_again(carrier.app, verdict.envelope, verdict.delay_s, verdict.attempt)
        elif verdict.action == "dead":
            connection.bury(message, verdict, work, str(carrier.request.id))
    except Reject:
        raise
    except Exception as error:
        # the retry or the dead letter could not be written: the message stays with the broker, the ledger bounds how often
        _log.exception("message_returned", task_id=message.get("id"))
        raise Reject(str(error), requeue=True) from error


def _send_again(app: Celery, envelope: Envelope, delay_s: float, retries: int) -> None:
    # Not Task.retry(): where the broker does not take the retry, that rejects the message without requeue, and on
    # Redis it is gone.
    due = envelope.model_copy(update={"due_at": time.time() + delay_s})
    send(app, due, envelope.priority, delay_s, retries)


def send(app: Celery, envelope: Envelope, priority: str, delay_s: float, retries: int = 0) -> None:
    """Returns once the broker has the message."""
    work = WORKLOADS[envelope.task.partition(".")[0]]
    message = partial(
        app.send_task,
        CARRIER,
        args=(envelope.model_dump(mode="json"),),
        # what Celery shows and logs: the payload stays out
        argsrepr=f"({envelope.id!r},)",
        shadow=envelope.task,
        task_id=envelope.id,
        queue=work.queue,
        priority=PRIORITY_NUMBERS.get(priority) if work.priorities else None,
        countdown=connection.countdown(delay_s),
        retries=retries,
        **connection.send_options(work),
    )
    connection.publish(app, message)
