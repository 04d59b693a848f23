"""What would change the advice: for each answer the nearest other value with another winner."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from queuewright.advisor.answers import Known
from queuewright.advisor.decision import Flip
from queuewright.advisor.engine import Engine
from queuewright.advisor.options import Option

NOT_ABOVE = (("rate_avg_per_s", "rate_peak_per_s"), ("task_typical_s", "task_max_s"))
"""The first of each pair must not exceed the second: a flip that contradicts another answer is no advice."""

ADDED = ("existing",)
"""Lists in which a word more may flip the advice; of others only a word less is tried."""


def flips_of(rules: Engine, known: Known, winner: Option | None) -> tuple[Flip, ...]:
    """In the order of the questions; answers that cannot change the winner on their own are left out."""
    held = str(winner.stack) if winner else None
    masks = rules.masks(known)
    found = []
    for key in rules.catalog.answers:
        for value in other_values(rules, known, key):
            changed = {**known, key: value}
            if contradicts(changed):
                continue
            other = rules.judge(changed, rules.masks_near(masks, changed, key)).winner
            if (str(other.stack) if other else None) != held:
                found.append(Flip(key, known[key], value, other.stack if other else None))
                break
    return tuple(found)


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
        yield from numbers(rules, key, now, whole=answer.type == "integer", minimum=answer.minimum or 0)


def numbers(rules: Engine, key: str, now: float, *, whole: bool, minimum: float) -> list[float]:
    """Rules' thresholds and a little beyond each, nearest on a logarithmic scale first."""
    tried: set[float] = set()
    for threshold in rules.thresholds(key):
        for value in (threshold, beyond(threshold, whole), below(threshold, whole)):
            if value >= minimum and value != now:
                tried.add(value)
    return sorted(tried, key=lambda value: (abs(math.log10(value + 1e-4) - math.log10(now + 1e-4)), value))


def beyond(threshold: float, whole: bool = False) -> float:
    return threshold + 1 if whole or threshold >= 1 else threshold + 0.01


def below(threshold: float, whole: bool = False) -> float:
    return threshold - 1 if whole or threshold >= 10 else round(threshold * 0.9, 6)
