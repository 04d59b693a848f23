# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Dramatiq on Redis: where the broker is, which queues there are, how long a silent process keeps its messages."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

from dramatiq import Broker, BrokerConnectionError, Middleware
from dramatiq.brokers.redis import RedisBroker
from dramatiq.common import dq_name
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from . import logs
from .config import RuntimeSettings
from .deadletter import letter_of
from .deadletter_store import open_store
from .execute import Verdict
from .leases import LeasedBroker
from .workloads import KEY_PREFIX, PRIORITY_NUMBERS, WORKLOADS, Priority, Workload

SEND_ERRORS: tuple[type[Exception], ...] = (BrokerConnectionError, RedisError, OSError)
ACTOR_OPTIONS: dict[str, Any] = {}
NAMESPACE = f"{KEY_PREFIX}dramatiq"
LEASES = f"{NAMESPACE}:__heartbeats__"
LEASE_S = 60
"""A process that gave no sign for so long counts as dead: its messages go back to their queues."""
RENEW_S = 10
_log = logs.get("broker")


def open_broker(settings: RuntimeSettings, work: Workload, middleware: list[Middleware]) -> Broker:
    return LeasedBroker(
        client=connect(settings),
        middleware=middleware,
        namespace=NAMESPACE,
        # Messages of dead workers are looked for by chance, once in a thousand commands.
        # That maintenance runs KEYS over the whole database, once for each process that was ever stopped; here the
        # main process does it, by name.
        maintenance_chance=0,
        order=queues(work),
        work=work,
    )


def connect(settings: RuntimeSettings) -> Redis:
    password = settings.broker_password
    return Redis(
        host=settings.broker_host,
        port=settings.broker_port,
        username=settings.broker_user if password else None,
        password=password.get_secret_value() if password else None,
        ssl=settings.broker_tls,
        ssl_cert_reqs="required",
        ssl_ca_certs=str(settings.broker_ca or ssl.get_default_verify_paths().cafile)
        if settings.broker_tls
        else None,
        socket_timeout=5,
        socket_connect_timeout=3,
        socket_keepalive=True,
        health_check_interval=25,
        # A repeated fetch would take a second message, and forget the first: the consumer starts anew instead, and
        # puts it back.
        retry=Retry(NoBackoff(), 0),
    )


def queues(work: Workload) -> Sequence[str]:
    """Highest priority first."""
    return [queue_of(work, cast(Priority, level)) for level in PRIORITY_NUMBERS] if work.priorities else [work.queue]


def queue_of(work: Workload, priority: Priority) -> str:
    # Redis has no priorities, and Dramatiq's order only what a process holds: each level is a queue, emptied in their
    # order.
    return f"{work.queue}.{priority}" if work.priorities and priority != "default" else work.queue


def priority_options(number: int) -> dict[str, Any]:
    """More options of a message: its queue says it all."""
    return {}


def consumer_name(broker: Broker) -> str:
    return str(cast(LeasedBroker, broker).broker_id)


def bury(message: Mapping[str, Any], verdict: Verdict, work: Workload, fallback_id: str) -> None:
    """Writes the dead letter; once this returns, the message is acknowledged."""
    with open_store(work) as store:
        store.put(letter_of(message, verdict, work, fallback_id))


class Leases:
    """Of the processes of this worker, and of those that nobody renews any more; for its main process.

    Without signs a process counts as dead, and its messages are given to another: code in C that holds the
    interpreter lock must not stop them, so another process gives them.
    """

    def __init__(self) -> None:
        # only its script is used: moving the messages of a process back is one step there
        self._broker = RedisBroker(  # type: ignore[no-untyped-call]
            client=connect(RuntimeSettings.load()), middleware=[], namespace=NAMESPACE, maintenance_chance=0
        )
        self._client: Redis = self._broker.client
        self._renewed: dict[str, float] = {}
        self._reap_after = time.monotonic() + 2 * RENEW_S
        self._seen = time.monotonic()

    def keep(self, consumers: Sequence[str]) -> None:
        """Renews these leases, and gives up those that have run out. For every turn of the main process."""
        now = time.monotonic()
        try:
            for each in consumers:
                if now - self._renewed.get(each, 0.0) >= RENEW_S:
                    self._client.zadd(LEASES, {each: int(time.time() * 1000)})
                    self._renewed[each] = now
            if now >= self._reap_after:
                self._reap_after = now + RENEW_S
                silent: Any = self._client.zrangebyscore(LEASES, 0, (time.time() - LEASE_S) * 1000)
                for member in silent:
                    self._return_all(_text(member))
        except RedisError as error:
            _log.warning("leases_not_renewed", error=str(error))
            self._seen = 0.0
        if now - self._seen > RENEW_S:
            # the broker was away, or we were: the others get the time to give a sign
            self._reap_after = now + LEASE_S
        self._seen = time.monotonic()

    def give_up(self, consumer: str) -> bool:
        """Of a process that is known to be dead: its messages go back at once. False: the broker is away."""
        try:
            self._return_all(consumer)
        except RedisError as error:
            _log.warning("lease_not_given_up", error=str(error))
            return False
        return True

    def _return_all(self, consumer: str) -> None:
        """From every queue of the project: a lease is for all of them, and gone afterwards."""
        for queue in (each for work in WORKLOADS.values() for name in queues(work) for each in (name, dq_name(name))):
            ids = [_text(each) for each in self._client.smembers(f"{NAMESPACE}:__acks__.{consumer}.{queue}")]
            if ids:
                self._broker.broker_id = consumer
                self._broker.do_requeue(queue, *ids)
                _log.warning("messages_returned", consumer=consumer, queue=queue, messages=len(ids))
        self._client.zrem(LEASES, consumer)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
