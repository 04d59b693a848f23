"""Takes in webhooks, and brings what they say into a table, in the right order and once.

`receive` belongs into the application's endpoint: it checks the signature and enqueues, and answers within milliseconds.
Replace the event types and the table. What must stay: an event that comes twice, late or in the wrong order changes
nothing that is newer, and one that nobody understands is kept until somebody does.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from ..runtime.config import RuntimeSettings
from ..runtime.task import Context, Permanent, task
from ..sandbox.web_hooks import put_if_newer

NAME = "web-hooks"
BATCH_EVENTS = 100


class HookSettings(RuntimeSettings):
    """From the environment, with this prefix, and from secret files of the same name."""

    model_config = SettingsConfigDict(env_prefix="web_hooks_")

    hook_secret: SecretStr | None = None
    """Shared with the sender. Without one, nothing is received."""
    tolerance_s: int = 300
    """How old a signature may be: what was overheard is worth nothing later."""


class Event(BaseModel):
    """`version` counts up for each subject. A sender without one: take the time it happened, in milliseconds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    event_id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")
    type: str = Field(max_length=100)
    subject: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,100}$")
    version: int = Field(ge=0)
    data: dict[str, JsonValue] = {}


class Batch(BaseModel):
    """Events of a stream, in its order."""

    events: tuple[Event, ...] = Field(min_length=1, max_length=BATCH_EVENTS)


class OrderPaid(BaseModel):
    amount_cents: int = Field(ge=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")


class OrderShipped(BaseModel):
    carrier: str = Field(max_length=50)


Outcome = Literal["applied", "stale"]


class SignatureError(ValueError):
    """Answer 401 and nothing else: it is not from our sender, or it is too old."""


def receive(body: bytes, signature: str, timestamp: str, *, now: float | None = None) -> str:
    """Called by the endpoint with the raw body, before anything has parsed it. Gives the id of the task.

    Raises SignatureError, and ValidationError (answer 400) for a body that is no event. The sender's id is the key: when
    it sends again because our answer was late, that is the same task.
    """
    verify(body, signature, timestamp, now=time.time() if now is None else now)
    event = Event.model_validate_json(body)
    return handle.enqueue(event, key=event.event_id)


def verify(body: bytes, signature: str, timestamp: str, *, now: float) -> None:
    """HMAC-SHA256 over time and body; the time is signed too, so that an old request cannot be dressed up as new."""
    settings = HookSettings.load()
    if settings.hook_secret is None:
        raise SignatureError("no hook_secret is set")
    if not (timestamp.isascii() and timestamp.isdigit()) or abs(now - int(timestamp)) > settings.tolerance_s:
        raise SignatureError("the time is missing or too far from now")
    expected = sign(body, timestamp, settings.hook_secret.get_secret_value())
    # In constant time: how long a comparison takes must not tell how much of a guess was right.
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise SignatureError("the signature is not that of the body")


def sign(body: bytes, timestamp: str, secret: str) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def sample(number: int) -> Event:
    """For the load test: ten events for each order, of which some come in the wrong order."""
    order, step = divmod(number, 10)
    version = step ^ 1 if order % 5 == 0 else step
    data: dict[str, JsonValue] = {"amount_cents": 100 * version, "currency": "EUR"}
    return Event(event_id=f"evt-{number}", type="order.paid", subject=f"order-{order}", version=version, data=data)


def sample_batch(number: int) -> Batch:
    return Batch(events=tuple(sample(number * 20 + each) for each in range(20)))


@task(workload=NAME, payload=Event, sample=sample)
def handle(event: Event, context: Context) -> Outcome:
    """Bring one event into the table. A type or content that is not understood is a dead letter: deploy, then replay."""
    outcome = apply(event)
    if outcome == "stale":
        context.log.info("stale", event_id=event.event_id, subject=event.subject, version=event.version)
    return outcome


@task(workload=NAME, payload=Batch, sample=sample_batch)
def handle_batch(batch: Batch, context: Context) -> dict[str, int]:
    """A batch is not held up by one bad event: that one becomes a task, and so a dead letter, of its own."""
    outcomes: Counter[str] = Counter()
    for event in batch.events:
        try:
            outcomes[apply(event)] += 1
        except Permanent:
            handle.enqueue(event, key=event.event_id)
            outcomes["set_aside"] += 1
    return dict(outcomes)


def apply(event: Event) -> Outcome:
    handler = HANDLERS.get(event.type)
    if handler is None:
        raise Permanent(f"{event.event_id}: no handler for events of type {event.type!r}")
    try:
        changes = handler(event.data)
    except ValidationError as error:
        raise Permanent(f"{event.event_id}: {event.type} is not as we know it: {error}") from error
    # Events come twice and in any order: the check and the write must be one step, or an older one slips in between.
    return "applied" if put_if_newer(event.subject, event.version, changes) else "stale"


def _paid(data: Mapping[str, Any]) -> dict[str, str]:
    paid = OrderPaid.model_validate(data)
    return {"state": "paid", "amount": f"{paid.amount_cents / 100:.2f} {paid.currency}"}


def _shipped(data: Mapping[str, Any]) -> dict[str, str]:
    return {"state": "shipped", "carrier": OrderShipped.model_validate(data).carrier}


HANDLERS: dict[str, Callable[[Mapping[str, Any]], dict[str, str]]] = {
    "order.paid": _paid,
    "order.shipped": _shipped,
}
