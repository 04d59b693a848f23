"""A workload as the components' strings see it: sized, with its queues and limits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from queuewright.catalog import Catalog
from queuewright.errors import Problem, SpecError, StackError
from queuewright.sizing.assumptions import Assumptions, ProcessShape
from queuewright.sizing.model import Sizing
from queuewright.sizing.size import size
from queuewright.spec.model import Answers, Spec, Workload
from queuewright.stack.component import Component, Process
from queuewright.stack.components import Components
from queuewright.stack.plan import PriorityScheme, Queue, Retry, TimeLimits
from queuewright.stack.settings import contradictions, counted, workload_settings
from queuewright.stack.templating import evaluate, fill


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


def priority_scheme(pairing: Component, answers: Iterable[Answers]) -> PriorityScheme:
    wanted = any(each.priorities != "none" for each in answers)
    if not wanted or pairing.priority is None:
        return PriorityScheme(mode="none", levels={})
    return PriorityScheme(mode=pairing.priority["mode"], levels=dict(pairing.priority["levels"]))


def make_draft(
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
    process = process_of(parts.worker)
    overrides = counted({**spec.settings, **workload.settings}, catalog)
    sizing = size(answers, overrides, _shape(process), assumptions)
    settings = workload_settings(overrides, answers, sizing, total_rate, assumptions, catalog)
    where = ("workloads", spec.workloads.index(workload))
    problems = contradictions(overrides, settings, where)
    if not process.recycles:
        problems += _not_recycled(overrides, parts.worker.id, where)
        settings["max_tasks_per_child"] = 0
    if problems:
        raise SpecError(problems)
    draft = Draft(
        name=workload.name,
        module=workload.name.replace("-", "_"),
        kind=kind_of(answers),
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


def _not_recycled(overrides: Mapping[str, Any], worker: str, where: tuple[str | int, ...]) -> list[Problem]:
    if not overrides.get("max_tasks_per_child"):
        return []
    return [
        Problem(
            f"`max_tasks_per_child` has no effect: {worker} does not replace its processes one by one",
            hint="leave it away, or set it to 0; RUNBOOK.md says what bounds a leak",
            where=(*where, "settings", "max_tasks_per_child"),
        )
    ]


def process_of(worker: Component) -> Process:
    if worker.process is None:
        raise StackError(f"the worker component {worker.id} declares no process")
    return worker.process


def _shape(process: Process) -> ProcessShape:
    single = process.slots.strip() == "1"
    return ProcessShape(process.base_memory_mib, process.memory_mib_per_slot, single)


def kind_of(answers: Answers) -> str:
    assert answers.workload is not None
    return answers.workload
