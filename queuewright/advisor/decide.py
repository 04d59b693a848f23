"""Advice for one kind of work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from queuewright.advisor.answers import Known, complete
from queuewright.advisor.decision import Candidate, Decision, Reason, Rejection, Warning_
from queuewright.advisor.engine import CompiledRule, Engine, Verdict, Weighed, engine
from queuewright.advisor.flips import flips_of
from queuewright.advisor.options import Option
from queuewright.advisor.pinned import pinned_option, pinned_reasons
from queuewright.advisor.policy import Policy
from queuewright.advisor.refuse import refusal
from queuewright.advisor.wishes import contradicted, no_language
from queuewright.spec.model import Answers, StackChoice


def decide(
    answers: Answers,
    *,
    policy: Policy | None = None,
    pinned: StackChoice | None = None,
    accept: tuple[str, ...] = (),
    flips: bool = True,
) -> Decision:
    """The best stack for these answers, or why there is none.

    A pinned stack wins whatever the rules say; where they say something else, the decision warns. StackError where
    the pinned pair is impossible, or harmful and not accepted by its id.
    """
    rules = engine(policy)
    known, assumed = complete(answers, rules.catalog)
    verdict = rules.judge(known)
    fixed = pinned_option(rules, pinned, accept) if pinned else None
    winner = fixed or verdict.winner
    contradictions, wish_warnings = contradicted(rules, known, verdict, winner)
    warnings = [*warnings_of(rules, known, winner), *wish_warnings]
    if fixed is not None:
        against, limits = pinned_reasons(rules, known, verdict, fixed)
        contradictions, warnings = (*against, *contradictions), [*limits, *warnings]
    merged = merge(warnings, refused=winner is None)
    refused = refusal(rules, known, merged) if winner is None else None
    return Decision(
        verdict=_verdict(winner, contradictions, merged),
        winner=None if winner is None else candidate(rules, known, verdict, winner),
        assumed=assumed,
        warnings=merged,
        refusal=refused,
        alternatives=alternatives(rules, known, verdict, winner),
        rejected=tuple(rejections(rules, known)),
        flips=flips_of(rules, known, assumed, verdict.winner) if flips else (),
        contradictions=contradictions,
    )


def _verdict(
    winner: Option | None, contradictions: tuple[Reason, ...], warnings: tuple[Warning_, ...]
) -> Literal["recommend", "warn", "refuse"]:
    if winner is None:
        return "refuse"
    return (
        "warn" if contradictions or any(warning.severity == "must" for warning in warnings) else "recommend"
    )


def candidate(rules: Engine, known: Known, verdict: Weighed, option: Option) -> Candidate:
    """The option with every point it got or lost, most weight first."""
    reasons = [
        rules.reason(item, known, option) for item in rules.preferences if item.holds(known) >> option.bit & 1
    ]
    reasons.sort(key=lambda reason: (-abs(reason.points), reason.id))
    return Candidate(option.stack, round(verdict.scores[option.bit], 6), tuple(reasons), option.rendered)


def alternatives(
    rules: Engine, known: Known, verdict: Verdict, winner: Option | None
) -> tuple[Candidate, ...]:
    """The best variant of every other stack that survived, best first."""
    taken = {str(winner.stack)} if winner else set()
    alive = [] if verdict.refused else list(rules.members(verdict.alive))
    found = []
    for option in sorted(
        alive, key=lambda option: rules.rank(option, verdict.scores[option.bit]), reverse=True
    ):
        if str(option.stack) not in taken:
            taken.add(str(option.stack))
            found.append(candidate(rules, known, verdict, option))
    return tuple(found)


def rejections(rules: Engine, known: Known) -> Iterable[Rejection]:
    """For each stack that did not survive the first limit it broke; one line where a whole broker or worker falls."""
    gone = 0
    for item in rules.eliminations:
        fresh = item.holds(known) & ~gone
        gone |= fresh
        left = fresh
        for kind in ("broker", "worker"):
            for name in sorted({getattr(option.stack, kind) for option in rules.members(left)}):
                whole = sum(
                    1 << option.bit for option in rules.options if getattr(option.stack, kind) == name
                )
                if whole & ~fresh == 0:
                    yield _rejection(rules, known, item, whole, name)
                    left &= ~whole
        for name in sorted({str(option.stack) for option in rules.members(left)}):
            whole = sum(1 << option.bit for option in rules.options if str(option.stack) == name)
            if whole & ~gone == 0:
                yield _rejection(rules, known, item, left & whole, name)


def _rejection(rules: Engine, known: Known, item: CompiledRule, mask: int, name: str) -> Rejection:
    option = next(rules.members(mask))
    reason = rules.reason(item, known, option)
    if item.rule.id == "language-not-spoken" and name == option.stack.broker:
        reason = no_language(rules, known, option)
    return Rejection(name, reason.id, reason.message, reason.source)


def warnings_of(rules: Engine, known: Known, winner: Option | None) -> list[Warning_]:
    """Of the winner, and of the answers themselves."""
    found = []
    for item in rules.warnings:
        mask = item.holds(known)
        anyway = item.rule.scope != "winner"
        if item.rule.scope == "refusal" and winner is not None:
            continue
        if not mask or (not anyway and (winner is None or not mask >> winner.bit & 1)):
            continue
        option = (
            winner if winner is not None and (anyway or mask >> winner.bit & 1) else next(rules.members(mask))
        )
        reason = rules.reason(item, known, option)
        found.append(
            Warning_(item.rule.topic or item.rule.id, item.rule.severity, reason.message, reason.source)
        )
    return found


def merge(warnings: Iterable[Warning_], *, refused: bool = False) -> tuple[Warning_, ...]:
    """One warning a topic, the most severe; `must` before `should`, else in the order of the rules.

    What is said of the stack stands before what is said of a part that was not taken.
    """
    best: dict[str, Warning_] = {}
    for warning in warnings:
        held = best.get(warning.id)
        more_severe = held is not None and (held.severity, warning.severity) == ("should", "must")
        if held is None or (more_severe and (refused or not warning.against)):
            best[warning.id] = warning
    return tuple(sorted(best.values(), key=lambda warning: warning.severity != "must"))
