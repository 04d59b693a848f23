from __future__ import annotations

from typing import Any

import pytest
from fakeredis import FakeRedis
from pydantic import BaseModel
from redis import RedisError


class Company(BaseModel):
    name: str


def made(store: Any, **more: Any) -> Any:
    from demo_shop.runtime.cache import Cache

    return Cache("company", Company, store=store, ttl_s=100, **more)


def test_calls_once_for_the_same_input(store: FakeRedis) -> None:
    calls: list[str] = []

    def ask() -> Company:
        calls.append("asked")
        return Company(name="Acme")

    cache = made(store)
    assert cache.get_or_call(ask, {"a": 1, "b": 2}) == cache.get_or_call(ask, {"b": 2, "a": 1})
    assert calls == ["asked"]
    cache.get_or_call(ask, {"a": 1})
    assert len(calls) == 2


def test_an_error_is_not_kept(store: FakeRedis) -> None:
    def fail() -> Company:
        raise OSError

    cache = made(store)
    with pytest.raises(OSError):  # noqa: PT011
        cache.get_or_call(fail, "acme")
    assert cache.get("acme") is None


def test_lifetimes_are_bounded_and_differ(store: FakeRedis) -> None:
    cache = made(store)
    for number in range(50):
        cache.put(Company(name="Acme"), number)
    left = [store.pttl(key) for key in store.keys("*")]
    assert all(89_000 < each <= 100_000 for each in left)
    assert max(left) - min(left) > 1000


def test_another_version_does_not_see_old_entries(store: FakeRedis) -> None:
    made(store).put(Company(name="Acme"), "acme")
    assert made(store, version=2).get("acme") is None


def test_an_entry_of_another_shape_is_a_miss(store: FakeRedis) -> None:
    cache = made(store)
    cache.put(Company(name="Acme"), "acme")
    (key,) = store.keys("*")
    for broken in ("{", '{"title": "Acme"}', "null"):
        store.set(key, broken)
        assert cache.get("acme") is None


def test_a_cache_that_is_away_is_a_miss_and_soon_left_alone() -> None:
    class Away:
        tries = 0

        def get(self, key: str) -> None:
            self.tries += 1
            raise RedisError("timed out")

        def set(self, key: str, value: bytes, px: int) -> None:
            self.tries += 1
            raise RedisError("timed out")

    store = Away()
    cache = made(store)
    for _ in range(20):
        assert cache.get_or_call(lambda: Company(name="Acme"), "acme") == Company(name="Acme")
    assert store.tries == 3
