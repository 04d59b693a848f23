# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Celery on Redis: where the broker is, how long a message may be out, where dead letters go."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from celery import Celery
from kombu import Connection, Queue

from .config import RuntimeSettings
from .deadletter import letter_of
from .deadletter_store import open_store
from .execute import Verdict
from .workloads import KEY_PREFIX, PRIORITY_NUMBERS, WORKLOADS, Workload


def configuration(settings: RuntimeSettings, work: Workload) -> dict[str, Any]:
    """Celery settings that hold on Redis only."""
    transport: dict[str, Any] = {
        # What is not acknowledged by then is delivered again, even if it still runs: above the time limit and the
        # longest delay.
        "visibility_timeout": work.visibility_s,
        # By default the messages of a killed worker are looked for every 100 s only.
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        # Workers that share these keys share the shortest visibility timeout; apart, their messages in flight can be
        # counted too.
        "unacked_key": f"{work.name}.unacked",
        "unacked_index_key": f"{work.name}.unacked_index",
        "unacked_mutex_key": f"{work.name}.unacked_mutex",
        "global_keyprefix": KEY_PREFIX,
        "sep": ":",
        "priority_steps": sorted(PRIORITY_NUMBERS.values()) or [0],
        "queue_order_strategy": "priority",
        # Without these a connection that died in silence is waited on for ever.
        "socket_timeout": 30,
        "socket_connect_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 25,
    }
    options: dict[str, Any] = {
        "broker_url": _url(settings),
        "broker_transport_options": transport,
        # the same for a result backend, in case you add one: the shortest of the three would count
        "result_backend_transport_options": {
            "visibility_timeout": work.visibility_s,
            "global_keyprefix": KEY_PREFIX,
        },
        "visibility_timeout": work.visibility_s,
        # A message is taken when a process is free, not before: what a worker holds already no priority can overtake.
        "worker_disable_prefetch": True,
    }
    if settings.broker_tls:
        options["broker_use_ssl"] = {
            "ssl_cert_reqs": ssl.CERT_REQUIRED,
            "ssl_ca_certs": str(settings.broker_ca or ssl.get_default_verify_paths().cafile),
        }
    return options


def queues() -> tuple[Queue, ...]:
    return tuple(Queue(work.queue) for work in WORKLOADS.values())


def send_options(work: Workload) -> dict[str, Any]:
    """More arguments for `send_task`."""
    return {}


def publish(app: Celery, send: Callable[[], Any]) -> None:
    """Redis makes a queue of the first message."""
    send()


def countdown(delay_s: float) -> float | None:
    return delay_s or None


def declare(connection: Connection) -> None:
    """Redis knows no declarations."""


def bury(message: Mapping[str, Any], verdict: Verdict, work: Workload, fallback_id: str) -> None:
    """Writes the dead letter; once this returns, the message is acknowledged."""
    with open_store(work) as store:
        store.put(letter_of(message, verdict, work, fallback_id))


def _url(settings: RuntimeSettings) -> str:
    scheme = "rediss" if settings.broker_tls else "redis"
    user = ""
    if settings.broker_password is not None:
        user = f"{quote(settings.broker_user, safe='')}:{quote(settings.broker_password.get_secret_value(), safe='')}@"
    return f"{scheme}://{user}{settings.broker_host}:{settings.broker_port}/0"
