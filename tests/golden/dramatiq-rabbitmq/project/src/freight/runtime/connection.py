# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Dramatiq on RabbitMQ: durable classic queues, confirmed publishing, dead letters by the broker itself."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

import pika  # type: ignore[import-untyped]
from dramatiq import Broker, BrokerConnectionError, Middleware
from pika.exceptions import AMQPError  # type: ignore[import-untyped]

from .config import RuntimeSettings
from .execute import Verdict
from .rabbit import DurableBroker
from .workloads import PRIORITY_NUMBERS, WORKLOADS, Priority, Workload

SEND_ERRORS: tuple[type[Exception], ...] = (BrokerConnectionError, AMQPError, OSError)


class Buried(Exception):
    """The message is to be rejected: the broker moves it to the dead letters."""


ACTOR_OPTIONS: dict[str, Any] = {"throws": Buried}
"""Dramatiq rejects at once what ends in such an error."""


def open_broker(settings: RuntimeSettings, work: Workload, middleware: list[Middleware]) -> Broker:
    # what a lost connection means is said once, by Dramatiq
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    return DurableBroker(
        parameters=[parameters(settings)],
        middleware=middleware,
        # Without a confirm the sender does not know whether the broker has the message, nor whether its queue exists.
        confirm_delivery=True,
        # The broker's priorities count upwards, those of a Dramatiq actor downwards; these are the broker's.
        max_priority=max(PRIORITY_NUMBERS.values(), default=0) or None,
        dead_letter_ttl_s={each.queue: each.dead_letter_ttl_s for each in WORKLOADS.values()},
    )


def parameters(settings: RuntimeSettings) -> dict[str, Any]:
    """Arguments of pika.ConnectionParameters."""
    password = (
        settings.broker_password.get_secret_value() if settings.broker_password is not None else "guest"
    )
    options: dict[str, Any] = {
        "host": settings.broker_host,
        "port": settings.broker_port,
        "virtual_host": settings.broker_vhost,
        "credentials": pika.PlainCredentials(settings.broker_user, password),
        # Code in C that holds the interpreter lock for longer makes the broker deliver its message again; a longer
        # time would notice a lost node later.
        "heartbeat": 60,
        "socket_timeout": 3,
        "stack_timeout": 5,
        # the broker is out of memory or disk: senders are told, and messages wait where they are
        "blocked_connection_timeout": 3,
    }
    if settings.broker_tls:
        context = ssl.create_default_context(cafile=str(settings.broker_ca) if settings.broker_ca else None)
        options["ssl_options"] = pika.SSLOptions(context, settings.broker_host)
    return options


def queues(work: Workload) -> Sequence[str]:
    return [work.queue]


def queue_of(work: Workload, priority: Priority) -> str:
    return work.queue


def priority_options(number: int) -> dict[str, Any]:
    """More options of a message."""
    return {"broker_priority": number}


def consumer_name(broker: Broker) -> str:
    """The broker knows a process by its connections."""
    return ""


def bury(message: Mapping[str, Any], verdict: Verdict, work: Workload, fallback_id: str) -> None:
    """The broker moves a rejected message to the dead letters; the ledger keeps what went wrong."""
    raise Buried(f"{verdict.failure.kind}: {verdict.failure.message}" if verdict.failure else "dead")


class Leases:
    """There is nothing to do: the messages of a process go back as soon as its connection is gone."""

    def keep(self, consumers: Sequence[str]) -> None:
        return None

    def give_up(self, consumer: str) -> bool:
        return True
