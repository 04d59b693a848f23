"""The mail provider of receipts, without a network. Delete it once `provider_url` names the real one.

It remembers keys as a good provider does: asked twice under one key, it sends once.
"""

from __future__ import annotations

import json

import httpx2

from ..runtime.stores import state_store
from ..runtime.workloads import KEY_PREFIX
from . import chance, latency, obey

_SENT = f"{KEY_PREFIX}sandbox:receipts:sent"
_KEEP_S = 24 * 3600


def answer(request: httpx2.Request) -> httpx2.Response:
    """One mail in 100 is refused at first for want of patience, and works when it is tried again."""
    to = str(json.loads(request.content)["to"])
    latency(to, 1, 8)
    verdict = obey(to)
    if verdict == "fail":
        return httpx2.Response(503, headers={"Retry-After": "1"})
    if verdict == "reject":
        return httpx2.Response(422, json={"error": "hard_bounce"})
    if request.headers.get("Retry-Attempt") == "0" and chance(to, 100) == 0:
        return httpx2.Response(429, headers={"Retry-After": "1"})
    with state_store().pipeline(transaction=True) as pipe:
        pipe.hsetnx(_SENT, request.headers["Idempotency-Key"], to)
        pipe.expire(_SENT, _KEEP_S)
        pipe.execute()
    return httpx2.Response(202, json={"status": "queued"})


def sent() -> list[str]:
    """Who got a mail, once for each mail."""
    return [str(to) for to in state_store().hvals(_SENT)]
