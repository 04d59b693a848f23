# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Results kept by their input, in the cache Redis. It may lose anything at any time, and may be down: both are a miss.

It is an instance of its own, apart from the one that holds jobs: eviction is set for a whole instance, and one that
evicts results would evict jobs as well.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError
from redis import Redis, RedisError

from .breaker import Breaker, CircuitOpen
from .workloads import KEY_PREFIX

T = TypeVar("T")


class Cache(Generic[T]):
    """A cache of one kind of result, for `ttl_s` seconds. A new `version` does not see entries of an old one."""

    def __init__(self, name: str, kind: type[T], *, store: Redis, ttl_s: int, version: int = 1) -> None:
        self._prefix = f"{KEY_PREFIX}cache:{name}:{version}"
        self._adapter = TypeAdapter(kind)
        self._store = store
        self._ttl_s = ttl_s
        # A cache makes tasks quicker: without it they must be slower, not fail.
        self._breaker = Breaker(f"cache {name}", fail_max=3, reset_s=10.0, ignore=())

    def get(self, *inputs: Any) -> T | None:
        """The result for these JSON-able inputs; None where it is not known, not valid any more, or the cache is away."""
        try:
            raw = self._breaker.call(self._store.get, self._key(inputs))
            return None if raw is None else self._adapter.validate_json(raw)
        except (RedisError, CircuitOpen, ValidationError):
            return None

    def put(self, result: T, *inputs: Any) -> None:
        """Keep a result. Lifetimes differ by up to a tenth, so that what was filled together does not expire together."""
        ttl_ms = int(self._ttl_s * 1000 * random.uniform(0.9, 1.0))  # noqa: S311 - no secret hangs on it
        try:
            self._breaker.call(self._store.set, self._key(inputs), self._adapter.dump_json(result), px=ttl_ms)
        except (RedisError, CircuitOpen):
            return

    def get_or_call(self, function: Callable[[], T], *inputs: Any) -> T:
        """The kept result, or that of `function`, which is then kept. Its errors pass and nothing is kept."""
        found = self.get(*inputs)
        if found is None:
            found = function()
            self.put(found, *inputs)
        return found

    def _key(self, inputs: tuple[Any, ...]) -> str:
        canonical = json.dumps(inputs, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return f"{self._prefix}:{hashlib.sha256(canonical.encode()).hexdigest()}"
