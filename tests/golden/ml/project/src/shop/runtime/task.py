# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What a task is. Nothing here knows a broker or a worker framework: tasks are tested as plain functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog
from pydantic import BaseModel

from . import logs
from .workloads import WORKLOADS, Priority

P = TypeVar("P", bound=BaseModel)


class Permanent(Exception):
    """Trying again cannot help: the task becomes a dead letter at once."""


class Transient(Exception):
    """Trying again may help. `retry_after`: seconds that the other side asked for."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Context:
    """What a task may know about this run of it."""

    id: str
    """The same for every retry and redelivery: the key for your own idempotency."""
    workload: str
    attempt: int = 1
    """1 for the first; a retry adds one."""
    deliveries: int = 1
    """Starts so far, this one too: above `attempt` where a worker died."""
    last_attempt: bool = False
    deadline: float = float("inf")
    """Unix time of the soft time limit."""
    enqueued_at: float = field(default_factory=time.time)
    key: str | None = None
    log: structlog.stdlib.BoundLogger = field(default_factory=lambda: logs.get("task"))

    def remaining_s(self) -> float:
        """Seconds until the soft time limit; never negative."""
        return max(0.0, self.deadline - time.time())


@dataclass(frozen=True)
class Batch(Generic[P]):
    """How waiting tasks of one kind are worked by one call, where the worker can do that; elsewhere they run one by one.

    Each keeps its own result, retry and dead letter. Where the call itself fails, its tasks are run again one by one.
    """

    run: Callable[[Sequence[P], Sequence[Context]], Sequence[Any]]
    """Gives a result for each payload, in their order. An exception in its place fails that one alone."""
    max_size: int
    max_wait_s: float
    """How long a batch waits to fill: it adds to the latency of a task that finds the queue empty."""


@dataclass(frozen=True)
class Task(Generic[P]):
    """A function with what is needed to run it in the background. Call it like the function, or `enqueue` it."""

    name: str
    """`<workload>.<function>`: how it is called on the wire."""
    workload: str
    payload: type[P]
    run: Callable[[P, Context], Any]
    retry_on: tuple[type[Exception], ...]
    sample: Callable[[int], P] | None
    batch: Batch[P] | None = None

    def __call__(self, payload: P, context: Context | None = None) -> Any:
        return self.run(payload, context or Context(id="local", workload=self.workload))

    def enqueue(
        self, payload: P, *, priority: Priority = "default", delay_s: float = 0, key: str | None = None
    ) -> str:
        """Sends it to the broker and gives its id; `producer.enqueue` says more."""
        from .producer import enqueue

        return enqueue(self, payload, priority=priority, delay_s=delay_s, key=key)


_TASKS: dict[str, Task[Any]] = {}


def task(
    *,
    workload: str,
    payload: type[P],
    retry_on: tuple[type[Exception], ...] = (ConnectionError, TimeoutError),
    sample: Callable[[int], P] | None = None,
    batch: Batch[P] | None = None,
) -> Callable[[Callable[[P, Context], Any]], Task[P]]:
    """Declares a task.

    `retry_on`: errors that are retried, beside `Transient` and those of the stores. Any other error is taken for a bug: the task becomes a dead
    letter at once, to be replayed once the bug is fixed.
    `sample`: makes the payload of the n-th example, for the load test and `runtime.enqueue`.
    `batch`: how many of them are worked at once.
    """
    if workload not in WORKLOADS:
        raise LookupError(f"no workload {workload!r}; there are: {', '.join(sorted(WORKLOADS))}")

    def declare(function: Callable[[P, Context], Any]) -> Task[P]:
        name = f"{workload}.{function.__name__}"
        known = _TASKS.get(name)
        if known is not None and known.run.__module__ != function.__module__:
            raise ValueError(
                f"two tasks are called {name}: in {known.run.__module__} and {function.__module__}"
            )
        declared = Task(name, workload, payload, function, retry_on, sample, batch)
        _TASKS[name] = declared
        return declared

    return declare


def find(name: str) -> Task[Any] | None:
    return _TASKS.get(name)


def tasks_of(workload: str) -> Iterator[Task[Any]]:
    """Its tasks, in the order of their declaration."""
    return (each for each in _TASKS.values() if each.workload == workload)
