"""The stack that `qw init` writes a project for: that of a preset, the recommended one, or another that survived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from queuewright.cli import console
from queuewright.errors import Problem, StackError

if TYPE_CHECKING:
    from queuewright.advisor.decision import Candidate, Decision, Reason, StackId
    from queuewright.advisor.policy import Policy
    from queuewright.catalog import Preset
    from queuewright.spec import Answers

AGAIN = "again"
EVERYTHING = "everything"
NONE_RENDERED = "queuewright cannot write the project of any of these yet: you get the spec and the decision record."
STOP = "stop"
SHOW_EVERYTHING = "Show everything: what to watch, what was ruled out, what would change this"
ADVICE_ONLY = "Of a stack with advice only, queuewright writes the spec and the decision record; of the others, the project."


def choose(
    answers: Answers, given: Answers, preset: Preset | None, policy: Policy | None, asking: bool
) -> tuple[StackId | str | None, Decision]:
    """The stack; None on a refusal, AGAIN where the user wants to change an answer.

    `given` is what was said beside the preset. Raises StackError where that breaks a limit of the preset's stack.
    """
    from queuewright import advisor
    from queuewright.report import recommendation
    from queuewright.spec import StackChoice

    pinned = StackChoice.model_validate(preset.stack) if preset else None
    if preset is not None:
        _hold(preset, answers, given, policy)
    with console.working("weighing the stacks"):
        decision = advisor.decide(answers, policy=policy, pinned=pinned)
    if decision.winner is None and asking and preset is None:
        return _refused(decision, given), decision
    if decision.winner is None:
        console.show(recommendation.document(decision))
        return None, decision
    if not asking:
        return decision.winner.stack, decision
    if not console.settings.quiet:
        console.show(recommendation.brief(decision))
    if preset is not None:
        return decision.winner.stack, decision
    return _pick(decision), decision


def _hold(preset: Preset, answers: Answers, given: Answers, policy: Policy | None) -> None:
    """Every limit of the preset's stack holds, or StackError names those that do not, and what would do."""
    from queuewright import advisor
    from queuewright.report.recommendation import title
    from queuewright.spec import StackChoice

    stack = StackChoice.model_validate(preset.stack)
    broken = advisor.broken_limits(answers, stack, policy)
    if not broken:
        return
    instead = advisor.decide(answers, policy=policy).winner
    advice = (
        f"leave --preset away: for these answers the advice is {title(instead.stack)}"
        if instead
        else "no stack does what these answers ask for: leave --preset away to read why"
    )
    problems = []
    for reason in broken:
        causes = [
            key
            for key in given.answered()
            if reason.id not in _ids(advisor.broken_limits(_without(answers, key, preset), stack, policy))
        ]
        hint = f"{advice}\n  {reason.source}"
        problems.append(Problem(f"{_against(given, causes, preset)}: {reason.message}", hint=hint))
    raise StackError(problems)


def _ids(reasons: Sequence[Reason]) -> set[str]:
    return {reason.id for reason in reasons}


def _without(answers: Answers, key: str, preset: Preset) -> Answers:
    """As the preset has it."""
    from queuewright.spec import Answers

    return Answers.model_validate({**answers.answered(), key: preset.answers.get(key)})


def _against(given: Answers, causes: Sequence[str], preset: Preset) -> str:
    from queuewright.report.recommendation import written
    from queuewright.spec.quantities import BARE

    said = given.answered()
    named = (
        " and ".join(f"`{BARE.get(key, key)}: {written(key, said[key])}`" for key in causes)
        or "something answered"
    )
    return f"{named} cannot be had with the preset `{preset.id}`"


def _refused(decision: Decision, given: Answers) -> str | None:
    """AGAIN, or None where the user leaves it at that."""
    from queuewright.report import recommendation
    from queuewright.spec.quantities import BARE

    choices = [
        ("Answer again", AGAIN),
        (SHOW_EVERYTHING, EVERYTHING),
        ("Stop without writing anything", STOP),
    ]
    shown = recommendation.brief(decision)
    said = ", ".join(f"`{BARE.get(key, key)}`" for key in given.answered())
    hint = f"What the command line answers is not asked again: {said}." if said else ""
    while True:
        console.show(shown)
        console.note("")
        picked: str = console.prompts().select("And now?", choices, AGAIN, hint=hint)
        if picked != EVERYTHING:
            return AGAIN if picked == AGAIN else None
        shown = recommendation.document(decision)


def _pick(decision: Decision) -> StackId | str:
    from queuewright.report import recommendation

    assert decision.winner is not None
    choices: list[tuple[str, StackId | str]] = [
        *stack_choices((decision.winner, *decision.alternatives)),
        (SHOW_EVERYTHING, EVERYTHING),
        ("Answer again", AGAIN),
    ]
    hint = "" if decision.winner.rendered else ADVICE_ONLY
    if not any(each.rendered for each in (decision.winner, *decision.alternatives)):
        hint = NONE_RENDERED
    while True:
        console.note("")
        picked: StackId | str = console.prompts().select("Which stack?", choices, decision.winner.stack, hint=hint)
        if picked != EVERYTHING:
            return picked
        console.show(recommendation.document(decision))


def stack_choices(survivors: Sequence[Candidate]) -> list[tuple[str, StackId]]:
    """Best first, each with the points that it is behind; the best that can be rendered stands first or second."""
    from queuewright.report.recommendation import title

    winner, *others = survivors
    best = next((each for each in survivors if each.rendered), None)
    ordered = sorted(others, key=lambda each: each is not best)
    remarks = {
        winner.stack: "recommended" if winner.rendered else "recommended; advice only",
        **{each.stack: _behind(winner, each) + ("" if each.rendered else "; advice only") for each in others},
    }
    if best is not None and best is not winner:
        remarks[best.stack] += "; the best that can be written"
    return [(f"{title(each.stack)} ({remarks[each.stack]})", each.stack) for each in (winner, *ordered)]


def _behind(winner: Candidate, candidate: Candidate) -> str:
    points = winner.score - candidate.score
    return f"{points:g} point{'' if points == 1 else 's'} less" if points else "as many points"
