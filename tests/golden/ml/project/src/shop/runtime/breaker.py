# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Circuit breaker: stop calling a dependency that is down.

Without one, every task waits for its own timeout and all slots are busy waiting. The breaker opens after `fail_max`
failures in a row, refuses calls for `reset_s` seconds, then lets calls through to see whether the dependency is back.

pybreaker keeps the states. They are shared through Redis, so that what one process learned holds for all; while that
Redis is away, each process counts for itself. pybreaker holds a lock during a call: one call at a time in a process,
which suits workers that are processes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import pybreaker
from redis import ConnectionPool, Redis, RedisError

from .task import Permanent, Transient
from .workloads import KEY_PREFIX

P = ParamSpec("P")
T = TypeVar("T")


class CircuitOpen(Transient):
    """The dependency was not called. A task that can do without it catches this and degrades."""


class Breaker:
    """`breaker.call(function, ...)` runs the function, or raises CircuitOpen without running it.

    Errors in `ignore` say that the dependency works (it refused our input, or asks for patience) and count as a success.
    """

    def __init__(
        self,
        name: str,
        *,
        store: Redis | None = None,
        fail_max: int = 5,
        reset_s: float = 30.0,
        ignore: tuple[type[Exception], ...] = (Permanent,),
    ) -> None:
        self.name = name
        self.fail_max = fail_max
        self.reset_s = reset_s
        self._ignore = ignore
        self._store = store
        self._local = self._circuit(pybreaker.CircuitMemoryStorage(pybreaker.STATE_CLOSED))
        self._shared: pybreaker.CircuitBreaker | None = None

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function` under the breaker.

        Raises CircuitOpen while the breaker is open; its retry_after is the time until the next trial call.
        """
        try:
            return self._current().call(function, *args, **kwargs)
        except pybreaker.CircuitBreakerError:
            raise CircuitOpen(f"circuit {self.name} is open", retry_after=self.reset_s) from None

    @property
    def is_open(self) -> bool:
        return bool(self._current().current_state == pybreaker.STATE_OPEN)

    def _current(self) -> pybreaker.CircuitBreaker:
        if self._store is None:
            return self._local
        if self._shared is None:
            space = f"{KEY_PREFIX}breaker:{self.name}"
            raw = _raw(self._store)
            try:
                storage = pybreaker.CircuitRedisStorage(pybreaker.STATE_CLOSED, raw, namespace=space)
            except RedisError:
                return self._local
            self._shared = self._circuit(storage)
        return self._shared

    def _circuit(self, storage: pybreaker.CircuitBreakerStorage) -> pybreaker.CircuitBreaker:
        return pybreaker.CircuitBreaker(
            fail_max=self.fail_max,
            reset_timeout=self.reset_s,
            # a task that is stopped in the middle of a call says nothing about what it called
            exclude=[*self._ignore, SystemExit, KeyboardInterrupt],
            state_storage=storage,
            name=self.name,
            # The error that tripped the breaker surfaces as it is.
            throw_new_error_on_trip=False,
        )


def _raw(store: Redis) -> Redis:
    """The same Redis without decoding: pybreaker decodes for itself."""
    pool = store.connection_pool
    options = {**pool.connection_kwargs, "decode_responses": False}
    return Redis(connection_pool=ConnectionPool(connection_class=pool.connection_class, **options))
