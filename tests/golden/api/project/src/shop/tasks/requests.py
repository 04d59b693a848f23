"""Looks up the company of a customer who signed up, at a partner who is sometimes slow and sometimes down.

Replace the partner, the payload and `save`. Keep the order of the guards: a kept result needs no call; an open circuit
makes no call; the rate limit is spent only on calls that are made.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx2
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict

from ..runtime import http
from ..runtime.breaker import Breaker, CircuitOpen
from ..runtime.cache import Cache
from ..runtime.config import RuntimeSettings
from ..runtime.ratelimit import RateLimit
from ..runtime.stores import cache_store, state_store
from ..runtime.task import Context, Permanent, task
from ..runtime.workloads import KEY_PREFIX
from ..sandbox.requests import answer

NAME = "requests"


class PartnerSettings(RuntimeSettings):
    """From the environment, with this prefix, and from secret files of the same name."""

    model_config = SettingsConfigDict(env_prefix="requests_")

    partner_url: str = "sandbox:"
    partner_token: SecretStr = SecretStr("")
    partner_rate: str = "100/second"
    """What the contract allows, for all workers together."""
    partner_timeout_s: float = 5.0
    result_ttl_s: int = 3600


class Customer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    customer_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    domain: str = Field(max_length=253, pattern=r"^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$")


class Company(BaseModel):
    """What we read of the partner's answer; it may grow other fields."""

    name: str = Field(max_length=200)
    industry: str
    employees: int = Field(ge=0)


class Profile(BaseModel):
    """The result. Degraded: the partner was not asked, `refresh` fills in the company later."""

    customer_id: str
    company: Company | None
    degraded: bool = False


class Partner:
    """The partner and its guards. One a process: the pool and the breaker's state are worth keeping."""

    def __init__(self, settings: PartnerSettings) -> None:
        self._http = http.client(
            settings.partner_url,
            sandbox=answer,
            read_s=settings.partner_timeout_s,
            headers={"Authorization": f"Bearer {settings.partner_token.get_secret_value()}"},
        )
        self._rate = RateLimit(f"{NAME}-partner", settings.partner_rate, store=state_store())
        self._breaker = Breaker(
            f"{NAME}-partner", store=state_store(), fail_max=5, reset_s=30, ignore=(Permanent, http.Busy)
        )
        self._companies = Cache(f"{NAME}-company", Company, store=cache_store(), ttl_s=settings.result_ttl_s)

    def company(self, domain: str, context: Context) -> Company:
        """Raises CircuitOpen where the partner is known to be down, Transient or Permanent as the call went."""
        return self._companies.get_or_call(lambda: self._look_up(domain, context), domain)

    def _look_up(self, domain: str, context: Context) -> Company:
        if not self._breaker.is_open:
            self._rate.acquire(wait_s=min(5.0, context.remaining_s() / 4))
        return _company(self._breaker.call(self._ask, domain, context))

    def _ask(self, domain: str, context: Context) -> httpx2.Response:
        # A look-up costs money: under one key the partner counts it once, also when we have to ask again.
        return http.call(
            self._http,
            "POST",
            "/v1/lookups",
            key=context.id,
            json={"domain": domain},
            headers={"Retry-Attempt": str(context.attempt - 1)},
        )


@cache
def partner() -> Partner:
    return Partner(PartnerSettings.load())


def sample(number: int) -> Customer:
    """For the load test: half of them ask for a company that was asked for before."""
    return Customer(customer_id=f"customer-{number}", domain=f"company-{number // 2}.example")


@task(workload=NAME, payload=Customer, sample=sample)
def enrich(customer: Customer, context: Context) -> dict[str, Any]:
    """Find the company of a customer. While the partner is down: the profile without it, and a refresh for later."""
    try:
        profile = Profile(customer_id=customer.customer_id, company=partner().company(customer.domain, context))
    except CircuitOpen as error:
        context.log.warning("degraded", reason=str(error))
        profile = Profile(customer_id=customer.customer_id, company=None, degraded=True)
        refresh.enqueue(
            customer,
            priority="low",
            delay_s=error.retry_after or 60,
            key=f"refresh:{customer.customer_id}:{context.id}",
        )
    save(profile)
    return profile.model_dump()


@task(workload=NAME, payload=Customer)
def refresh(customer: Customer, context: Context) -> None:
    """Fill in what `enrich` had to leave out. An open circuit is an error here: the queue tries again later."""
    save(Profile(customer_id=customer.customer_id, company=partner().company(customer.domain, context)))


def on_sign_up(customer: Customer) -> str:
    """Called by the application. Somebody waits for this one; the key makes a double click one task."""
    return enrich.enqueue(customer, priority="high", key=f"sign-up:{customer.customer_id}")


def nightly(customers: list[Customer], day: str) -> list[str]:
    """Called by a schedule: nobody waits, so these stand behind sign-ups."""
    return [enrich.enqueue(each, priority="low", key=f"nightly:{day}:{each.customer_id}") for each in customers]


def save(profile: Profile) -> None:
    """Stands for your database. Safe to repeat, and a degraded profile never replaces a full one."""
    key = f"{KEY_PREFIX}{NAME}:profile:{profile.customer_id}"
    state_store().set(key, profile.model_dump_json(), nx=profile.degraded, ex=3600)


def _company(response: httpx2.Response) -> Company:
    try:
        return Company.model_validate_json(response.content)
    except ValidationError as error:
        raise Permanent(f"the partner's answer is not what we know: {error.errors()[0]['loc']}") from error
