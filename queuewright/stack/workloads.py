"""The plan of one workload: its process, what it may use, how it scales, when it alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queuewright.sizing.assumptions import Assumptions
from queuewright.stack.component import Component
from queuewright.stack.components import Components
from queuewright.stack.drafts import Draft, process_of
from queuewright.stack.entries import expand, tupled
from queuewright.stack.plan import AlertThresholds, Probe, Resources, Scaling, Trigger, WorkloadPlan
from queuewright.stack.templating import fill

CONTAINER_CPU_M = 1000


def plan_workload(
    draft: Draft,
    parts: Components,
    names: Mapping[str, Any],
    project: Mapping[str, Any],
    assumptions: Assumptions,
) -> WorkloadPlan:
    process = process_of(parts.worker)
    scope = {**names, "w": draft, "settings": draft.settings}
    environment: dict[str, str] = {"WORKLOAD": draft.name, "METRICS_PORT": str(process.metrics_port)}
    for part in (parts.language, parts.broker, parts.pairing, parts.worker):
        environment |= fill(part.environment, scope)
    environment |= fill(process.environment, scope)
    settings = draft.settings
    return WorkloadPlan(
        name=draft.name,
        module=draft.module,
        kind=draft.kind,
        answers=draft.answers,
        sizing=draft.sizing,
        settings=settings,
        queues=draft.queues,
        dead_letter=draft.dead_letter,
        command=tuple(fill(process.command, scope)),
        environment=environment,
        replicas=max(1, settings["replicas_min"]),
        slots=draft.slots,
        prefetch=draft.prefetch,
        limits=draft.limits,
        retry=draft.retry,
        resources=_resources(settings, project),
        probe=Probe(**tupled(fill(process.probe, scope), "command")),
        stop_signal=process.stop_signal,
        metrics_port=process.metrics_port,
        scaling=_scaling(draft, parts.pairing, scope, assumptions),
        alerts=AlertThresholds(
            queue_length=settings["alert_queue_length"],
            latency_s=settings["alert_latency"],
            failure_ratio=settings["alert_failure_ratio"],
            failure_floor=settings["alert_failure_floor"],
            utilisation=settings["alert_utilisation"],
        ),
        tmpfs=tuple(process.tmpfs),
        scheduler=bool(draft.answers.cron),
        redelivery=fill(parts.pairing.redelivery, scope) if parts.pairing.redelivery else None,
        recycles=process.recycles,
        example=next((part.example for part in parts.workloads if part.id.split("/")[0] == draft.kind), {}),
    )


def _resources(settings: Mapping[str, Any], project: Mapping[str, Any]) -> Resources:
    cpu = round(settings["cores"] * CONTAINER_CPU_M)
    return Resources(
        cpu_request_m=max(50, cpu // 2),
        memory_mib=settings["memory_limit"],
        cpu_limit_m=cpu if project["cpu_limits"] else None,
        gpus=settings["gpus"],
    )


def _scaling(
    draft: Draft, pairing: Component, scope: Mapping[str, Any], assumptions: Assumptions
) -> Scaling:
    settings = draft.settings
    bounds = {"min_replicas": settings["replicas_min"], "max_replicas": max(1, settings["replicas_max"])}
    hold = max(300, int(draft.limits.hard_s))
    if settings["autoscaling"] == "fixed":
        return Scaling(mode="fixed", **bounds)
    if settings["autoscaling"] == "cpu":
        return Scaling(mode="cpu", **bounds, target=assumptions.cpu_target_percent, stabilization_s=hold)
    target = int(draft.sizing.keda_target)
    scope = {**scope, "target": target}
    triggers = tuple(Trigger(**value) for value in expand(pairing.triggers, scope))
    return Scaling(
        mode="queue",
        **bounds,
        triggers=triggers,
        formula=fill(pairing.scaling_formula, scope) if pairing.scaling_formula else None,
        target=target,
        cooldown_s=hold,
        stabilization_s=hold,
    )
