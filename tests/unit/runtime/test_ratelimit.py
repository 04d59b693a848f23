from __future__ import annotations

import time

import pytest
from fakeredis import FakeRedis, FakeServer


def test_refuses_what_is_above_the_rate_and_says_when_to_come_back(store: FakeRedis) -> None:
    from demo_shop.runtime.ratelimit import RateLimit, RateLimited
    from demo_shop.runtime.task import Transient

    limit = RateLimit("partner", "3/minute", store=store)
    for _ in range(3):
        limit.acquire(wait_s=0)
    with pytest.raises(RateLimited) as raised:
        limit.acquire(wait_s=0)
    assert isinstance(raised.value, Transient)
    assert 0 < raised.value.retry_after <= 90


def test_two_workers_share_one_rate_and_keys_have_their_own(store: FakeRedis) -> None:
    from demo_shop.runtime.ratelimit import RateLimit, RateLimited

    one, other = (RateLimit("partner", "2/minute", store=store) for _ in range(2))
    one.acquire("a", wait_s=0)
    other.acquire("a", wait_s=0)
    other.acquire("b", wait_s=0)
    with pytest.raises(RateLimited):
        one.acquire("a", wait_s=0)


def test_waits_for_room(store: FakeRedis) -> None:
    from demo_shop.runtime.ratelimit import RateLimit

    limit = RateLimit("partner", "5/second", store=store)
    begin = time.monotonic()
    for _ in range(8):
        limit.acquire(wait_s=5)
    assert 0.2 < time.monotonic() - begin < 4


def test_a_cost_that_never_fits_is_a_mistake(store: FakeRedis) -> None:
    from demo_shop.runtime.ratelimit import RateLimit

    with pytest.raises(ValueError, match="cost 6 is more"):
        RateLimit("partner", "5/second", store=store).acquire(cost=6)


def test_each_process_keeps_the_rate_while_the_store_is_away(store: FakeRedis, server: FakeServer) -> None:
    from demo_shop.runtime.ratelimit import RateLimit, RateLimited

    server.connected = False
    limit = RateLimit("partner", "2/minute", store=store)
    limit.acquire(wait_s=0)
    limit.acquire(wait_s=0)
    with pytest.raises(RateLimited):
        limit.acquire(wait_s=0)
