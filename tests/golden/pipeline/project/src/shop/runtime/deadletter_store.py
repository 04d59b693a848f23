# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Dead letters on RabbitMQ: a quorum queue that rejected messages are moved to. The ledger tells what went wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from kombu import Connection
from kombu.message import Message
from pydantic import ValidationError

from .celery_app import celery_app
from .deadletter import DeadLetter
from .envelope import Envelope
from .ledger import Ledger
from .workloads import Workload


class RabbitDeadLetters:
    """Messages that were looked at and not acknowledged go back to their place when the channel is closed."""

    def __init__(self, work: Workload) -> None:
        self._work = work
        self._stack = ExitStack()
        self._channel: Any = None

    def __enter__(self) -> Self:
        connection: Connection = self._stack.enter_context(celery_app().connection_for_write())
        self._channel = self._stack.enter_context(connection.channel())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def count(self) -> int:
        return int(self._channel.queue_declare(self._work.dead_letter, passive=True).message_count)

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
            message.ack()
            replayed += 1
        return replayed

    def purge(self, task_id: str | None) -> int:
        if task_id is None:
            return int(self._channel.queue_purge(self._work.dead_letter) or 0)
        purged = 0
        for message in self._messages():
            if _id(message) == task_id:
                message.ack()
                purged += 1
        return purged

    def _messages(self) -> Iterator[Message]:
        """Those that are there now: what comes while we look would keep us for ever."""
        for _ in range(self.count()):
            message = self._channel.basic_get(self._work.dead_letter)
            if message is None:
                return
            yield self._channel.message_to_python(message)


def open_store(work: Workload) -> RabbitDeadLetters:
    return RabbitDeadLetters(work)


def _body(message: Message) -> dict[str, Any]:
    """The envelope inside Celery's message: `[[envelope], {}, {...}]`."""
    try:
        body = json.loads(message.body)[0][0]
    except (ValueError, LookupError, TypeError):
        return {}
    return body if isinstance(body, dict) else {}


def _envelope(message: Message) -> Envelope | None:
    """None for a message that no worker could ever read; it stays, to be looked at."""
    try:
        return Envelope.model_validate(_body(message))
    except ValidationError:
        return None


def _id(message: Message) -> str:
    envelope = _envelope(message)
    return envelope.id if envelope else str((message.headers or {}).get("id", ""))


def _letter(message: Message, work: Workload, ledger: Ledger) -> DeadLetter:
    body, task_id = _body(message), _id(message)
    record = next(iter(ledger.records([task_id])), None)
    error, _, text = (record.error or "" if record else "").partition(": ")
    deaths = (message.headers or {}).get("x-death") or [{}]
    died = deaths[0].get("time")
    return DeadLetter(
        id=task_id,
        task=str(body.get("task", "unknown")),
        workload=work.name,
        died_at=died.timestamp() if isinstance(died, datetime) else time.time(),
        error=error or str(deaths[0].get("reason", "unknown")),
        message=text,
        attempts=record.attempts if record else 0,
        starts=record.starts if record else 0,
        envelope=body,
    )
