"""Why nothing is recommended, and what class of tool would do it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from queuewright.advisor.answers import Known
from queuewright.advisor.decision import ENVIRONMENT, Reason, Refusal, Warning_
from queuewright.advisor.engine import CompiledRule, Engine
from queuewright.advisor.options import Option
from queuewright.advisor.predicates import broker_is_there, value

COMMON = 3
"""A limit is worth telling where it rules out at least a third of what else would do."""

NOTHING = (
    "No broker and worker of this catalogue meet all of the answers; the landscape of the CNCF lists others."
)


def refusal(engine: Engine, known: Known, warnings: Iterable[Warning_]) -> Refusal:
    """Reasons by topic: rules that refuse, then the limits that ruled out what the environment allows, then warnings."""
    found: dict[str, Reason] = {}
    outside: list[str] = []

    def add(topic: str | None, reason: Reason, tool: str | None) -> None:
        if topic is not None:
            found.setdefault(topic, Reason(topic, reason.message, reason.source))
        if tool and tool not in outside:
            outside.append(tool)

    for item in engine.refusals:
        mask = item.holds(known)
        if mask:
            option = next(engine.members(mask))
            add(item.rule.topic, engine.reason(item, known, option), item.rule.outside)
    refused = bool(found)
    if not refused:
        _limits(engine, known, add)
    for warning in warnings:
        if warning.severity == "must":
            add(warning.id, Reason(warning.id, warning.message, warning.source), None)
    topic = engine.catalog.topics["outside_catalogue"]
    add(topic.id, Reason(topic.id, NOTHING, topic.source), None)
    return Refusal(
        tuple(found.values()),
        " ".join(outside) or "Another kind of tool, or other answers: see what would change the advice.",
    )


def _nearest(engine: Engine, known: Known, mask: int) -> Option:
    """What the reader thinks of first: what is there, then what runs where no cloud is named."""
    return min(
        engine.best_known(engine.members(mask)),
        key=lambda option: (
            not broker_is_there(known, option),
            not option.rendered,
            known["cloud"] == "any" and bool(value(option, "proprietary")),
        ),
    )


def _limits(engine: Engine, known: Known, add: Callable[[str | None, Reason, str | None], None]) -> None:
    """Limits that rule out a good part of what the environment allows, or that alone rule something out.

    And for whatever these leave unexplained, the limit that the most of it breaks.
    """
    environment = standing = 0
    for item in engine.eliminations:
        if item.rule.id in ENVIRONMENT:
            environment |= item.holds(known)
        if not item.reads:
            standing |= item.holds(known)
    usable = engine.everything & ~standing
    relevant = usable & ~environment or usable
    possible = bool(usable & ~environment)
    asked = [
        item for item in engine.eliminations if item.reads and not (possible and item.rule.id in ENVIRONMENT)
    ]
    hits = [(item, item.holds(known) & relevant) for item in asked]
    ranked = []
    for position, (item, hit) in enumerate(hits):
        others = 0
        for other, mask in hits:
            others |= mask if other is not item else 0
        if hit and (hit & ~others or hit.bit_count() * COMMON >= relevant.bit_count()):
            ranked.append((-hit.bit_count(), position, item, hit))
    told = 0
    for entry in ranked:
        told |= entry[3]
    for position, hit in _untold(hits, relevant & ~told):
        ranked.append((-hit.bit_count(), position, hits[position][0], hit))
    for _, _, item, hit in sorted(ranked, key=lambda entry: entry[:2]):
        add(
            item.rule.topic,
            engine.reason(item, known, _nearest(engine, known, hit)),
            item.rule.outside,
        )


def _untold(hits: list[tuple[CompiledRule, int]], left: int) -> Iterator[tuple[int, int]]:
    """Until nothing is left, the place of the limit that hits the most of it, and what it hits."""
    while left:
        fresh = [hit & left for _, hit in hits]
        place = max(range(len(fresh)), key=lambda place: (fresh[place].bit_count(), -place), default=None)
        if place is None or not fresh[place]:
            return
        yield place, fresh[place]
        left &= ~fresh[place]
