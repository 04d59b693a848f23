"""Sends mail through a provider: single ones that somebody waits for, and mailings to many that must not disturb them.

Replace the provider, the templates and where addresses come from. What must stay: nobody gets the same mail twice, and
nobody gets one who asked for none or whose address does not exist.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from itertools import islice
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from ..runtime import http
from ..runtime.breaker import Breaker
from ..runtime.config import RuntimeSettings
from ..runtime.ratelimit import RateLimit
from ..runtime.stores import state_store
from ..runtime.task import Context, Permanent, Transient, task
from ..runtime.workloads import KEY_PREFIX
from ..sandbox.receipts import answer

NAME = "receipts"
BATCH_RECIPIENTS = 50
"""A batch should be done within half the time limit at the provider's rate."""
REMEMBER_S = 3 * 24 * 3600
"""How long a mail is known to have been sent. Each takes about 200 bytes of the state store: 104 MB at 2/s."""


class ProviderSettings(RuntimeSettings):
    """From the environment, with this prefix, and from secret files of the same name."""

    model_config = SettingsConfigDict(env_prefix="receipts_")

    provider_url: str = "sandbox:"
    provider_token: SecretStr = SecretStr("")
    provider_rate: str = "200/second"
    provider_knows_keys: bool = True
    """It sends once for one Idempotency-Key. Where it does not, a mail whose fate is unknown is not sent again."""


Address = Annotated[str, Field(max_length=254, pattern=r"^[^@\s<>\",;]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$")]


class Mail(BaseModel):
    """One mail. `mail_id` is the application's: the receipt of order 17 is `receipt-17`, however often it is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mail_id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")
    to: Address
    template: str = Field(pattern=r"^[a-z0-9-]{1,50}$")
    values: dict[str, str] = {}


class Batch(BaseModel):
    """A part of a mailing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mailing: str = Field(pattern=r"^[A-Za-z0-9._-]{1,60}$")
    template: str = Field(pattern=r"^[a-z0-9-]{1,50}$")
    recipients: tuple[Address, ...] = Field(min_length=1, max_length=BATCH_RECIPIENTS)


Outcome = Literal["sent", "already_sent", "suppressed"]


class Bounced(Permanent):
    """The address does not exist. It is suppressed from now on."""


class Unknown(Permanent):
    """It may have been sent or not. Ask the provider; then `release` it and replay, or purge it."""


class Provider:
    """The provider and its guards. One a process."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.knows_keys = settings.provider_knows_keys
        self._http = http.client(
            settings.provider_url,
            sandbox=answer,
            headers={"Authorization": f"Bearer {settings.provider_token.get_secret_value()}"},
        )
        self._rate = RateLimit(f"{NAME}-provider", settings.provider_rate, store=state_store())
        self._breaker = Breaker(
            f"{NAME}-provider", store=state_store(), fail_max=10, reset_s=30, ignore=(Permanent, http.Busy)
        )

    def send(self, mail: Mail, context: Context) -> None:
        """Raises Bounced, Transient while the provider is down or busy, http.Uncertain where it may have sent it."""
        if not self._breaker.is_open:
            self._rate.acquire(wait_s=min(10.0, context.remaining_s() / 4))
        self._breaker.call(self._post, mail, context)

    def _post(self, mail: Mail, context: Context) -> None:
        try:
            http.call(
                self._http,
                "POST",
                "/v1/messages",
                key=f"{mail.mail_id}:{mail.to}",
                json=mail.model_dump(),
                headers={"Retry-Attempt": str(context.attempt - 1)},
            )
        except http.Refused as error:
            # Only this says something about the address. A 401 says something about us.
            if error.status == 422:
                raise Bounced(str(error)) from error
            raise


@cache
def provider() -> Provider:
    return Provider(ProviderSettings.load())


def sample(number: int) -> Mail:
    return Mail(mail_id=f"receipt-{number}", to=f"reader-{number}@shop.example", template="receipt")


def sample_batch(number: int) -> Batch:
    readers = tuple(f"reader-{number}-{each}@shop.example" for each in range(BATCH_RECIPIENTS))
    return Batch(mailing="spring", template="newsletter", recipients=readers)


@task(workload=NAME, payload=Mail, sample=sample)
def send_mail(mail: Mail, context: Context) -> str:
    """One mail. A provider that is down is tried again later; an address that bounces is a dead letter."""
    return deliver(mail, context)


@task(workload=NAME, payload=Batch, sample=sample_batch)
def send_batch(batch: Batch, context: Context) -> dict[str, int]:
    """Part of a mailing. A bounce concerns one recipient. A retry goes on where the provider failed."""
    outcomes: Counter[str] = Counter()
    for recipient in batch.recipients:
        mail = Mail(mail_id=batch.mailing, to=recipient, template=batch.template)
        try:
            outcomes[deliver(mail, context)] += 1
        except (Bounced, Unknown) as error:
            outcomes[type(error).__name__.lower()] += 1
            context.log.warning("not_sent", mail=mail.mail_id, to=mail.to, reason=str(error))
    return dict(outcomes)


def deliver(mail: Mail, context: Context) -> Outcome:
    """Send a mail unless it was sent, or must not be.

    The claim is written before the provider is asked. One that is left without an end (its worker died, or the answer
    was lost) may have been sent or not: asking again under the same key is safe where the provider knows keys.
    """
    store = state_store()
    if store.sismember(_suppressed(), mail.to):
        return "suppressed"
    claim = _claim(mail.mail_id, mail.to)
    # Between sending and noting it a worker may die: the claim shows that it may have been sent.
    if not store.set(claim, "claimed", nx=True, ex=REMEMBER_S):
        if store.get(claim) == "sent":
            return "already_sent"
        if not provider().knows_keys:
            raise Unknown(f"{mail.mail_id} may have reached {mail.to}")
    try:
        provider().send(mail, context)
    except Bounced:
        suppress(mail.to)
        raise
    except http.Uncertain:
        raise
    except (Transient, Permanent):
        store.delete(claim)
        raise
    store.set(claim, "sent", ex=REMEMBER_S)
    return "sent"


def release(mail_id: str, to: str) -> None:
    """For a person who has found out that this mail was not sent."""
    state_store().delete(_claim(mail_id, to))


def suppress(address: str) -> None:
    """For unsubscribe links and the provider's complaint hook."""
    state_store().sadd(_suppressed(), address)


def receipt(order: str, to: str) -> str:
    """Called by the application: somebody waits for this one."""
    mail = Mail(mail_id=f"receipt-{order}", to=to, template="receipt", values={"order": order})
    return send_mail.enqueue(mail, priority="high", key=f"{mail.mail_id}:{to}")


def mailing(name: str, template: str, recipients: list[str]) -> list[str]:
    """Called by the application: a mailing in batches, behind all single mails. A second call sends nothing twice."""
    ids = []
    addresses = iter(sorted(set(recipients)))
    while part := tuple(islice(addresses, BATCH_RECIPIENTS)):
        batch = Batch(mailing=name, template=template, recipients=part)
        ids.append(send_batch.enqueue(batch, priority="low", key=f"{name}:{_digest(part)}"))
    return ids


def _suppressed() -> str:
    return f"{KEY_PREFIX}{NAME}:suppressed"


def _claim(mail_id: str, to: str) -> str:
    return f"{KEY_PREFIX}{NAME}:mail:{mail_id}:{to}"


def _digest(recipients: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join(recipients).encode()).hexdigest()[:32]
