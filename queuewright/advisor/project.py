"""Advice for a project of several workloads: one stack that serves them all, or a split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from queuewright.advisor.answers import complete
from queuewright.advisor.common import Judged, best, weighed
from queuewright.advisor.decide import candidate, decide, merge
from queuewright.advisor.decision import Decision, Reason, Refusal, Split
from queuewright.advisor.engine import Engine, engine
from queuewright.advisor.policy import Policy
from queuewright.advisor.projectflips import flips_of_project
from queuewright.advisor.refuse import refusal
from queuewright.advisor.required import held_to
from queuewright.advisor.wording import stack_name
from queuewright.spec.answers import PROJECT_WIDE
from queuewright.spec.model import Spec, StackChoice


def decide_project(spec: Spec, policy: Policy | None = None, *, flips: bool = True) -> Decision:
    """One workload is decided as such. Of several the stack must survive in all; scores weigh by peak load."""
    return held_to(_decide(spec, policy, flips), spec, policy)


def _decide(spec: Spec, policy: Policy | None, flips: bool) -> Decision:
    parts = [(workload.name, spec.answers_for(workload)) for workload in spec.workloads]
    if len(parts) == 1:
        return decide(parts[0][1], policy=policy, pinned=spec.stack, accept=spec.accept, flips=flips)
    rules = engine(policy)
    judged = []
    for name, answers in parts:
        known, assumed = complete(answers, rules.catalog)
        judged.append(Judged(name, known, assumed, rules.judge(known)))
    common = best(rules, judged)
    choice = spec.stack or (
        StackChoice(broker=common.stack.broker, worker=common.stack.worker, variant=common.stack.variant)
        if common
        else None
    )
    single = [
        decide(answers, policy=policy, pinned=choice, accept=spec.accept, flips=False) for _, answers in parts
    ]
    decision = (
        _together(rules, judged, single, pinned=spec.stack is not None)
        if choice is not None
        else _apart(rules, judged, single)
    )
    return replace(decision, flips=flips_of_project(rules, judged, shared_keys(spec))) if flips else decision


def shared_keys(spec: Spec) -> frozenset[str]:
    """Answers that hold for the whole project: no workload has its own, and the project has one, or is where it belongs."""
    own = {key for workload in spec.workloads for key in workload.answers.answered()}
    return frozenset({*spec.answers.answered(), *PROJECT_WIDE} - own)


def _together(
    rules: Engine, judged: Sequence[Judged], single: Sequence[Decision], *, pinned: bool
) -> Decision:
    """The decisions for one stack joined. A better stack for one workload alone is no contradiction of a common one."""
    first = single[0]
    option = next(option for option in rules.options if option.stack == first.stack)
    heaviest = max(judged, key=lambda part: part.weight)
    scores = weighed(judged)
    winner = replace(
        candidate(rules, heaviest.known, heaviest.verdict, option), score=round(scores[option.bit], 6)
    )
    contradictions = _named(judged, single, keep_pinned=pinned)
    warnings = merge(warning for decision in single for warning in decision.warnings)
    must = any(warning.severity == "must" for warning in warnings)
    alive = rules.everything
    for part in judged:
        alive &= part.verdict.alive
    others = sorted(
        rules.members(alive), key=lambda other: rules.rank(other, scores[other.bit]), reverse=True
    )
    shown = {
        str(option.stack): option for option in reversed(others) if str(option.stack) != str(first.stack)
    }
    alternatives = tuple(
        replace(candidate(rules, heaviest.known, heaviest.verdict, other), score=round(scores[other.bit], 6))
        for other in others
        if shown.get(str(other.stack)) is other
    )
    return replace(
        first,
        verdict="warn" if must or contradictions else "recommend",
        winner=winner,
        assumed={key: value for decision in reversed(single) for key, value in decision.assumed.items()},
        warnings=warnings,
        alternatives=alternatives,
        rejected=tuple(dict.fromkeys(item for decision in single for item in decision.rejected)),
        contradictions=contradictions,
    )


def _named(judged: Sequence[Judged], single: Sequence[Decision], *, keep_pinned: bool) -> tuple[Reason, ...]:
    found: dict[str, Reason] = {}
    for part, decision in zip(judged, single, strict=True):
        for reason in decision.contradictions:
            if reason.id != "pinned":
                found.setdefault(reason.message, reason)
            elif keep_pinned:
                found[f"{part.name}: {reason.message}"] = replace(
                    reason, message=f"{part.name}: {reason.message}"
                )
    return tuple(found.values())


def _apart(rules: Engine, judged: Sequence[Judged], alone: Sequence[Decision]) -> Decision:
    """No stack serves all: the largest groups that one stack serves, heaviest workload first."""
    groups: list[list[Judged]] = []
    for part in sorted(judged, key=lambda part: (-part.weight, part.name)):
        home = next((group for group in groups if best(rules, [*group, part])), None)
        if home is not None:
            home.append(part)
        elif best(rules, [part]):
            groups.append([part])
    splits = []
    for group in groups:
        option = best(rules, group)
        if option is not None:
            splits.append(Split(tuple(part.name for part in group), option.stack))
    stuck = [part for part in judged if not best(rules, [part])]
    warnings = merge((warning for decision in alone for warning in decision.warnings), refused=True)
    heaviest = max(stuck or judged, key=lambda part: part.weight)
    reasons = refusal(rules, heaviest.known, warnings) if stuck else _split_refusal(rules, splits)
    return replace(
        alone[0],
        verdict="refuse",
        winner=None,
        warnings=warnings,
        refusal=reasons,
        alternatives=(),
        rejected=tuple(dict.fromkeys(item for decision in alone for item in decision.rejected)),
        contradictions=tuple(
            dict.fromkeys(reason for decision in alone for reason in decision.contradictions)
        ),
        splits=tuple(splits),
    )


def _split_refusal(rules: Engine, splits: Sequence[Split]) -> Refusal:
    topic = rules.catalog.topics["split_workloads"]
    parts = "; ".join(
        f"{', '.join(split.workloads)} with {stack_name(rules.catalog, split.stack.broker, split.stack.worker)}"
        for split in splits
    )
    return Refusal(
        (
            Reason(
                topic.id,
                f"No stack serves all workloads. Split them into specs of their own: {parts}.",
                topic.source,
            ),
        ),
        "",
    )
