"""From answers to numbers, each with the limit that bound it."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from typing import Any, TypeVar

from queuewright.sizing.assumptions import Assumptions, ProcessShape
from queuewright.sizing.model import Figure, Sizing
from queuewright.sizing.queueing import (
    backlog_per_replica,
    concurrency_for,
    drain_time,
    mean_wait,
    offered_load,
    slots_for,
    slots_to_drain,
    wait_quantile,
)
from queuewright.spec.model import Answers
from queuewright.spec.quantities import plain

Answered = TypeVar("Answered")

SHORTEST_LIMIT_S = 2
"""Below it there is no whole second for a soft limit under the hard one."""

NEVER_DRAINED_S = 10 * 365 * 86400
"""Stands for infinity where a number must be printed: ten years."""


def size(
    answers: Answers, overrides: Mapping[str, Any], shape: ProcessShape, assumptions: Assumptions
) -> Sizing:
    """Sizes one workload. `answers` are complete; `overrides` are the spec's settings in seconds, MiB and tasks."""
    kind = assumptions.kinds[_known(answers.workload)]
    bound = _known(answers.bound)
    duration = _known(answers.task_typical_s)
    peak = max(_known(answers.rate_peak_per_s), _known(answers.rate_avg_per_s))
    average = _known(answers.rate_avg_per_s)

    def setting(key: str) -> Figure | None:
        value = overrides.get(key)
        return None if value is None else Figure(value, "", f"set by `{key}`")

    latency = _known(answers.latency)
    objective = setting("latency_objective") or Figure(
        assumptions.latency_objective_s[latency], "s", f"the answer `latency: {latency}`"
    )
    slots_peak, bound_peak = _slots(peak, duration, float(objective), assumptions)
    slots_average, bound_average = _slots(average, duration, float(objective), assumptions)

    concurrency = setting("concurrency") or _concurrency(bound, slots_peak, overrides, assumptions)
    per_replica = 1 if shape.single_task else shape.slots or int(concurrency)

    hard = setting("time_limit") or Figure(
        max(SHORTEST_LIMIT_S, ceil(_known(answers.task_max_s))), "s", "the longest task that was answered"
    )
    soft = setting("soft_time_limit") or _soft(float(hard))
    backoff_max = longest_backoff(overrides, kind.retry_backoff_max)
    prefetch = setting("prefetch") or _prefetch(duration)
    visibility = setting("visibility_timeout") or _visibility(
        float(hard), backoff_max, answers.delay_max_s or 0, int(prefetch), assumptions
    )
    replicas_min = setting("replicas_min") or _at_most(
        setting("replicas_max"),
        _capped(
            _replicas_min(answers, slots_average, per_replica, int(concurrency) if shape.single_task else 0),
            assumptions,
        ),
    )
    replicas_max = setting("replicas_max") or _capped(
        _replicas_max(peak, average, duration, slots_peak, per_replica, int(replicas_min), assumptions),
        assumptions,
    )
    running = max(1, int(replicas_min)) * per_replica
    most = int(replicas_max) * per_replica
    load_average = offered_load(average, duration)

    return Sizing(
        offered_load=Figure(
            offered_load(peak, duration), "erlang", f"{plain(peak)}/s at the peak x {plain(duration)} s typical"
        ),
        slots_average=Figure(slots_average, "tasks", _bound_text(bound_average, objective, assumptions)),
        slots_peak=Figure(slots_peak, "tasks", _bound_text(bound_peak, objective, assumptions)),
        concurrency=_with_unit(concurrency, "tasks"),
        replicas_min=_with_unit(replicas_min, "replicas"),
        replicas_max=_with_unit(replicas_max, "replicas"),
        prefetch=_with_unit(prefetch, "messages"),
        time_limit_s=_with_unit(hard, "s"),
        soft_time_limit_s=_with_unit(soft, "s"),
        visibility_timeout_s=_with_unit(visibility, "s"),
        grace_s=Figure(
            ceil(float(hard) + assumptions.grace_margin_s),
            "s",
            f"the time limit and {plain(assumptions.grace_margin_s)} s to stop",
        ),
        memory_mib=_memory(overrides, kind.memory_per_task, shape, per_replica, int(concurrency), assumptions),
        keda_target=Figure(
            backlog_per_replica(per_replica, float(objective), duration) + per_replica,
            "messages",
            f"what {per_replica} slots work off within {plain(float(objective))} s, and as many in flight",
        ),
        latency_objective_s=_with_unit(objective, "s"),
        queue_alert=setting("alert_queue_length") or _queue_alert(most, float(objective), duration, assumptions),
        latency_alert_s=setting("alert_latency")
        or Figure(
            max(assumptions.latency_alert_floor_s, float(objective) + duration),
            "s",
            f"the larger of {plain(assumptions.latency_alert_floor_s)} s and objective plus typical duration",
        ),
        predicted_wait_mean_s=Figure(
            min(NEVER_DRAINED_S, mean_wait(running, load_average, duration)),
            "s",
            f"Erlang C at {plain(average)}/s on {running} slots",
        ),
        predicted_wait_p95_s=Figure(
            min(NEVER_DRAINED_S, wait_quantile(0.95, running, load_average, duration)),
            "s",
            f"Erlang C at {plain(average)}/s on {running} slots",
        ),
        drain_s=Figure(
            min(NEVER_DRAINED_S, drain_time(peak * assumptions.burst_s, most, average, duration)),
            "s",
            f"{plain(assumptions.burst_s)} s of the peak rate on {most} slots while the average rate goes on",
        ),
    )


def idempotency_ttl(rate: float, retention_s: float, assumptions: Assumptions) -> Figure:
    """How long finished tasks are remembered: a day, or what the ledger's memory allows.

    `rate`: of all workloads together, which share that memory; tasks a second on average.
    """
    day = 86400.0
    fits = assumptions.ledger_memory_mib * 2**20 / assumptions.ledger_entry_bytes / rate if rate else day
    if fits >= day:
        return Figure(day, "s", "a day")
    if fits >= retention_s:
        return Figure(floor(fits), "s", f"what {plain(assumptions.ledger_memory_mib)} MiB hold at {plain(rate)}/s")
    return Figure(ceil(retention_s), "s", "the visibility timeout: a redelivery within it must be recognised")


def longest_backoff(overrides: Mapping[str, Any], usual: float) -> float:
    """The longest delay before a retry, in seconds: as set, or the usual one, but no shorter than a first delay that is set."""
    longest: float = overrides.get("retry_backoff_max", max(usual, overrides.get("retry_backoff", 0)))
    return longest


def _known(value: Answered | None) -> Answered:
    """An answer that the defaults have filled in."""
    assert value is not None
    return value


def _with_unit(figure: Figure, unit: str) -> Figure:
    return Figure(figure.value, unit, figure.because)


def _slots(rate: float, duration: float, objective: float, assumptions: Assumptions) -> tuple[int, str]:
    return slots_for(
        rate, duration, objective, utilisation=assumptions.design_utilisation, late=assumptions.late_share
    )


def _bound_text(bound: str, objective: Figure, assumptions: Assumptions) -> str:
    if bound == "latency":
        return f"at most {assumptions.late_share:.0%} may wait beyond {plain(float(objective))} s"
    return f"utilisation of at most {assumptions.design_utilisation:.0%}, not the latency objective"


def _concurrency(
    bound: str, slots_peak: int, overrides: Mapping[str, Any], assumptions: Assumptions
) -> Figure:
    if bound == "gpu":
        return Figure(max(1, overrides.get("gpus") or 1), "tasks", "one process a GPU")
    cores = overrides.get("cores") or default_cores(bound)
    ratio = assumptions.wait_to_compute[bound]
    most = concurrency_for(cores, assumptions.design_utilisation if ratio else 1, ratio)
    enough = max(1, ceil(slots_peak / 2))
    if enough < most:
        return Figure(enough, "tasks", f"two replicas then cover the {slots_peak} slots of the peak")
    if ratio:
        return Figure(most, "tasks", f"{plain(cores)} cores, a task waits {plain(ratio)} times as long as it computes")
    return Figure(most, "tasks", f"compute-bound: one a core, {plain(cores)} cores")


def default_cores(bound: str) -> float:
    """Cores of one replica: compute-bound work gets two, so that its supervisor does not starve."""
    return 2.0 if bound == "cpu" else 1.0


def _soft(hard: float) -> Figure:
    """Time to clean up: a sixth of the limit, at least a second and at most half a minute; whole seconds."""
    margin = min(30, max(1, round(hard / 6)))
    return Figure(max(1, floor(hard) - margin), "s", f"{margin} s before the hard limit, to clean up and be retried")


def _prefetch(duration: float) -> Figure:
    if duration >= 0.1:
        return Figure(1, "messages", "a task takes far longer than a round trip to the broker")
    return Figure(
        min(8, ceil(0.05 / duration) + 1), "messages", "hides a round trip of 50 ms behind fast tasks"
    )


def _visibility(
    hard: float, backoff_max: float, delay_max: float, prefetch: int, assumptions: Assumptions
) -> Figure:
    longest = max(hard, backoff_max, delay_max)
    by_hold = longest * assumptions.visibility_factor + assumptions.visibility_margin_s
    by_prefetch = (prefetch + 1) * hard
    if by_prefetch > by_hold:
        return Figure(ceil(by_prefetch), "s", "a prefetched message waits for the one before it")
    name = "time limit" if longest == hard else "longest delay"
    return Figure(
        ceil(by_hold),
        "s",
        f"{plain(assumptions.visibility_factor)} times the {name} and {plain(assumptions.visibility_margin_s)} s",
    )


def _replicas_min(answers: Answers, slots_average: int, per_replica: int, single: int) -> Figure:
    by_load = ceil(slots_average / per_replica)
    survivors = 1 if answers.hosting in ("single_server", "windows_server") else 2
    if single > max(by_load, survivors):
        return Figure(single, "replicas", "one process a replica: `concurrency` of them")
    if by_load > survivors:
        return Figure(by_load, "replicas", "the average load")
    return Figure(survivors, "replicas", "one server" if survivors == 1 else "one may die while the other works")


def _at_most(limit: Figure | None, figure: Figure) -> Figure:
    return limit if limit and float(limit) < float(figure) else figure


def _capped(figure: Figure, assumptions: Assumptions) -> Figure:
    if float(figure) <= assumptions.replicas_cap:
        return figure
    needed = f"{plain(float(figure))} would be needed ({figure.because})"
    return Figure(
        assumptions.replicas_cap,
        "replicas",
        f"the cap of {assumptions.replicas_cap}; {needed}: shorter tasks, or more `concurrency`",
    )


def _replicas_max(
    peak: float,
    average: float,
    duration: float,
    slots_peak: int,
    per_replica: int,
    replicas_min: int,
    assumptions: Assumptions,
) -> Figure:
    drain = slots_to_drain(peak * assumptions.burst_s, assumptions.drain_within_s, average, duration)
    by_peak, by_drain = ceil(slots_peak / per_replica), ceil(drain / per_replica)
    if replicas_min >= max(by_peak, by_drain):
        return Figure(max(1, replicas_min), "replicas", "the minimum already covers the peak")
    if by_drain > by_peak:
        return Figure(
            by_drain,
            "replicas",
            f"a burst of {plain(assumptions.burst_s)} s at the peak drains within {plain(assumptions.drain_within_s)} s",
        )
    return Figure(by_peak, "replicas", "the peak load")


def _memory(
    overrides: Mapping[str, Any],
    per_task: int,
    shape: ProcessShape,
    per_replica: int,
    concurrency: int,
    assumptions: Assumptions,
) -> Figure:
    limit = overrides.get("memory_limit")
    if limit is not None:
        return Figure(limit, "MiB", "set by `memory_limit`")
    each = overrides.get("memory_per_task") or per_task
    slots = per_replica
    need = shape.base_memory_mib + slots * (shape.memory_mib_per_slot + each)
    return Figure(
        ceil(assumptions.memory_headroom * need / 16) * 16,
        "MiB",
        f"{plain(assumptions.memory_headroom)} x ({shape.base_memory_mib} MiB idle + {slots} x "
        f"({shape.memory_mib_per_slot} + {plain(each)}) MiB)",
    )


def _queue_alert(slots: int, objective: float, duration: float, assumptions: Assumptions) -> Figure:
    drains = ceil(slots / duration * objective)
    if drains > assumptions.queue_alert_cap:
        return Figure(assumptions.queue_alert_cap, "messages", "the cap; more would drain within the objective")
    return Figure(
        max(drains, slots + 1),
        "messages",
        f"what {slots} slots drain within the objective of {plain(objective)} s",
    )
