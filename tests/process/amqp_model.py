"""What RabbitMQ does with a topology, as a transport of kombu: enough to tell whether a message arrives. No network.

It runs inside a rendered project's environment. A message for an exchange that nobody has declared is refused as RabbitMQ
refuses it; one that no binding takes further is lost, as there.
"""

from __future__ import annotations

import re
from typing import Any

from amqp.exceptions import NotFound
from amqp.protocol import queue_declare_ok_t
from kombu.transport import TRANSPORT_ALIASES, pyamqp, virtual

URL = "model://localhost"
exchanges: dict[str, str] = {}
"""Name to type."""
bindings: list[tuple[str, str, str, str]] = []
"""Source, routing key, `queue` or `exchange`, name."""
queues: dict[str, dict[str, Any]] = {}
"""Name to arguments."""
arrived: list[str] = []
"""Queues in which messages have come to rest, once their delays are over."""


class Channel(virtual.Channel):  # type: ignore[misc]
    def exchange_declare(self, exchange: str | None = None, type: str = "direct", **_: Any) -> None:
        exchanges[exchange or ""] = type

    def queue_declare(self, queue: str | None = None, arguments: Any = None, **_: Any) -> Any:
        queues[queue or ""] = dict(arguments or {})
        return queue_declare_ok_t(queue, 0, 0)

    def queue_bind(self, queue: str, exchange: str | None = None, routing_key: str = "", **_: Any) -> None:
        self._known(exchange or "")
        bindings.append((exchange or "", routing_key, "queue", queue))

    def exchange_bind(self, destination: str, source: str = "", routing_key: str = "", **_: Any) -> None:
        self._known(source)
        self._known(destination)
        bindings.append((source, routing_key, "exchange", destination))

    def basic_publish(self, message: Any, exchange: str, routing_key: str, **_: Any) -> None:
        self._known(exchange)
        _route(exchange, routing_key)

    def _known(self, exchange: str) -> None:
        if exchange not in exchanges:
            raise NotFound(f"no exchange '{exchange}'")


class Transport(virtual.Transport):  # type: ignore[misc]
    Channel = Channel
    driver_type = "amqp"
    driver_name = "model"
    # which errors kombu lets through as they are
    connection_errors = pyamqp.Transport.connection_errors
    channel_errors = pyamqp.Transport.channel_errors
    recoverable_connection_errors = pyamqp.Transport.recoverable_connection_errors
    recoverable_channel_errors = pyamqp.Transport.recoverable_channel_errors

    def driver_version(self) -> str:
        return "0"


TRANSPORT_ALIASES["model"] = f"{__name__}:Transport"


def _route(exchange: str, key: str) -> None:
    """Through every delay to where it stays; the broker gives one message to a queue once, whatever leads there."""
    at, seen, ends = [exchange], set(), set()
    while at:
        source = at.pop()
        if source in seen:
            continue
        seen.add(source)
        for origin, pattern, kind, name in bindings:
            if origin == source and _matches(exchanges[source], pattern, key):
                at.append(name) if kind == "exchange" else ends.add(name)
    for queue in sorted(ends):
        if "x-message-ttl" in queues[queue] and "x-dead-letter-exchange" in queues[queue]:
            _route(queues[queue]["x-dead-letter-exchange"], key)
        else:
            arrived.append(queue)


def _matches(kind: str, pattern: str, key: str) -> bool:
    if kind == "direct":
        return pattern == key
    words = [
        {"#": r"(?:[^.]*(?:\.|$))*", "*": r"[^.]*(?:\.|$)"}.get(each, re.escape(each) + r"(?:\.|$)")
        for each in pattern.split(".")
    ]
    return re.fullmatch("".join(words), key) is not None
