"""A stack that the user has settled on: final, and judged all the same."""

from __future__ import annotations

from queuewright.advisor.answers import Known, complete
from queuewright.advisor.decision import Reason, Warning_
from queuewright.advisor.engine import Engine, Verdict, engine
from queuewright.advisor.options import LIBRARY_FREE, Option
from queuewright.advisor.policy import Policy
from queuewright.advisor.wishes import eliminated_by
from queuewright.advisor.wording import sentence, stack_name
from queuewright.errors import Problem, StackError
from queuewright.spec.model import Answers, StackChoice

CLOSE_CALL = 4.0
"""Points of one preference: a lead that is no larger is a matter of taste, and no reason to warn about a pinned stack."""


def pinned_option(rules: Engine, choice: StackChoice, accept: tuple[str, ...] = ()) -> Option:
    """StackError names what is wrong with the pair and what to use instead."""
    worker = choice.worker
    if worker == "none":
        worker = next((kind for kind in LIBRARY_FREE if rules.option(choice.broker, kind)), worker)
    known = rules.catalog
    for kind, name, parts in (("broker", choice.broker, known.brokers), ("worker", worker, known.workers)):
        if name not in parts:
            raise StackError(
                Problem(f"stack: there is no {kind} {name}", hint=f"known are {', '.join(parts)}")
            )
    pairing = known.pairing(choice.broker, worker)
    if pairing is None or not pairing.possible:
        raise StackError(
            Problem(
                f"stack: {worker} cannot run on {choice.broker}",
                hint=pairing.summary if pairing else "choose another pair; `qw recommend` names what fits",
            )
        )
    if pairing.maturity == "harmful" and pairing.id not in accept:
        raise StackError(
            Problem(
                f"stack: {worker} on {choice.broker} does harm: {pairing.summary}",
                hint=f"or accept it: `accept: [{pairing.id}]`",
            )
        )
    option = rules.option(choice.broker, worker, choice.variant)
    if option is None:
        raise StackError(
            Problem(
                f"stack: {worker} on {choice.broker} has no variant {choice.variant}",
                hint=f"known are {', '.join(pairing.variants)}",
            )
        )
    return option


def broken_limits(answers: Answers, choice: StackChoice, policy: Policy | None = None) -> tuple[Reason, ...]:
    """Every limit of this stack that the answers break; a preset, which pins its stack, makes an error of them."""
    rules = engine(policy)
    known, _ = complete(answers, rules.catalog)
    option = pinned_option(rules, choice)
    return tuple(rules.reason(item, known, option) for item in eliminated_by(rules, known, option))


def pinned_reasons(
    rules: Engine, known: Known, verdict: Verdict, fixed: Option
) -> tuple[tuple[Reason, ...], list[Warning_]]:
    """Where advice differs: contradictions, and a warning for each limit that the answers break."""
    limits = [
        Warning_(item.rule.topic or item.rule.id, "must", reason.message, reason.source)
        for item in eliminated_by(rules, known, fixed)
        for reason in [rules.reason(item, known, fixed)]
    ]
    best = verdict.winner
    name = sentence(stack_name(rules.catalog, fixed.stack.broker, fixed.stack.worker))
    against: list[Reason] = []
    if best is None:
        against.append(
            Reason(
                "pinned",
                f"{name} is pinned; no stack would be recommended for these answers.",
                fixed.pairing.source,
            )
        )
    elif limits or verdict.scores[best.bit] - verdict.scores[fixed.bit] > CLOSE_CALL:
        better = stack_name(rules.catalog, best.stack.broker, best.stack.worker)
        against.append(
            Reason("pinned", f"{name} is pinned; {better} fits these answers better.", best.pairing.source)
        )
    return tuple(against), limits
