"""The partner of requests, without a network. Delete it, and `sandbox:` with it, once `partner_url` names the real one."""

from __future__ import annotations

import json

import httpx2

from . import chance, latency, obey

_INDUSTRIES = ("farming", "software", "shipping", "retail")


def answer(request: httpx2.Request) -> httpx2.Response:
    """One look-up in 50 fails at first and works when it is tried again."""
    domain = str(json.loads(request.content)["domain"])
    latency(domain)
    first = request.headers.get("Retry-Attempt") == "0"
    verdict = obey(domain)
    if verdict == "fail" or (first and chance(domain, 50) == 0):
        return httpx2.Response(503, headers={"Retry-After": "1"})
    if verdict == "reject":
        return httpx2.Response(422, json={"error": "not a company"})
    return httpx2.Response(
        200,
        json={
            "name": domain.split(".")[0].title(),
            "industry": _INDUSTRIES[chance(domain, len(_INDUSTRIES))],
            "employees": chance(domain, 5000),
        },
    )
