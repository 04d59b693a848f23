# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Enqueues tasks: from an application, a script, or another task."""

from __future__ import annotations

import time
import uuid
from typing import Any

from pydantic import BaseModel

from . import adapter
from .envelope import Envelope
from .ledger import Ledger
from .task import Task, Transient
from .workloads import PROJECT, WORKLOADS, Priority

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, PROJECT)


class PayloadTooLarge(ValueError):
    """The message would clog the broker: store the data elsewhere, and enqueue where it is."""


class EnqueueError(Transient):
    """The broker did not confirm the message. It may be tried again, best with a key: a task that raises it is retried."""


def enqueue(
    task: Task[Any],
    payload: BaseModel,
    *,
    priority: Priority = "default",
    delay_s: float = 0,
    key: str | None = None,
) -> str:
    """Sends a task to the broker and gives its id.

    `key` makes it idempotent: the same key gives the same id, and a finished id is not worked again.
    Raises ValidationError where the payload is not the task's, PayloadTooLarge, EnqueueError.
    """
    if delay_s < 0:
        raise ValueError("delay_s must not be negative")
    checked = task.payload.model_validate(
        payload.model_dump() if not isinstance(payload, task.payload) else payload
    )
    now = time.time()
    envelope = Envelope(
        id=_id(task, key),
        task=task.name,
        payload=checked.model_dump(mode="json"),
        enqueued_at=now,
        due_at=now + delay_s if delay_s else 0.0,
        key=key,
        priority=priority,
    )
    limit = WORKLOADS[task.workload].max_payload_bytes
    size = len(envelope.model_dump_json())
    if size > limit:
        raise PayloadTooLarge(
            f"{task.name}: the message is {size} bytes, above {limit}; enqueue a reference to the data"
        )
    try:
        adapter.send(envelope, priority=priority, delay_s=delay_s)
    except adapter.SEND_ERRORS as error:
        raise EnqueueError(f"{task.name}: the broker did not take the message: {error}") from error
    return envelope.id


def result(task_id: str) -> Any:
    """What the task returned; None where it is not done, returned nothing, or the result has expired."""
    return Ledger().result(task_id)


def _id(task: Task[Any], key: str | None) -> str:
    return str(uuid.uuid4() if key is None else uuid.uuid5(_NAMESPACE, f"{task.name}\0{key}"))
