from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from back_office.runtime.task import Context, Permanent
from back_office.sandbox.web_hooks import row
from back_office.tasks.web_hooks import (
    Batch,
    Event,
    HookSettings,
    SignatureError,
    handle,
    handle_batch,
    receive,
    sample,
    sign,
)

NOW = 1_800_000_000
SECRET = "a secret of the tests"
PAID = Event(
    event_id="evt-1",
    type="order.paid",
    subject="order-1",
    version=2,
    data={"amount_cents": 1250, "currency": "EUR"},
)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = HookSettings(hook_secret=SecretStr(SECRET))
    monkeypatch.setattr(HookSettings, "load", lambda: settings)


def deliver(event: Event = PAID, *, at: int = NOW, now: int = NOW, secret: str = SECRET) -> str:
    body = event.model_dump_json().encode()
    return receive(body, sign(body, str(at), secret), str(at), now=now)


def test_a_signed_event_is_enqueued_once(queue: Any, run: Callable[..., Context]) -> None:
    assert deliver() == deliver()
    assert queue.work() == ["applied"]
    assert row("order-1") == {"version": "2", "state": "paid", "amount": "12.50 EUR"}


@pytest.mark.parametrize("wrong", [{"secret": "a guess"}, {"at": NOW - 301}, {"at": NOW + 301}])
def test_refuses_what_is_forged_or_old(wrong: dict[str, Any], queue: Any) -> None:
    with pytest.raises(SignatureError):
        deliver(**wrong)
    assert queue.sent == []


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "\uff11\uff18"])
def test_refuses_a_time_that_is_none(timestamp: str) -> None:
    body = PAID.model_dump_json().encode()
    with pytest.raises(SignatureError):
        receive(body, sign(body, timestamp, SECRET), timestamp, now=NOW)


def test_refuses_a_body_that_was_changed() -> None:
    body = PAID.model_dump_json().encode()
    with pytest.raises(SignatureError):
        receive(body.replace(b"1250", b"1251"), sign(body, str(NOW), SECRET), str(NOW), now=NOW)


def test_receives_nothing_without_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = HookSettings()
    monkeypatch.setattr(HookSettings, "load", lambda: settings)
    with pytest.raises(SignatureError):
        deliver(secret="")


def test_a_signed_body_that_is_no_event_is_an_error_of_the_sender() -> None:
    body = json.dumps({"hello": "world"}).encode()
    with pytest.raises(ValueError, match="event_id"):
        receive(body, sign(body, str(NOW), SECRET), str(NOW), now=NOW)


def test_an_older_event_changes_nothing(run: Callable[..., Context]) -> None:
    shipped = Event(event_id="evt-2", type="order.shipped", subject="order-1", version=3, data={"carrier": "Post"})
    assert handle(shipped, run()) == "applied"
    assert handle(PAID, run()) == "stale"
    assert handle(shipped, run()) == "stale"
    assert row("order-1") == {"version": "3", "state": "shipped", "carrier": "Post"}


def test_the_last_version_wins_in_any_order(run: Callable[..., Context]) -> None:
    events = [sample(number) for number in range(10)]
    assert [event.version for event in events] != sorted(event.version for event in events)
    for event in events:
        handle(event, run())
    assert row("order-0")["version"] == "9"


def test_an_unknown_type_is_a_dead_letter(run: Callable[..., Context]) -> None:
    with pytest.raises(Permanent, match=r"order\.frozen"):
        handle(PAID.model_copy(update={"type": "order.frozen"}), run())


def test_content_that_is_not_understood_is_a_dead_letter(run: Callable[..., Context]) -> None:
    with pytest.raises(Permanent, match="currency"):
        handle(PAID.model_copy(update={"data": {"amount_cents": 1}}), run())


def test_a_batch_sets_a_bad_event_aside(run: Callable[..., Context], queue: Any) -> None:
    bad = PAID.model_copy(update={"event_id": "evt-3", "type": "order.frozen"})
    newer = PAID.model_copy(update={"event_id": "evt-4", "version": 3})
    batch = Batch(events=(PAID, bad, newer, PAID))
    assert handle_batch(batch, run()) == {"applied": 2, "set_aside": 1, "stale": 1}
    assert [envelope.payload["event_id"] for envelope in queue.sent] == ["evt-3"]


def test_a_table_that_is_away_is_worth_a_retry(run: Callable[..., Context]) -> None:
    with pytest.raises(handle.retry_on):
        handle(PAID.model_copy(update={"subject": "sandbox-fail"}), run())
