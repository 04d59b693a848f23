"""What would change the advice for several workloads: an answer of one of them, or one that all share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

from queuewright.advisor.answers import Known
from queuewright.advisor.common import Judged, best, weight
from queuewright.advisor.decision import Flip, StackId
from queuewright.advisor.engine import Engine, Weighed
from queuewright.advisor.flips import Nearby
from queuewright.advisor.options import Option

Sums = list[float]


def flips_of_project(rules: Engine, judged: Sequence[Judged], shared: Collection[str]) -> tuple[Flip, ...]:
    """First what holds for all workloads, by its one answer; then workload by workload.

    The cost is linear: what the other workloads say is summed up once, from both ends.
    """
    common = best(rules, judged)
    held = _name(common)
    near = [Nearby(rules, part.known, part.assumed, rules.masks(part.known)) for part in judged]
    found = list(_of_all(rules, judged, near, shared, held))
    others = _Others(rules, judged)
    for place, (part, nearby) in enumerate(zip(judged, near, strict=True)):
        winner = others.winner_with(place)
        for key in rules.catalog.answers:
            if key not in shared:
                found += _first(key, nearby, winner, held, part.name)
    return tuple(found)


def _first(
    key: str, near: Nearby, winner: Callable[[Known, Weighed], Option | None], held: str | None, workload: str
) -> Iterator[Flip]:
    for value, around, answers in near.others(key):
        other = winner(answers, around.weigh(answers))
        if _name(other) != held:
            yield Flip(key, near.known[key], value, _stack(other), workload)
            return


def _of_all(
    rules: Engine, judged: Sequence[Judged], near: Sequence[Nearby], shared: Collection[str], held: str | None
) -> Iterator[Flip]:
    for key in rules.catalog.answers:
        if key not in shared:
            continue
        for value, _, _ in near[0].others(key):
            there = _with(judged, near, key, value)
            other = best(rules, there) if there else None
            if there and _name(other) != held:
                yield Flip(key, near[0].known[key], value, _stack(other))
                break


def _with(judged: Sequence[Judged], near: Sequence[Nearby], key: str, value: Any) -> list[Judged] | None:
    """All workloads with this answer; None where one of them then contradicts itself."""
    there = []
    for part, nearby in zip(judged, near, strict=True):
        found = nearby.at(key, value)
        if found is None:
            return None
        around, answers = found
        there.append(replace(part, known=answers, verdict=around.weigh(answers)))
    return there


class _Others:
    """What all workloads but one say together."""

    def __init__(self, rules: Engine, judged: Sequence[Judged]) -> None:
        self._rules = rules
        alive = [0 if part.verdict.refused else part.verdict.alive for part in judged]
        sums = [[part.weight * score for score in part.verdict.scores] for part in judged]
        plain = [list(part.verdict.scores) for part in judged]
        weights = [part.weight for part in judged]
        empty = [0.0] * len(rules.options)
        self._alive = _but_one(alive, rules.everything, lambda left, right: left & right)
        self._sums = _but_one(sums, empty, _plus)
        self._plain = _but_one(plain, empty, _plus)
        self._weights = _but_one(weights, 0.0, lambda left, right: left + right)

    def winner_with(self, place: int) -> Callable[[Known, Weighed], Option | None]:
        """The common stack, where the workload at `place` has other answers."""
        alive, sums, plain = self._alive[place], self._sums[place], self._plain[place]
        others, count = self._weights[place], len(self._sums)

        def winner(known: Known, verdict: Weighed) -> Option | None:
            own = weight(known)
            total = own + others
            scores = (
                [(mine * own + theirs) / total for mine, theirs in zip(verdict.scores, sums, strict=True)]
                if total
                else [(mine + theirs) / count for mine, theirs in zip(verdict.scores, plain, strict=True)]
            )
            return self._rules.best(0 if verdict.refused else alive & verdict.alive, scores)

        return winner


def _but_one(items: Sequence[Any], start: Any, join: Callable[[Any, Any], Any]) -> list[Any]:
    """For each place the join of all the other items."""
    before = list(accumulate(items, join, initial=start))
    after = list(accumulate(reversed(items), join, initial=start))[::-1]
    return [join(before[place], after[place + 1]) for place in range(len(items))]


def _plus(left: Sums, right: Sums) -> Sums:
    return [one + other for one, other in zip(left, right, strict=True)]


def _name(option: Option | None) -> str | None:
    return str(option.stack) if option else None


def _stack(option: Option | None) -> StackId | None:
    return option.stack if option else None
