# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The formulas of the sizing. Durations are seconds, loads are Erlangs (rate x run time)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from math import inf, log


def erlang_c(servers: int, load: float) -> float:
    """Probability that a task has to wait, by the recursion of Erlang B."""
    if load >= servers:
        return 1.0
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = load * blocking / (k + load * blocking)
    return blocking / (1 - load / servers * (1 - blocking))


def predicted_mean(servers: int, load: float, run_s: float) -> float:
    return erlang_c(servers, load) * run_s / (servers - load) if load < servers else inf


def predicted_quantile(share: float, servers: int, load: float, run_s: float) -> float:
    """The wait that `share` of the tasks do not exceed."""
    waits = erlang_c(servers, load)
    if load >= servers:
        return inf
    return log(waits / (1 - share)) * run_s / (servers - load) if waits > 1 - share else 0.0


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def arrivals(rate: float, count: int, seed: int) -> Iterator[float]:
    """Seconds from the start; the gaps are exponential, so that the arrivals are Poisson."""
    source = random.Random(seed)  # noqa: S311 - arrival times, no secret
    at = 0.0
    for _ in range(count):
        at += source.expovariate(rate)
        yield at
