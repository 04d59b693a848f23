from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from back_office.runtime import http
from back_office.runtime.task import Context, Transient
from back_office.sandbox.receipts import (
    answer,
    sent,
)
from back_office.tasks import receipts as tasks
from back_office.tasks.receipts import (
    Batch,
    Bounced,
    Mail,
    ProviderSettings,
    Unknown,
    mailing,
    receipt,
    release,
    send_batch,
    send_mail,
    suppress,
)

MAIL = Mail(mail_id="receipt-1", to="ada@shop.example", template="receipt")
BOUNCES = "sandbox-reject@shop.example"


class Calls:
    """Stands between the task and the sandbox, and counts."""

    def __init__(self) -> None:
        self.requests: list[httpx2.Request] = []
        self.reply: Callable[[httpx2.Request], httpx2.Response] = answer

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        return self.reply(request)


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calls]:
    counted = Calls()
    made = tasks.provider
    monkeypatch.setattr(tasks, "answer", counted)
    made.cache_clear()
    yield counted
    made.cache_clear()


def lose_the_answer(request: httpx2.Request) -> httpx2.Response:
    """The provider sends, and the connection breaks before it says so."""
    answer(request)
    raise httpx2.ReadTimeout("no answer", request=request)


def test_sends_a_mail_once(run: Callable[..., Context]) -> None:
    assert send_mail(MAIL, run("one")) == "sent"
    assert send_mail(MAIL, run("two")) == "already_sent"
    assert sent() == ["ada@shop.example"]


def test_a_bounce_suppresses_the_address(run: Callable[..., Context], calls: Calls) -> None:
    gone = MAIL.model_copy(update={"to": BOUNCES})
    with pytest.raises(Bounced):
        send_mail(gone, run())
    assert send_mail(gone.model_copy(update={"mail_id": "receipt-2"}), run()) == "suppressed"
    assert len(calls.requests) == 1


def test_a_wrong_token_suppresses_nobody(run: Callable[..., Context], calls: Calls) -> None:
    calls.reply = lambda request: httpx2.Response(401)
    with pytest.raises(http.Refused):
        send_mail(MAIL, run())
    calls.reply = answer
    assert send_mail(MAIL, run()) == "sent"


def test_an_outage_is_retried_later(run: Callable[..., Context], calls: Calls) -> None:
    calls.reply = lambda request: httpx2.Response(503, headers={"Retry-After": "60"})
    with pytest.raises(Transient) as raised:
        send_mail(MAIL, run())
    assert raised.value.retry_after == 60
    calls.reply = answer
    assert send_mail(MAIL, run(attempt=2)) == "sent"


def test_a_lost_answer_sends_nothing_twice(run: Callable[..., Context], calls: Calls) -> None:
    calls.reply = lose_the_answer
    with pytest.raises(http.Uncertain):
        send_mail(MAIL, run())
    calls.reply = answer
    send_mail(MAIL, run(attempt=2))
    assert sent() == ["ada@shop.example"]
    assert len({request.headers["Idempotency-Key"] for request in calls.requests}) == 1


def test_without_keys_a_lost_answer_waits_for_a_person(
    run: Callable[..., Context], calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    simple = tasks.Provider(ProviderSettings(provider_knows_keys=False))
    monkeypatch.setattr(tasks, "provider", lambda: simple)
    calls.reply = lose_the_answer
    with pytest.raises(http.Uncertain):
        send_mail(MAIL, run())
    with pytest.raises(Unknown):
        send_mail(MAIL, run(attempt=2))
    assert len(calls.requests) == 1
    release(MAIL.mail_id, MAIL.to)
    calls.reply = answer
    assert send_mail(MAIL, run(attempt=3)) == "sent"


def test_one_bounce_does_not_stop_a_batch(run: Callable[..., Context]) -> None:
    suppress("left@shop.example")
    batch = Batch(
        mailing="spring",
        template="newsletter",
        recipients=("a@shop.example", BOUNCES, "left@shop.example", "b@shop.example"),
    )
    assert send_batch(batch, run()) == {"sent": 2, "bounced": 1, "suppressed": 1}
    assert sorted(sent()) == ["a@shop.example", "b@shop.example"]


def test_a_batch_goes_on_where_the_provider_failed(run: Callable[..., Context], calls: Calls) -> None:
    batch = Batch(mailing="spring", template="newsletter", recipients=("a@shop.example", "b@shop.example"))
    calls.reply = lambda request: answer(request) if len(calls.requests) == 1 else httpx2.Response(503)
    with pytest.raises(Transient):
        send_batch(batch, run())
    calls.reply = answer
    assert send_batch(batch, run(attempt=2)) == {"already_sent": 1, "sent": 1}
    assert len(calls.requests) == 3


def test_a_mailing_is_cut_into_batches_behind_single_mails(queue: Any) -> None:
    readers = [f"reader-{number}@shop.example" for number in range(120)]
    ids = mailing("spring", "newsletter", [*readers, readers[0]])
    assert mailing("spring", "newsletter", readers) == ids
    receipt("17", "ada@shop.example")
    assert len(set(ids)) == 3
    assert [envelope.priority for envelope in queue.sent] == ["low"] * 6 + ["high"]


def test_a_header_cannot_be_smuggled_in() -> None:
    with pytest.raises(ValueError, match="to"):
        Mail(mail_id="m", to="ada@shop.example\nBcc: all@shop.example", template="receipt")
