# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""A rate limit towards somebody else, shared by all workers.

The `limits` library counts in Redis, by Redis' own clock and in one script a call, so that clocks and races of workers
do not matter. Its sliding window has no burst at the turn of a window, and costs two keys whatever the rate; it is an
estimate, and lets one or two too many through: set the rate a little below what the contract allows. While
Redis is away each process keeps the rate for itself: too fast by the number of processes at worst, and a partner's 429
still tells us so.
"""

from __future__ import annotations

import random
import time
from functools import cached_property

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from redis import Redis, RedisError

from .task import Transient
from .workloads import KEY_PREFIX


class RateLimited(Transient):
    """The limit left no room within the wait; retry_after says when to look again."""


class RateLimit:
    """`limit.acquire()` waits for room. `rate` is `limits` notation: `50/second`, `600/minute`."""

    def __init__(self, name: str, rate: str, *, store: Redis) -> None:
        self.name = name
        self.item: RateLimitItem = parse(rate)
        prefix = f"{KEY_PREFIX}ratelimit"
        shared = RedisStorage("redis://", connection_pool=store.connection_pool, key_prefix=prefix)
        self._shared = SlidingWindowCounterRateLimiter(shared)

    @cached_property
    def _local(self) -> RateLimiter:
        # Made in the process that needs it: MemoryStorage starts a thread, which a fork would not copy.
        return SlidingWindowCounterRateLimiter(MemoryStorage())

    def acquire(self, key: str = "", *, cost: int = 1, wait_s: float = 5.0) -> None:
        """Take `cost` from the limit of `key`, waiting up to `wait_s` seconds for it.

        Raises RateLimited after that. A short wait is better than a retry: retries are few, and meant for faults.
        """
        if cost > self.item.amount:
            raise ValueError(f"rate limit {self.name}: cost {cost} is more than the limit of {self.item}")
        give_up = time.monotonic() + wait_s
        while True:
            limiter = self._take(key, cost)
            if limiter is None:
                return
            pause = self._pause(limiter, key)
            if time.monotonic() + pause > give_up:
                raise RateLimited(f"rate limit {self.name} is used up: {self.item}", retry_after=pause)
            time.sleep(pause)

    def _take(self, key: str, cost: int) -> RateLimiter | None:
        """None when taken, else the limiter that refused."""
        try:
            return None if self._shared.hit(self.item, self.name, key, cost=cost) else self._shared
        except RedisError:
            return None if self._local.hit(self.item, self.name, key, cost=cost) else self._local

    def _pause(self, limiter: RateLimiter, key: str) -> float:
        """Seconds until there may be room, spread so that waiting workers do not wake together."""
        try:
            reset = limiter.get_window_stats(self.item, self.name, key).reset_time - time.time()
        except RedisError:
            reset = 0.0
        return max(0.01, reset) * random.uniform(1.0, 1.5)  # noqa: S311 - no secret hangs on it
