# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Dead letters on RabbitMQ: a queue that rejected messages are moved to. The ledger tells what went wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import pika  # type: ignore[import-untyped]
from pydantic import ValidationError

from .carrier import broker
from .config import RuntimeSettings
from .connection import parameters
from .deadletter import DeadLetter
from .envelope import Envelope
from .ledger import Ledger
from .workloads import Workload


@dataclass(frozen=True, slots=True)
class Message:
    tag: int
    id: str
    """Dramatiq's, which is the task's; empty where it cannot be read."""
    body: dict[str, Any]
    """The envelope; empty where there is none."""
    headers: dict[str, Any]


class RabbitDeadLetters:
    """Messages that were looked at and not acknowledged go back to their place when the connection is closed."""

    def __init__(self, work: Workload) -> None:
        self._work = work
        self._connection: Any = None
        self._channel: Any = None

    def __enter__(self) -> Self:
        # declares the queue where no worker has yet
        broker().declare_queue(self._work.queue, ensure=True)  # type: ignore[call-arg]
        self._connection = pika.BlockingConnection(
            pika.ConnectionParameters(**parameters(RuntimeSettings.load()))
        )
        self._channel = self._connection.channel()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def count(self) -> int:
        return int(self._channel.queue_declare(self._work.dead_letter, passive=True).method.message_count)

    def list(self, limit: int) -> Iterator[DeadLetter]:
        ledger = Ledger()
        for index, message in enumerate(self._messages()):
            if index >= limit:
                return
            yield _letter(message, self._work, ledger)

    def replay(self, task_id: str | None, send: Callable[[Envelope], None]) -> int:
        replayed = 0
        for message in self._messages():
            envelope = _envelope(message)
            if envelope is None or task_id not in (None, envelope.id):
                continue
            send(envelope)
            self._channel.basic_ack(message.tag)
            replayed += 1
        return replayed

    def purge(self, task_id: str | None) -> int:
        if task_id is None:
            return int(self._channel.queue_purge(self._work.dead_letter).method.message_count)
        purged = 0
        for message in self._messages():
            if message.id == task_id:
                self._channel.basic_ack(message.tag)
                purged += 1
        return purged

    def _messages(self) -> Iterator[Message]:
        """Those that are there now: what comes while we look would keep us for ever."""
        for _ in range(self.count()):
            method, properties, body = self._channel.basic_get(self._work.dead_letter)
            if method is None:
                return
            task_id, envelope = _read(body)
            yield Message(method.delivery_tag, task_id, envelope, dict(properties.headers or {}))


def open_store(work: Workload) -> RabbitDeadLetters:
    return RabbitDeadLetters(work)


def _read(body: bytes) -> tuple[str, dict[str, Any]]:
    """Id and envelope of Dramatiq's message: `{"message_id": …, "args": [envelope], …}`."""
    try:
        message = json.loads(body)
        envelope = message["args"][0]
        return str(message["message_id"]), envelope if isinstance(envelope, dict) else {}
    except (ValueError, LookupError, TypeError):
        return "", {}


def _envelope(message: Message) -> Envelope | None:
    """None for a message that no worker could ever read; it stays, to be looked at."""
    try:
        return Envelope.model_validate(message.body)
    except ValidationError:
        return None


def _letter(message: Message, work: Workload, ledger: Ledger) -> DeadLetter:
    record = next(iter(ledger.records([message.id])), None)
    error, _, text = (record.error or "" if record else "").partition(": ")
    deaths = message.headers.get("x-death") or [{}]
    died = deaths[0].get("time")
    return DeadLetter(
        id=message.id,
        task=str(message.body.get("task", "unknown")),
        workload=work.name,
        died_at=died.timestamp() if isinstance(died, datetime) else time.time(),
        error=error or str(deaths[0].get("reason", "unknown")),
        message=text,
        attempts=record.attempts if record else 0,
        starts=record.starts if record else 0,
        envelope=message.body,
    )
