"""Queueing formulas. Rates are per second, durations in seconds, loads in Erlangs.

Erlang C by the B recursion; G/G/c by Allen-Cunneen, whose tail divides the exponent by the same factor.
"""

from __future__ import annotations

from math import ceil, erfc, exp, floor, inf, log, pi, sqrt

POOLING_ALONE_SUFFICES = 5000
"""Slots above which, at 80 % utilisation, practically no task waits (Erlang C below 1e-30)."""

RECURSION_SUFFICES = 100_000
"""Servers up to which the recursion is run; beyond, its limit for many servers is as good and takes no time."""


def offered_load(rate: float, duration: float) -> float:
    """Erlangs: how many slots are busy on average."""
    return rate * duration


def erlang_b(servers: int, load: float) -> float:
    blocking = 1.0
    for k in range(1, servers + 1):
        blocking = load * blocking / (k + load * blocking)
    return blocking


def erlang_c(servers: int, load: float) -> float:
    """Probability that a task has to wait; 1 where the load is not below the servers."""
    if load <= 0:
        return 0.0
    if load >= servers:
        return 1.0
    if servers > RECURSION_SUFFICES:
        return _many_servers(servers, load)
    blocking = erlang_b(servers, load)
    return blocking / (1 - load / servers * (1 - blocking))


def _many_servers(servers: int, load: float) -> float:
    """Halfin and Whitt, Heavy-Traffic Limits for Queues with Many Exponential Servers, Operations Research 29 (1981)."""
    spare = (servers - load) / sqrt(servers)
    if spare > 30:
        return 0.0  # the density below is no longer a number above zero
    density = exp(-(spare**2) / 2) / sqrt(2 * pi)
    return 1 / (1 + spare * (erfc(-spare / sqrt(2)) / 2) / density)


def mean_wait(
    servers: int, load: float, duration: float, *, ca2: float = 1.0, cs2: float = 1.0
) -> float:
    """Mean wait in the queue; infinite where the load is not below the servers.

    `ca2` and `cs2` are the squared coefficients of variation of arrivals and of durations (1: M/M/c).
    """
    if load >= servers:
        return inf
    return erlang_c(servers, load) * duration / (servers - load) * (ca2 + cs2) / 2


def wait_exceeds(
    limit: float, servers: int, load: float, duration: float, *, ca2: float = 1.0, cs2: float = 1.0
) -> float:
    """Probability that a wait exceeds `limit` seconds."""
    if load >= servers:
        return 1.0
    factor = (ca2 + cs2) / 2
    decay = (servers - load) * limit / duration
    return erlang_c(servers, load) * exp(-decay / factor if factor > 0 else (0.0 if decay == 0 else -inf))


def wait_quantile(
    quantile: float, servers: int, load: float, duration: float, *, ca2: float = 1.0, cs2: float = 1.0
) -> float:
    """The wait that a share of `quantile` does not exceed."""
    if load >= servers:
        return inf
    waiting = erlang_c(servers, load)
    if waiting <= 1 - quantile:
        return 0.0
    return log(waiting / (1 - quantile)) * duration / (servers - load) * (ca2 + cs2) / 2


def slots_for(
    rate: float,
    duration: float,
    objective: float,
    *,
    utilisation: float = 0.8,
    late: float = 0.05,
    ca2: float = 1.0,
    cs2: float = 1.0,
) -> tuple[int, str]:
    """Fewest slots with utilisation within its bound and at most a share of `late` waiting beyond the objective.

    Also names which of the two bound it: `utilisation` or `latency`.
    """
    load = offered_load(rate, duration)
    by_utilisation = max(1, ceil(load / utilisation - 1e-9))
    if by_utilisation > POOLING_ALONE_SUFFICES:
        return by_utilisation, "utilisation"
    slots = by_utilisation
    while wait_exceeds(objective, slots, load, duration, ca2=ca2, cs2=cs2) > late:
        slots += max(1, slots // 256)
    return slots, "utilisation" if slots == by_utilisation else "latency"


def drain_time(backlog: float, slots: int, rate: float, duration: float) -> float:
    """Seconds until a backlog is gone while work goes on arriving; infinite where it never is."""
    spare = slots / duration - rate
    return backlog / spare if spare > 1e-12 else inf


def slots_to_drain(backlog: float, within: float, rate: float, duration: float) -> int:
    return max(1, ceil((rate + backlog / within) * duration - 1e-9))


def backlog_per_replica(slots: int, objective: float, duration: float) -> int:
    """Messages that one replica works off within the objective: the target of a queue-length autoscaler."""
    return max(1, floor(objective / duration * slots + 1e-9))


def desired_replicas(metric: float, target: float) -> int:
    """What KEDA and the HPA want."""
    return ceil(metric / target)


def concurrency_for(cores: float, utilisation: float, wait_to_compute: float) -> int:
    """Goetz: cores x utilisation x (1 + wait/compute); at least one."""
    return max(1, floor(cores * utilisation * (1 + wait_to_compute) + 1e-9))
