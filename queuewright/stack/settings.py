"""Settings of a workload and of the project: overridden, derived or default; in seconds, MiB and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queuewright.catalog import Catalog
from queuewright.sizing.assumptions import Assumptions, KindDefaults
from queuewright.sizing.model import Sizing
from queuewright.sizing.size import default_cores, idempotency_ttl
from queuewright.spec.model import Answers


def project_settings(overrides: Mapping[str, Any], name: str, answers: Answers, catalog: Catalog) -> dict[str, Any]:
    valkey = "redis_licence_forbidden_valkey_available" in (answers.constraints or ())
    derived = {"namespace": name, "image": name, "redis_server": "valkey" if valkey else "redis"}
    return {
        key: overrides.get(key, derived.get(key, setting.default))
        for key, setting in catalog.settings.items()
        if setting.scope == "project"
    }


def workload_settings(
    overrides: Mapping[str, Any], answers: Answers, sizing: Sizing, assumptions: Assumptions, catalog: Catalog
) -> dict[str, Any]:
    assert answers.workload is not None
    assert answers.bound is not None
    kind: KindDefaults = assumptions.kinds[answers.workload]
    mode = "cpu" if answers.bound == "cpu" else "queue"
    derived: dict[str, Any] = {
        "concurrency": int(sizing.concurrency),
        "time_limit": _whole(sizing.time_limit_s.value),
        "soft_time_limit": _whole(sizing.soft_time_limit_s.value),
        "max_retries": kind.max_retries,
        "retry_backoff": kind.retry_backoff,
        "retry_backoff_max": kind.retry_backoff_max,
        "replicas_min": int(sizing.replicas_min),
        "replicas_max": int(sizing.replicas_max),
        "autoscaling": mode,
        "latency_objective": _whole(sizing.latency_objective_s.value),
        "visibility_timeout": int(sizing.visibility_timeout_s),
        "prefetch": int(sizing.prefetch),
        "cores": default_cores(answers.bound),
        "memory_per_task": kind.memory_per_task,
        "memory_limit": int(sizing.memory_mib),
        "gpus": 1 if answers.bound == "gpu" else 0,
        "max_tasks_per_child": kind.max_tasks_per_child,
        "idempotency_ttl": int(idempotency_ttl(answers, sizing.visibility_timeout_s.value, assumptions)),
        "alert_queue_length": int(sizing.queue_alert),
        "alert_latency": _whole(sizing.latency_alert_s.value),
    }
    return {
        key: overrides.get(key, derived.get(key, setting.default))
        for key, setting in catalog.settings.items()
        if setting.scope == "workload"
    }


def _whole(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value
