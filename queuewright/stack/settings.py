"""Settings of a workload and of the project: overridden, derived or default; in seconds, MiB and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from typing import Any

from queuewright.catalog import Catalog, Setting
from queuewright.errors import Problem
from queuewright.sizing.assumptions import Assumptions, KindDefaults
from queuewright.sizing.model import Sizing
from queuewright.sizing.size import default_cores, idempotency_ttl, longest_backoff
from queuewright.spec.model import Answers
from queuewright.spec.quantities import plain
from queuewright.spec.settings import BELOW, NOT_ABOVE


def counted(overrides: Mapping[str, Any], catalog: Catalog) -> dict[str, Any]:
    """As brokers and frameworks count: whole MiB and whole seconds, but for what may be shorter than a second."""
    return {key: _counted(value, catalog.settings[key]) for key, value in overrides.items()}


def _counted(value: Any, setting: Setting) -> Any:
    if not isinstance(value, float):
        return value
    if setting.type == "size" or (setting.type == "duration" and (setting.minimum or 0) >= 1):
        # down, because it must stay below the hard limit
        return floor(value) if setting.id == "soft_time_limit" else ceil(value)
    return _whole(value)


def project_settings(overrides: Mapping[str, Any], name: str, answers: Answers, catalog: Catalog) -> dict[str, Any]:
    valkey = "redis_licence_forbidden_valkey_available" in (answers.constraints or ())
    derived = {"namespace": name, "image": name, "redis_server": "valkey" if valkey else "redis"}
    return {
        key: _whole(overrides.get(key, derived.get(key, setting.default)))
        for key, setting in catalog.settings.items()
        if setting.scope == "project"
    }


def workload_settings(
    overrides: Mapping[str, Any],
    answers: Answers,
    sizing: Sizing,
    total_rate: float,
    assumptions: Assumptions,
    catalog: Catalog,
) -> dict[str, Any]:
    """`total_rate`: of all workloads, tasks a second on average.

    What is derived gives way to what is set, where it only bounds it: no retry waits longer than the longest delay that is set.
    """
    assert answers.workload is not None
    assert answers.bound is not None
    kind: KindDefaults = assumptions.kinds[answers.workload]
    mode = "cpu" if answers.bound == "cpu" else "queue"
    derived: dict[str, Any] = {
        "concurrency": int(sizing.concurrency),
        "time_limit": sizing.time_limit_s.value,
        "soft_time_limit": sizing.soft_time_limit_s.value,
        "max_retries": kind.max_retries,
        "retry_backoff": min(kind.retry_backoff, overrides.get("retry_backoff_max", kind.retry_backoff)),
        "retry_backoff_max": longest_backoff(overrides, kind.retry_backoff_max),
        "replicas_min": int(sizing.replicas_min),
        "replicas_max": int(sizing.replicas_max),
        "autoscaling": mode,
        "latency_objective": sizing.latency_objective_s.value,
        "visibility_timeout": int(sizing.visibility_timeout_s),
        "prefetch": int(sizing.prefetch),
        "cores": default_cores(answers.bound),
        "memory_per_task": min(kind.memory_per_task, int(sizing.memory_mib)),
        "memory_limit": int(sizing.memory_mib),
        "gpus": 1 if answers.bound == "gpu" else 0,
        "max_tasks_per_child": kind.max_tasks_per_child,
        "idempotency_ttl": int(idempotency_ttl(total_rate, sizing.visibility_timeout_s.value, assumptions)),
        "alert_queue_length": int(sizing.queue_alert),
        "alert_latency": sizing.latency_alert_s.value,
    }
    return {
        key: _whole(overrides.get(key, derived.get(key, setting.default)))
        for key, setting in catalog.settings.items()
        if setting.scope == "workload"
    }


def contradictions(overrides: Mapping[str, Any], settings: Mapping[str, Any], where: tuple[str | int, ...]) -> list[Problem]:
    """Overrides that cannot hold together with what the other settings are derived to be."""
    return [
        Problem(
            f"`{low}` ({plain(settings[low])}) {'must be below' if strict else 'must not be above'} `{high}` ({plain(settings[high])})",
            hint=_remedy(low, high, overrides),
            where=(*where, "settings", low if low in overrides else high),
        )
        for low, high, strict in (*((low, high, True) for low, high in BELOW), *((low, high, False) for low, high in NOT_ABOVE))
        if (low in overrides or high in overrides)
        and (settings[low] > settings[high] or (strict and settings[low] == settings[high]))
    ]


def _remedy(low: str, high: str, overrides: Mapping[str, Any]) -> str:
    if low in overrides and high in overrides:
        return f"lower `{low}` or raise `{high}`: they count in whole numbers"
    return f"set both, or neither: what is not set is derived; `{low if high in overrides else high}` is"


def _whole(value: Any) -> Any:
    """Whole numbers are written without a fraction, whether they came as `1h` or as 3600."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
