# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""HTTP to a third party: a bounded pool, a limit on every wait, and errors sorted by what can be done about them.

Retries are left to the queue, which backs off with jitter and frees the slot meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

# httpx2 is httpx, continued by Pydantic: httpx itself has had no release since December 2024.
import httpx2

from .task import Permanent, Transient

Sandbox = Callable[[httpx2.Request], httpx2.Response]

_NOT_WORKED = {425, 503}
_UNCERTAIN = {408, 500, 502, 504}
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
_REPEATABLE = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
_RETRY_AFTER_MAX_S = 3600.0


class Busy(Transient):
    """429: the partner works and asks for patience. No reason to open a circuit breaker."""


class Uncertain(Transient):
    """The request went out and no good answer came: it may have been worked, or not."""


class Refused(Permanent):
    """Asking again will not help: the partner found something wrong with the request."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def client(
    url: str,
    *,
    sandbox: Sandbox,
    connect_s: float = 2.0,
    read_s: float = 10.0,
    pool: int = 10,
    headers: dict[str, str] | None = None,
) -> httpx2.Client:
    """A client for one partner. `sandbox:` as the URL answers by the function `sandbox`, without a network.

    Make one in each process, after the fork, and keep it: the pool is what saves the handshakes. `read_s` limits each
    wait for bytes, not the whole answer; that is what the task's time limit is for.
    """
    timeout = httpx2.Timeout(read_s, connect=connect_s, pool=connect_s)
    if url.startswith("sandbox:"):
        transport: httpx2.BaseTransport = httpx2.MockTransport(sandbox)
        url = "http://sandbox.invalid"
    else:
        # A connection that was never made may be tried again at once: nothing was sent.
        transport = httpx2.HTTPTransport(
            limits=httpx2.Limits(max_connections=pool, max_keepalive_connections=pool), retries=1
        )
    return httpx2.Client(base_url=url, timeout=timeout, transport=transport, headers=headers)


def call(
    client: httpx2.Client,
    method: str,
    path: str,
    *,
    key: str | None = None,
    headers: dict[str, str] | None = None,
    **options: Any,
) -> httpx2.Response:
    """One call. `key` goes along as Idempotency-Key, so that the partner does the work once however often we ask.

    Raises Transient where it was not worked (no connection, 425, 503), Uncertain where it may have been (no answer, 408,
    500, 502, 504), Busy (429), each with the partner's Retry-After where it sent one, and Refused for any other error.
    """
    # Whether a call that got no answer was worked, only the partner knows: by the key it can tell a repetition.
    if method not in _REPEATABLE and key is None:
        raise ValueError(f"{method} {path} may be repeated after a timeout: give it an idempotency key")
    extra = {"Idempotency-Key": key} if key else {}
    try:
        # Retries at two levels multiply: three times three calls on a partner that is already in trouble.
        response = client.request(method, path, headers={**(headers or {}), **extra}, **options)
    except _NOT_SENT as error:
        raise Transient(f"{method} {path}: {type(error).__name__}") from error
    except httpx2.TransportError as error:
        raise Uncertain(f"{method} {path}: {type(error).__name__}") from error
    if response.is_error:
        raise _failure(response, f"{method} {path}: {response.status_code}")
    return response


def _failure(response: httpx2.Response, message: str) -> Transient | Permanent:
    later = retry_after(response)
    if response.status_code == 429:
        return Busy(message, retry_after=later)
    if response.status_code in _NOT_WORKED:
        return Transient(message, retry_after=later)
    if response.status_code in _UNCERTAIN:
        return Uncertain(message, retry_after=later)
    return Refused(f"{message} {response.text[:200]}", response.status_code)


def retry_after(response: httpx2.Response) -> float | None:
    """Seconds that Retry-After asks for (a number or a date), at most an hour; None where it says nothing."""
    value = response.headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isdigit():
        seconds = float(value)
    else:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(0.0, seconds), _RETRY_AFTER_MAX_S)
