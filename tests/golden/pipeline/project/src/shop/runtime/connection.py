# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Celery on RabbitMQ: quorum queues, confirmed publishing, delays and dead letters by the broker itself."""

from __future__ import annotations

import math
import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from amqp.exceptions import NotFound
from celery import Celery
from celery.exceptions import Reject
from kombu import Connection, Exchange, Queue
from kombu.transport.native_delayed_delivery import (
    bind_queue_to_native_delayed_delivery_exchange,
    declare_native_delayed_delivery_exchanges_and_queues,
)

from .config import RuntimeSettings
from .execute import Verdict
from .workloads import WORKLOADS, Workload

# Delays are kept by the broker, in queues of its own; that works through topic exchanges only.
_TASKS = Exchange("tasks", type="topic")
_DEAD = Exchange("dead-letters", type="direct")

_QUEUE_TYPE = "quorum"
DELIVERY_LIMIT = 60
"""Above what the ledger allows of any workload (50 retries and 3 more starts), so that the ledger has the say; RabbitMQ's own is 20."""


def configuration(settings: RuntimeSettings, work: Workload) -> dict[str, Any]:
    """Celery settings that hold on RabbitMQ only."""
    options: dict[str, Any] = {
        "broker_url": _url(settings),
        # Without a confirm the sender does not know whether the broker has the message.
        "broker_transport_options": {"confirm_publish": True, "confirm_timeout": 10, "connect_timeout": 5},
        # a worker that vanished without a word is noticed after two of these
        "broker_heartbeat": 30,
        "task_default_exchange": _TASKS.name,
        "task_default_exchange_type": _TASKS.type,
        "task_default_queue_type": _QUEUE_TYPE,
        "task_default_routing_key": work.queue,
        "worker_detect_quorum_queues": True,
    }
    if settings.broker_tls:
        options["broker_use_ssl"] = {
            "cert_reqs": ssl.CERT_REQUIRED,
            "ca_certs": str(settings.broker_ca or ssl.get_default_verify_paths().cafile),
            "server_hostname": settings.broker_host,
        }
    return options


def queues() -> tuple[Queue, ...]:
    return tuple(_queue(work) for work in WORKLOADS.values())


def send_options(work: Workload) -> dict[str, Any]:
    """More arguments for `send_task`: a producer may come before the first worker."""
    return {"declare": [_queue(work), _dead_queue(work)]}


def publish(app: Celery, send: Callable[[], Any]) -> None:
    """A worker declares the exchanges of delayed messages as it starts; a producer may come before the first one."""
    try:
        send()
    except NotFound:
        with app.connection_for_write() as connection:
            declare_native_delayed_delivery_exchanges_and_queues(connection, _QUEUE_TYPE)
            for queue in queues():
                bind_queue_to_native_delayed_delivery_exchange(connection, queue)
        send()


def countdown(delay_s: float) -> int | None:
    # The broker's delays are whole seconds: Celery cuts the rest off, and refuses the 0 that is left of half a
    # second.
    return math.ceil(delay_s) or None


def declare(connection: Connection) -> None:
    """Every queue, the dead letters' too: what fails must have a place to go before it fails."""
    channel = connection.default_channel
    for work in WORKLOADS.values():
        _queue(work)(channel).declare()
        _dead_queue(work)(channel).declare()


def bury(message: Mapping[str, Any], verdict: Verdict, work: Workload, fallback_id: str) -> None:
    """The broker moves a rejected message to the dead letters; the ledger keeps what went wrong."""
    reason = f"{verdict.failure.kind}: {verdict.failure.message}" if verdict.failure else "dead"
    raise Reject(reason, requeue=False)


def _queue(work: Workload) -> Queue:
    return Queue(
        work.queue,
        _TASKS,
        routing_key=work.queue,
        queue_arguments={
            "x-queue-type": _QUEUE_TYPE,
            # A rejected message goes there; without an exchange it would be deleted.
            "x-dead-letter-exchange": _DEAD.name,
            "x-dead-letter-routing-key": work.dead_letter,
            # By default a dead letter is moved without confirmation, and may be lost on the way; this wants reject-
            # publish beside it.
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            # The second net behind the ledger: a message that kills whole workers is dead-lettered after so many
            # failed deliveries.
            "x-delivery-limit": DELIVERY_LIMIT,
        },
    )


def _dead_queue(work: Workload) -> Queue:
    return Queue(
        work.dead_letter,
        _DEAD,
        routing_key=work.dead_letter,
        queue_arguments={
            "x-queue-type": _QUEUE_TYPE,
            "x-message-ttl": work.dead_letter_ttl_s * 1000,
            # Looking at a dead letter delivers and returns it; without this the twentieth look would delete it.
            "x-delivery-limit": -1,
        },
    )


def _url(settings: RuntimeSettings) -> str:
    scheme = "amqps" if settings.broker_tls else "amqp"
    password = (
        settings.broker_password.get_secret_value() if settings.broker_password is not None else "guest"
    )
    user = f"{quote(settings.broker_user, safe='')}:{quote(password, safe='')}"
    return f"{scheme}://{user}@{settings.broker_host}:{settings.broker_port}/{quote(settings.broker_vhost, safe='')}"
