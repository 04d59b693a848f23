# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The numbers that each workload runs by. They come from queuewright.yaml; README.md says how they came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PROJECT = "freight"
KEY_PREFIX = "freight:"
"""Of every key that this project keeps in Redis."""

CRASH_ALLOWANCE = 2
"""Starts of one task beyond its retries: so often may a worker die under it, before it is a dead letter."""

Priority = Literal["high", "default", "low"]


@dataclass(frozen=True, slots=True)
class Workload:
    """One kind of work. Durations are seconds."""

    name: str
    queue: str
    """Where a task goes that has no priority."""
    dead_letter: str
    slots: int
    """Tasks that one worker works on at once."""
    prefetch: int
    """Messages that a worker takes for each slot."""
    max_retries: int
    backoff_s: float
    backoff_max_s: float
    soft_limit_s: int
    hard_limit_s: int
    visibility_s: int
    result_ttl_s: int
    idempotency_ttl_s: int
    dead_letter_ttl_s: int
    max_tasks_per_child: int
    """0: a worker process is never replaced."""
    max_child_memory_kib: int
    """A worker process that has grown above it is replaced after its task: its share of nine tenths of the container, and the 96 MiB
    that all processes share."""
    max_payload_bytes: int
    priorities: bool

    @property
    def max_starts(self) -> int:
        return self.max_retries + 1 + CRASH_ALLOWANCE


WORKLOADS: dict[str, Workload] = {
    "imports": Workload(
        name="imports",
        queue="imports",
        dead_letter="imports.XQ",
        slots=4,
        prefetch=1,
        max_retries=5,
        backoff_s=30,
        backoff_max_s=900,
        soft_limit_s=1770,
        hard_limit_s=1800,
        visibility_s=3600,
        result_ttl_s=3600,
        idempotency_ttl_s=30998,
        dead_letter_ttl_s=604800,
        max_tasks_per_child=0,
        max_child_memory_kib=452608,
        max_payload_bytes=262144,
        priorities=False,
    ),
    "scans": Workload(
        name="scans",
        queue="scans",
        dead_letter="scans.XQ",
        slots=2,
        prefetch=1,
        max_retries=3,
        backoff_s=5,
        backoff_max_s=300,
        soft_limit_s=270,
        hard_limit_s=300,
        visibility_s=600,
        result_ttl_s=3600,
        idempotency_ttl_s=30998,
        dead_letter_ttl_s=604800,
        max_tasks_per_child=0,
        max_child_memory_kib=454656,
        max_payload_bytes=262144,
        priorities=False,
    ),
    "quotes": Workload(
        name="quotes",
        queue="quotes",
        dead_letter="quotes.XQ",
        slots=4,
        prefetch=1,
        max_retries=3,
        backoff_s=1,
        backoff_max_s=60,
        soft_limit_s=25,
        hard_limit_s=30,
        visibility_s=150,
        result_ttl_s=3600,
        idempotency_ttl_s=30998,
        dead_letter_ttl_s=604800,
        max_tasks_per_child=0,
        max_child_memory_kib=231424,
        max_payload_bytes=262144,
        priorities=True,
    ),
}

PRIORITY_NUMBERS: dict[str, int] = {"high": 2, "default": 1, "low": 0}
"""Level to the number that the broker means by it."""


def workload(name: str) -> Workload:
    """Raises LookupError with the names that there are."""
    try:
        return WORKLOADS[name]
    except KeyError:
        raise LookupError(f"no workload {name!r}; there are: {', '.join(sorted(WORKLOADS))}") from None
