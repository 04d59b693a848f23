"""Spec x Decision x sizing -> StackPlan.

Names that component.yaml strings may use: `name`, `package`, `project` (project settings), `needs` (facilities the
workloads need), `levels` (priority levels, highest first, empty where none), `workloads` (drafts) and, where it is
about one workload, `w` with name, module, kind, answers, settings, sizing, queues, dead_letter, slots, prefetch,
limits, retry; `item` inside `foreach`; `fact(path)` and `why(id)` from the catalog.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from queuewright.advisor import decide_project
from queuewright.advisor.decision import Decision, StackId
from queuewright.advisor.policy import Policy
from queuewright.catalog import Catalog
from queuewright.errors import Problem, SpecError, StackError
from queuewright.sizing.assumptions import Assumptions, ProcessShape, from_data
from queuewright.sizing.model import Sizing
from queuewright.sizing.size import size
from queuewright.spec.model import Answers, Spec, Workload
from queuewright.stack.component import Component, Entry, Process
from queuewright.stack.components import Components, is_rendered, select
from queuewright.stack.plan import (
    AlertThresholds,
    Mount,
    Port,
    PriorityScheme,
    Probe,
    Queries,
    Queue,
    Resources,
    Retry,
    RunbookCommand,
    Scaling,
    SchedulerPlan,
    Secret,
    Service,
    StackPlan,
    TimeLimits,
    Trigger,
    WorkloadPlan,
)
from queuewright.stack.settings import contradictions, counted, project_settings, workload_settings
from queuewright.stack.templating import evaluate, fill, holds

LEVELS = ("high", "default", "low")
CONTAINER_CPU_M = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """A workload before its worker's commands and triggers are known."""

    name: str
    module: str
    kind: str
    answers: Answers
    settings: Mapping[str, Any]
    sizing: Sizing
    queues: tuple[Queue, ...]
    dead_letter: str
    slots: int
    prefetch: int
    limits: TimeLimits
    retry: Retry


def plan_spec(spec: Spec, catalog: Catalog, policy: Policy | None = None) -> StackPlan:
    """Advice and plan in one. Raises StackError where nothing can be rendered."""
    return build_plan(spec, decide_project(spec, policy=policy), catalog)


def build_plan(spec: Spec, decision: Decision, catalog: Catalog) -> StackPlan:
    """Raises StackError where the stack cannot be rendered."""
    stack = _stack(spec, decision, catalog)
    answers = {workload.name: complete(spec.answers_for(workload), catalog) for workload in spec.workloads}
    language = _language(stack, spec, catalog)
    kinds = sorted({_kind(each) for each in answers.values()})
    parts = select(language, stack.broker, stack.worker, kinds)
    assumptions = from_data(catalog.sizing)

    first = answers[spec.workloads[0].name]
    project = project_settings(counted(spec.settings, catalog), spec.name, first, catalog)
    priority = _priority(parts.pairing, answers.values())
    names: dict[str, Any] = {
        "name": spec.name,
        "package": spec.name.replace("-", "_"),
        "variant": stack.variant,
        "project": project,
        "levels": list(priority.levels),
        "priority": priority,
        "needs": {need for part in parts.workloads for need, wanted in part.needs.items() if wanted},
        "cron": any(each.cron for each in answers.values()),
        "fact": catalog.fact,
        "why": lambda pitfall: catalog.pitfalls[pitfall].why,
    }
    total_rate = sum(each.rate_avg_per_s or 0 for each in answers.values())
    drafts = tuple(
        _draft(workload, answers[workload.name], spec, parts, priority, names, total_rate, assumptions, catalog)
        for workload in spec.workloads
    )
    names["workloads"] = drafts
    workloads = tuple(_workload(draft, parts, names, project, assumptions) for draft in drafts)
    return StackPlan(
        name=spec.name,
        package=names["package"],
        language=language,
        broker=stack.broker,
        worker=stack.worker,
        variant=stack.variant,
        priority=priority,
        workloads=workloads,
        services=_unique("service", (each for part in parts for each in _services(part, names))),
        secrets=_unique("secret", (Secret(**value) for part in parts for value in expand(part.secrets, names))),
        scheduler=_scheduler(parts.worker, names) if names["cron"] else None,
        queries=Queries(**_merged("queries", parts, names)),
        runbook=tuple(RunbookCommand(**value) for part in parts for value in expand(part.runbook, names)),
        scrape=tuple(value for part in parts for value in expand(part.scrape, names)),
        settings=project,
        decision=decision,
        identities=_identities(spec.name, stack, parts, names, drafts),
    )


def complete(answers: Answers, catalog: Catalog) -> Answers:
    """With the documented default for each answer that is missing."""
    defaults = {key: answer.default for key, answer in catalog.answers.items() if key in Answers.model_fields}
    return Answers.model_validate({**defaults, **answers.answered()})


def expand(entries: Sequence[Entry], names: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Entries that hold, repeated by their `foreach`, filled in."""
    for entry in entries:
        items = evaluate(entry.foreach, names) if entry.foreach else (None,)
        for item in items:
            scope = {**names, "item": item}
            if holds(entry.when, scope):
                yield fill(entry.value, scope)


def _stack(spec: Spec, decision: Decision, catalog: Catalog) -> StackId:
    winner = decision.winner
    if winner is None:
        reasons = [reason.message for reason in decision.refusal.reasons] if decision.refusal else []
        message = reasons[0] if decision.splits and reasons else "no stack survives these answers"
        raise StackError(message, hint="`qw recommend` says why, and what would do it")
    stack = winner.stack
    pairing = catalog.pairing(stack.broker, stack.worker)
    if spec.stack is None and not winner.rendered:
        raise StackError(f"the advice is {stack}, which cannot be rendered yet", hint=_pin_another(decision))
    if pairing is not None and is_rendered(stack.broker, stack.worker) and stack.variant != pairing.default_variant:
        raise StackError(
            Problem(
                f"{stack} can be advised in the variant `{stack.variant}`, but not rendered yet",
                hint=f"write `variant: {pairing.default_variant}`, or leave `variant` away",
                where=("stack", "variant"),
            )
        )
    return stack


def _pin_another(decision: Decision) -> str:
    best = next((each for each in decision.alternatives if each.rendered), None)
    if best is None or decision.winner is None:
        return "no stack that survives can be rendered; `qw recommend` gives the advice alone"
    behind = decision.winner.score - best.score
    return f"pin one that can: `stack: {{broker: {best.stack.broker}, worker: {best.stack.worker}}}`, {behind:g} points less"


def _language(stack: StackId, spec: Spec, catalog: Catalog) -> str:
    """The worker's language; for a plain consumer or handler, the first one answered that has templates."""
    fact = catalog.lookup(stack.worker, "languages")
    languages = tuple(fact.value) if fact else ()
    answered = spec.answers.language or next((w.answers.language for w in spec.workloads if w.answers.language), ())
    return next((each for each in answered if each in languages), languages[0] if languages else "python")


def _kind(answers: Answers) -> str:
    assert answers.workload is not None
    return answers.workload


def _priority(pairing: Component, answers: Any) -> PriorityScheme:
    wanted = any(each.priorities != "none" for each in answers)
    if not wanted or pairing.priority is None:
        return PriorityScheme(mode="none", levels={})
    return PriorityScheme(mode=pairing.priority["mode"], levels=dict(pairing.priority["levels"]))


def _draft(
    workload: Workload,
    answers: Answers,
    spec: Spec,
    parts: Components,
    priority: PriorityScheme,
    names: Mapping[str, Any],
    total_rate: float,
    assumptions: Assumptions,
    catalog: Catalog,
) -> Draft:
    process = _process(parts.worker)
    overrides = counted({**spec.settings, **workload.settings}, catalog)
    sizing = size(answers, overrides, _shape(process), assumptions)
    settings = workload_settings(overrides, answers, sizing, total_rate, assumptions, catalog)
    problems = contradictions(overrides, settings, ("workloads", spec.workloads.index(workload)))
    if problems:
        raise SpecError(problems)
    draft = Draft(
        name=workload.name,
        module=workload.name.replace("-", "_"),
        kind=_kind(answers),
        answers=answers,
        settings=settings,
        sizing=sizing,
        queues=(),
        dead_letter="",
        slots=0,
        prefetch=int(settings["prefetch"]),
        limits=TimeLimits(
            soft_s=settings["soft_time_limit"],
            hard_s=settings["time_limit"],
            visibility_s=settings["visibility_timeout"],
            grace_s=int(sizing.grace_s),
        ),
        retry=Retry(settings["max_retries"], settings["retry_backoff"], settings["retry_backoff_max"]),
    )
    dead_letter = fill(parts.pairing.dead_letter or "{{ w.name }}.dead", {**names, "w": draft})
    queue_name = parts.pairing.queue_name or "{{ w.name }}"
    by_level = priority.mode == "queue" and answers.priorities != "none"
    levels: Sequence[str | None] = list(priority.levels) if by_level else [None]
    queues = tuple(
        Queue(fill(queue_name, {**names, "w": draft, "level": level}), level, dead_letter) for level in levels
    )
    slots = int(evaluate(process.slots, {**names, "w": draft, "settings": settings}))
    return replace(draft, queues=queues, dead_letter=dead_letter, slots=slots)


def _process(worker: Component) -> Process:
    if worker.process is None:
        raise StackError(f"the worker component {worker.id} declares no process")
    return worker.process


def _shape(process: Process) -> ProcessShape:
    single = process.slots.strip() == "1"
    return ProcessShape(process.base_memory_mib, process.memory_mib_per_slot, single)


def _workload(
    draft: Draft,
    parts: Components,
    names: Mapping[str, Any],
    project: Mapping[str, Any],
    assumptions: Assumptions,
) -> WorkloadPlan:
    process = _process(parts.worker)
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
        probe=Probe(**_tupled(fill(process.probe, scope), "command")),
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


def _services(part: Component, names: Mapping[str, Any]) -> Iterator[Service]:
    for rule in part.services:
        if holds(rule.when, names):
            yield _service(fill(rule.service, names))


def _service(value: dict[str, Any]) -> Service:
    converters: dict[str, Callable[[Any], Any]] = {
        "command": tuple,
        "entrypoint": tuple,
        "secrets": tuple,
        "tmpfs": tuple,
        "depends_on": tuple,
        "mounts": lambda mounts: tuple(Mount(**mount) for mount in mounts),
        "ports": lambda ports: tuple(Port(**{**port, "number": int(port["number"])}) for port in ports),
        "probe": lambda probe: Probe(**_tupled(probe, "command")),
        "resources": lambda resources: Resources(**{key: int(item) for key, item in resources.items()}),
        "stop_grace_s": int,
    }
    return Service(**{key: converters.get(key, lambda item: item)(item) for key, item in value.items()})


def _tupled(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: tuple(item) if name == key else int(item) for name, item in value.items()}


def _scheduler(worker: Component, names: Mapping[str, Any]) -> SchedulerPlan | None:
    rule = worker.scheduler
    if rule is None:
        return None
    return SchedulerPlan(
        command=tuple(fill(rule.command, names)),
        resources=Resources(cpu_request_m=50, memory_mib=192, cpu_limit_m=500),
        probe=Probe(**_tupled(fill(rule.probe, names), "command")),
        stop_signal=rule.stop_signal,
    )


def _merged(field: str, parts: Components, names: Mapping[str, Any]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for part in parts:
        merged |= fill(getattr(part, field), names)
    return merged


def _unique(what: str, found: Iterator[Any]) -> tuple[Any, ...]:
    """The first of each name: two parts may declare the same secret or service."""
    seen: dict[str, Any] = {}
    for each in found:
        key = each.id if what == "service" else each.name
        seen.setdefault(key, each)
    return tuple(seen.values())


def _identities(
    name: str, stack: StackId, parts: Components, names: Mapping[str, Any], drafts: tuple[Draft, ...]
) -> dict[str, str]:
    identities = {"project": name, "stack": f"{stack.broker}+{stack.worker}", "variant": stack.variant}
    for part in parts:
        identities |= fill(part.identities, names)
    arguments = parts.pairing.queue_identity
    for draft in drafts:
        more = f", {fill(arguments, {**names, 'w': draft})}" if arguments else ""
        for queue in draft.queues:
            identities[f"queue {queue.name}"] = f"dead letters to {queue.dead_letter}{more}"
    return dict(sorted(identities.items()))
