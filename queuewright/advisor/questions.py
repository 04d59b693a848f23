"""Which questions are still worth asking: those whose answer can change the winner or a warning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from queuewright.advisor.answers import Known, complete
from queuewright.advisor.engine import Engine, engine
from queuewright.advisor.flips import other_values
from queuewright.advisor.policy import Policy
from queuewright.spec.model import Answers

WINNER = 3.0
"""A change of the winner weighs this much against a change of a warning that must be heeded."""


def open_questions(answers: Answers, exclude: Iterable[str] = (), policy: Policy | None = None) -> list[str]:
    """Keys that were neither answered nor excluded and still matter, most decisive first."""
    rules = engine(policy)
    known, _ = complete(answers, rules.catalog)
    closed = {*answers.answered(), *exclude}
    held = signature(rules, known)
    ranked = []
    for place, key in enumerate(rules.catalog.answers):
        if key in closed:
            continue
        weight = _weight(rules, known, key, held)
        if weight > 0:
            ranked.append((-weight, place, key))
    return [key for _, _, key in sorted(ranked)]


def open_prompts(
    answers: Answers, exclude: Iterable[str] = (), policy: Policy | None = None, *, needs_known: bool = False
) -> list[tuple[str, ...]]:
    """The open questions as they are best put to a person: needs that most people do not have, on one checklist.

    A tuple of several keys is that checklist (`AnswerKey.need` has the words): what is not ticked takes its default,
    what is ticked is asked next. Once it was shown, `needs_known` keeps it from being shown again.
    """
    keys = open_questions(answers, exclude, policy)
    answer_keys = engine(policy).catalog.answers
    needs = tuple(key for key in keys if answer_keys[key].need)
    if needs_known or len(needs) < 2:
        return [(key,) for key in keys]
    alone = [(key,) for key in keys if not answer_keys[key].need]
    place = min(keys.index(needs[0]), len(alone))
    return [*alone[:place], needs, *alone[place:]]


def signature(rules: Engine, known: Known) -> tuple[str | None, frozenset[str]]:
    """The winning stack, and the topics of warnings that must be heeded."""
    winner = rules.judge(known).winner
    if winner is None:
        return None, frozenset()
    topics = {
        item.rule.topic or item.rule.id
        for item in rules.warnings
        if item.rule.severity == "must"
        and (mask := item.holds(known))
        and item.rule.scope != "refusal"
        and (item.rule.scope == "any" or mask >> winner.bit & 1)
    }
    return str(winner.stack), frozenset(topics)


def _weight(rules: Engine, known: Known, key: str, held: tuple[str | None, frozenset[str]]) -> float:
    """The share of other values that change something."""
    total, changed = 0, 0.0
    for value in values(rules, known, key):
        total += 1
        other = signature(rules, {**known, key: value})
        changed += WINNER if other[0] != held[0] else 1.0 if other[1] != held[1] else 0.0
    return changed / total if total else 0.0


def values(rules: Engine, known: Known, key: str) -> Iterator[Any]:
    """Values to try: all choices, a number on each side of what decides, each word of a list."""
    answer = rules.catalog.answers[key]
    if answer.type in ("number", "integer"):
        yield from (value for value in answer.examples if value != known[key])
    elif key == "constraints":
        yield from (
            tuple(sorted({*known[key], str(word)}))
            for word in rules.catalog.constraints
            if word not in known[key]
        )
    elif key == "excluded":
        yield from ((name,) for name in (*rules.catalog.brokers, *rules.catalog.workers))
    else:
        yield from other_values(rules, known, key)
