"""What would change the advice: for each answer the nearest other value with another winner.

Numbers are those that a person would write: round ones, or the documented limit itself. Each is judged as it stands.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from queuewright.advisor.answers import Known, changed
from queuewright.advisor.around import Around
from queuewright.advisor.decision import Flip
from queuewright.advisor.engine import CompiledRule, Engine, Weighed
from queuewright.advisor.options import Option
from queuewright.spec.answers import NOT_ABOVE

ADDED = ("existing",)
"""Lists in which a word more may flip the advice; of others only a word less is tried."""

MINUTE, HOUR, DAY, MIB = 60.0, 3600.0, 86400.0, 1024.0
DURATIONS = (
    *(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 20, 30)),
    *(n * HOUR for n in (1, 2, 5, 10, 12)),
    *(n * DAY for n in (1, 2, 5, 10, 20, 30, 50, 100, 200, 365)),
)
RATES = (
    *(n / DAY for n in (1, 2, 5, 10)),
    *(n / HOUR for n in (1, 2, 5, 10, 20, 30)),
    *(n / MINUTE for n in (1, 2, 5, 10, 20, 30)),
    *(float(n * 10**power) for power in range(7) for n in (1, 2, 5)),
)
SIZES = (
    *(float(n) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
    *(n * MIB for n in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
)
ROUND: Mapping[str, tuple[float, ...]] = {
    "rate_avg_per_s": RATES,
    "rate_peak_per_s": RATES,
    "task_typical_s": DURATIONS,
    "task_max_s": DURATIONS,
    "delay_max_s": (0.0, *(value for value in DURATIONS if value >= 1)),
    "payload_kb": SIZES,
    "fanout": (1, 2, 5, 10),
}
"""Numbers that a person would write, by answer."""


def flips_of(rules: Engine, known: Known, assumed: Known, winner: Option | None) -> tuple[Flip, ...]:
    """In the order of the questions; answers that cannot change the winner on their own are left out."""
    held = str(winner.stack) if winner else None
    near = Nearby(rules, known, assumed, rules.masks(known))
    found = []
    for key in rules.catalog.answers:
        for value, around, answers in near.others(key):
            other = weighed_winner(rules, around.weigh(answers))
            if (str(other.stack) if other else None) != held:
                found.append(Flip(key, known[key], value, other.stack if other else None))
                break
    return tuple(found)


def weighed_winner(rules: Engine, weighed: Weighed) -> Option | None:
    return None if weighed.refused else rules.best(weighed.alive, weighed.scores)


class Nearby:
    """Answers that differ from these in one key, with what followed from it where it was assumed."""

    def __init__(
        self, rules: Engine, known: Known, assumed: Known, masks: Mapping[CompiledRule, int]
    ) -> None:
        self.known = known
        self._rules, self._assumed, self._masks = rules, assumed, masks
        self._around: dict[tuple[str, ...], Around] = {}

    def others(self, key: str) -> Iterator[tuple[Any, Around, Known]]:
        """Other values of the key that contradict nothing, nearest first."""
        for value in other_values(self._rules, self.known, key):
            found = self.at(key, value)
            if found is not None:
                yield value, *found

    def at(self, key: str, value: Any) -> tuple[Around, Known] | None:
        """The answers with this value; None where they contradict each other."""
        answers = changed(self.known, self._assumed, key, value, self._rules.catalog)
        if contradicts(answers):
            return None
        keys = tuple(each for each in answers if answers[each] != self.known[each])
        if keys not in self._around:
            self._around[keys] = Around(self._rules, self._masks, keys)
        return self._around[keys], answers


def contradicts(known: Known) -> bool:
    return any(known[low] > known[high] for low, high in NOT_ABOVE)


def other_values(rules: Engine, known: Known, key: str) -> Iterator[Any]:
    """Other values of an answer, nearest first."""
    answer, now = rules.catalog.answers[key], known[key]
    if answer.type == "choice":
        places = {value: place for place, value in enumerate(answer.values)}
        at = places.get(now, 0)
        yield from sorted(
            (value for value in places if value != now),
            key=lambda value: (abs(places[value] - at), places[value]),
        )
    elif answer.type == "bool":
        yield not now
    elif answer.type == "choices":
        yield from ((value,) for value in answer.values if (value,) != now)
    elif answer.type == "words":
        yield from (tuple(word for word in now if word != dropped) for dropped in now)
        if key in ADDED:
            yield from (tuple(sorted({*now, value})) for value in answer.values if value not in now)
    else:
        yield from numbers(rules, key, now)


def numbers(rules: Engine, key: str, now: float) -> list[float]:
    """Round numbers and documented limits, nearest on a logarithmic scale first."""
    tried = {*ROUND[key], *rules.limits(key)} - {now}
    return sorted(tried, key=lambda value: (abs(math.log10(value + 1e-4) - math.log10(now + 1e-4)), value))
