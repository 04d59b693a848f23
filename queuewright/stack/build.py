"""Spec x Decision x sizing -> StackPlan.

Names that component.yaml strings may use: `name`, `package`, `project` (project settings), `needs` (facilities the
workloads need), `levels` (priority levels, highest first, empty where none), `workloads` (drafts) and, where it is
about one workload, `w` with name, module, kind, answers, settings, sizing, queues, dead_letter, slots, prefetch,
limits, retry; `item` inside `foreach`; `fact(path)` and `why(id)` from the catalog.
"""

from __future__ import annotations

from typing import Any

from queuewright.advisor import decide_project
from queuewright.advisor.decision import Decision
from queuewright.advisor.policy import Policy
from queuewright.catalog import Catalog
from queuewright.sizing.assumptions import from_data
from queuewright.spec.model import Answers, Spec
from queuewright.stack.choice import chosen_stack, language_of
from queuewright.stack.components import select
from queuewright.stack.drafts import kind_of, make_draft, priority_scheme
from queuewright.stack.entries import expand
from queuewright.stack.infrastructure import identities, merged, scheduler, services, unique
from queuewright.stack.plan import Queries, RunbookCommand, Secret, StackPlan
from queuewright.stack.settings import counted, project_settings
from queuewright.stack.workloads import plan_workload


def plan_spec(spec: Spec, catalog: Catalog, policy: Policy | None = None) -> StackPlan:
    """Advice and plan in one. Raises StackError where nothing can be rendered."""
    return build_plan(spec, decide_project(spec, policy=policy), catalog)


def build_plan(spec: Spec, decision: Decision, catalog: Catalog) -> StackPlan:
    """Raises StackError where the stack cannot be rendered."""
    stack = chosen_stack(spec, decision, catalog)
    answers = {workload.name: complete(spec.answers_for(workload), catalog) for workload in spec.workloads}
    language = language_of(stack, spec, catalog)
    kinds = sorted({kind_of(each) for each in answers.values()})
    parts = select(language, stack.broker, stack.worker, kinds)
    assumptions = from_data(catalog.sizing)

    first = answers[spec.workloads[0].name]
    project = project_settings(counted(spec.settings, catalog), spec.name, first, catalog)
    priority = priority_scheme(parts.pairing, answers.values())
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
        make_draft(workload, answers[workload.name], spec, parts, priority, names, total_rate, assumptions, catalog)
        for workload in spec.workloads
    )
    names["workloads"] = drafts
    workloads = tuple(plan_workload(draft, parts, names, project, assumptions) for draft in drafts)
    return StackPlan(
        name=spec.name,
        package=names["package"],
        language=language,
        broker=stack.broker,
        worker=stack.worker,
        variant=stack.variant,
        priority=priority,
        workloads=workloads,
        services=unique("service", (each for part in parts for each in services(part, names))),
        secrets=unique("secret", (Secret(**value) for part in parts for value in expand(part.secrets, names))),
        scheduler=scheduler(parts.worker, names) if names["cron"] else None,
        queries=Queries(**merged("queries", parts, names)),
        runbook=tuple(RunbookCommand(**value) for part in parts for value in expand(part.runbook, names)),
        scrape=tuple(value for part in parts for value in expand(part.scrape, names)),
        settings=project,
        decision=decision,
        identities=identities(spec.name, stack, parts, names, drafts),
    )


def complete(answers: Answers, catalog: Catalog) -> Answers:
    """With the documented default for each answer that is missing."""
    defaults = {key: answer.default for key, answer in catalog.answers.items() if key in Answers.model_fields}
    return Answers.model_validate({**defaults, **answers.answered()})
