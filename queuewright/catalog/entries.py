"""Every record in the one shape that `qw explain` shows and searches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from queuewright.catalog.records import Entry, Pairing, Part

if TYPE_CHECKING:
    from queuewright.catalog.catalog import Catalog


def entries(catalog: Catalog) -> Iterator[Entry]:
    """In the order: pitfalls, topics, rules, parts, pairings, facts, settings, presets, answers, constraints."""
    for pitfall in catalog.pitfalls.values():
        yield Entry(
            pitfall.id, "pitfall", pitfall.symptom, pitfall.symptom, pitfall.cause, pitfall.fix, pitfall.why,
            pitfall.source, pitfall.checked, pitfall,
        )  # fmt: skip
    for topic in catalog.topics.values():
        yield Entry(
            topic.id, "topic", topic.title, "", topic.meaning, "", "", topic.source, topic.checked, topic
        )
    for rule in catalog.rules.values():
        source = rule.source or next(iter(rule.sources.values()), "")
        yield Entry(rule.id, "rule", rule.reason, "", rule.reason, "", "", source, rule.checked, rule)
    owners: list[Part | Pairing] = [
        *catalog.brokers.values(),
        *catalog.workers.values(),
        *catalog.pairings.values(),
    ]
    for owner in owners:
        kind = "pairing" if isinstance(owner, Pairing) else owner.kind
        title = f"{owner.broker} with {owner.worker}" if isinstance(owner, Pairing) else owner.name
        yield Entry(owner.id, kind, title, "", owner.summary, "", "", owner.source, owner.checked, owner)
    for path, fact in catalog.all_facts():
        unit = f" {fact.unit}" if fact.unit else ""
        title = f"{path.rpartition('.')[2].replace('_', ' ')}: {fact.value}{unit}"
        yield Entry(path, "fact", title, "", fact.note or "", "", "", fact.source, fact.checked, fact)
    for setting in catalog.settings.values():
        yield Entry(
            setting.id, "setting", setting.summary, "", "", "", "", setting.source, setting.checked, setting
        )  # fmt: skip
    for preset in catalog.presets.values():
        yield Entry(preset.id, "preset", preset.title, "", preset.summary, "", "", preset.source, "", preset)
    for answer in catalog.answers.values():
        yield Entry(answer.key, "answer", answer.question, "", answer.help, "", "", "", "", answer)
    for constraint in catalog.constraints.values():
        yield Entry(
            str(constraint.value), "constraint", constraint.label, "", constraint.help, "", "", "", "", constraint
        )  # fmt: skip
