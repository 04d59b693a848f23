from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from shop.runtime.stores import state_store
from shop.runtime.task import Context, Permanent, Transient
from shop.runtime.workloads import KEY_PREFIX
from shop.sandbox.requests import answer
from shop.tasks import requests as tasks
from shop.tasks.requests import (
    NAME,
    Customer,
    PartnerSettings,
    Profile,
    enrich,
    on_sign_up,
    refresh,
)

CUSTOMER = Customer(customer_id="c-1", domain="acme.example")
DOWN = Customer(customer_id="c-2", domain="sandbox-fail.example")


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
    made = tasks.partner
    monkeypatch.setattr(tasks, "answer", counted)
    made.cache_clear()
    yield counted
    made.cache_clear()


def saved(customer: Customer) -> Profile:
    text = state_store().get(f"{KEY_PREFIX}{NAME}:profile:{customer.customer_id}")
    assert isinstance(text, str)
    return Profile.model_validate_json(text)


def test_finds_the_company_and_saves_it(run: Callable[..., Context]) -> None:
    result = enrich(CUSTOMER, run())
    assert result["company"]["name"] == "Acme"
    assert saved(CUSTOMER) == Profile.model_validate(result)


def test_asks_once_for_the_same_company(run: Callable[..., Context], calls: Calls) -> None:
    enrich(CUSTOMER, run("one"))
    enrich(CUSTOMER.model_copy(update={"customer_id": "c-9"}), run("two"))
    assert len(calls.requests) == 1


def test_works_without_the_cache(run: Callable[..., Context], calls: Calls, servers: dict[str, Any]) -> None:
    enrich(CUSTOMER, run("one"))
    servers["cache"].connected = False
    assert enrich(CUSTOMER, run("two"))["company"]["name"] == "Acme"
    assert len(calls.requests) == 2


def test_a_retry_asks_under_the_same_key(run: Callable[..., Context], calls: Calls) -> None:
    calls.reply = lambda request: httpx2.Response(503, headers={"Retry-After": "7"})
    with pytest.raises(Transient) as raised:
        enrich(CUSTOMER, run("task-7", attempt=1))
    assert raised.value.retry_after == 7
    calls.reply = answer
    enrich(CUSTOMER, run("task-7", attempt=2))
    assert {request.headers["Idempotency-Key"] for request in calls.requests} == {"task-7"}


def test_a_refusal_is_not_retried(run: Callable[..., Context]) -> None:
    with pytest.raises(Permanent):
        enrich(Customer(customer_id="c-3", domain="sandbox-reject.example"), run())


def test_an_answer_that_is_not_understood_is_not_retried(run: Callable[..., Context], calls: Calls) -> None:
    calls.reply = lambda request: httpx2.Response(200, json={"nom": "Acme"})
    with pytest.raises(Permanent, match="name"):
        enrich(CUSTOMER, run())


def test_degrades_while_the_partner_is_down(run: Callable[..., Context], calls: Calls, queue: Any) -> None:
    for attempt in range(5):
        with pytest.raises(Transient):
            enrich(DOWN, run("down", attempt=attempt + 1))
    asked = len(calls.requests)
    result = enrich(CUSTOMER, run())
    assert result == {"customer_id": "c-1", "company": None, "degraded": True}
    assert len(calls.requests) == asked
    assert queue.names() == ["refresh"]
    assert queue.sent[0].priority == "low"
    assert queue.delays[queue.sent[0].id] > 0


def test_refresh_fills_in_what_was_left_out(run: Callable[..., Context]) -> None:
    tasks.save(Profile(customer_id="c-1", company=None, degraded=True))
    refresh(CUSTOMER, run())
    assert not saved(CUSTOMER).degraded
    tasks.save(Profile(customer_id="c-1", company=None, degraded=True))
    assert not saved(CUSTOMER).degraded


def test_keeps_to_the_rate_of_the_contract(
    run: Callable[..., Context], calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tasks.Partner(PartnerSettings(partner_rate="2/minute"))
    monkeypatch.setattr(tasks, "partner", lambda: slow)
    for number in range(2):
        enrich(Customer(customer_id="c", domain=f"company-{number}.example"), run())
    with pytest.raises(Transient, match="rate limit"):
        enrich(Customer(customer_id="c", domain="company-3.example"), run(deadline=0.0))
    assert len(calls.requests) == 2


def test_a_sign_up_goes_first_and_only_once(queue: Any) -> None:
    assert on_sign_up(CUSTOMER) == on_sign_up(CUSTOMER)
    assert {envelope.priority for envelope in queue.sent} == {"high"}


def test_a_payload_with_markup_in_the_domain_is_refused() -> None:
    with pytest.raises(ValueError, match="domain"):
        Customer(customer_id="c-1", domain="acme.example/../admin")
