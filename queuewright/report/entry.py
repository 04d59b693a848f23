"""What `qw explain` shows: one entry of the catalog, or those that a search found."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from queuewright import catalog
from queuewright.catalog import (
    AnswerKey,
    Choice,
    Condition,
    Entry,
    Fact,
    Pairing,
    Part,
    Pitfall,
    Preset,
    Rule,
    Setting,
    Variant,
)
from queuewright.report import recommendation
from queuewright.report.document import Block, Bullets, Document, Heading, Item, Line, Paragraph, Span, Table
from queuewright.spec.quantities import BARE, QUANTITY_OF, plain


def as_json(entry: Entry) -> dict[str, Any]:
    plain = {
        field.name: getattr(entry, field.name)
        for field in dataclasses.fields(entry)
        if field.name != "record"
    }
    return {"version": 1, **plain, "record": _plain(entry.record)}


def list_as_json(entries: Sequence[Entry]) -> dict[str, Any]:
    return {
        "version": 1,
        "entries": [{"id": each.full_id, "title": each.title, "source": each.source} for each in entries],
    }


def document(entry: Entry) -> Document:
    return [
        Heading(entry.id),
        *_prose(entry),
        *_record(entry.record),
        *_source(entry),
    ]


def list_document(title: str, entries: Sequence[Entry]) -> Document:
    rows = tuple(
        Item((Span(each.id, "code"), f" ({each.kind}): {_general(each, each.title or each.cause)}"))
        for each in entries
    )
    return [Heading(title), Bullets(rows), Paragraph(Span("`qw explain ID` tells more of each.", "dim"))]


def _prose(entry: Entry) -> Iterator[Block]:
    if entry.kind != "pitfall" and entry.title:
        yield Paragraph(Span(_general(entry, entry.title), "strong"))
    parts = (("Symptom", entry.symptom), ("Cause" if entry.fix else "", entry.cause), ("Fix", entry.fix))
    for label, text in parts:
        if text and (label == "Symptom" or text != entry.title):
            yield Paragraph((Span(f"{label}: ", "strong"), text) if label else text)


_PLACE = re.compile(r"\{(?:(?:fact|answer):)?(\w+)\}")


def _general(entry: Entry, text: str) -> str:
    """A rule's reason without a case to fill it in: `{worker}` is the worker, `{fact:redelivery_s}` the fact's name."""
    if not isinstance(entry.record, Rule):
        return text
    known = catalog.load()
    names = {
        kind: parts[values[0]].name
        for kind, parts in (("broker", known.brokers), ("worker", known.workers))
        if len(values := entry.record.target.get(kind, ())) == 1 and values[0] in parts
    }

    def fill(place: re.Match[str]) -> str:
        word = place.group(1)
        if word in ("broker", "worker", "variant"):
            return names.get(word, f"the {word}")
        return f"`{BARE.get(word, word)}`"

    filled = _PLACE.sub(fill, text)
    return filled[:1].upper() + filled[1:]


def _source(entry: Entry) -> Iterator[Block]:
    if entry.source:
        checked = f" (checked {entry.checked})" if entry.checked else ""
        yield Paragraph((f"Source: {entry.source}", Span(checked, "dim")))


def _record(record: Any) -> Iterator[Block]:
    """What a kind of entry has beyond the common fields."""
    if isinstance(record, Part | Pairing):
        yield from _owner(record)
    elif isinstance(record, Rule):
        yield from _rule(record)
    elif isinstance(record, Setting):
        yield from _fields(_setting(record))
    elif isinstance(record, AnswerKey):
        yield from _answer(record)
    elif isinstance(record, Choice):
        wish = ", ".join(f"{kind} {name}" for kind, name in record.wish.items())
        yield from _fields({"A wish for": wish})
    elif isinstance(record, Preset):
        yield from _preset(record)
    elif isinstance(record, Pitfall):
        yield from _fields({"Concerns": ", ".join(record.parts)})


def _owner(record: Part | Pairing) -> Iterator[Block]:
    if isinstance(record, Pairing):
        rendered = "rendered by queuewright" if record.rendered else "advised only"
        yield from _fields({"Maturity": f"{record.maturity}, {rendered}", "Proved by": record.proof})
    if record.facts:
        yield Heading("Facts", 2)
        yield facts_table(record.facts)
    for variant in record.variants.values():
        default = isinstance(record, Pairing) and variant.id == record.default_variant
        yield Heading(f"Variant {variant.id}{' (default)' if default else ''}", 2)
        yield from _variant(variant)


def _variant(variant: Variant) -> Iterator[Block]:
    yield Paragraph(variant.summary)
    if variant.facts:
        yield facts_table(variant.facts)


def facts_table(facts: Mapping[str, Fact]) -> Table:
    rows = tuple((key, fact_value(fact), fact.source) for key, fact in sorted(facts.items()))
    return Table(("Fact", "Value", "Source"), rows)


def fact_value(fact: Fact | None) -> str:
    """As a person reads it: `512 MB`, `yes`, `python and ruby`, `-` where nothing is known."""
    if fact is None or fact.value is None:
        return "-"
    value = fact.value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value) or "none"
    shown = f"{value:,.12g}".replace(",", " ") if isinstance(value, int | float) else str(value)
    if not fact.unit:
        return shown
    return f"{shown} ({fact.unit})" if fact.unit[0].isdigit() else f"{shown} {fact.unit}"


def _rule(rule: Rule) -> Iterator[Block]:
    fields: dict[str, Any] = {"Effect": _effect(rule)}
    fields["On"] = (
        "; ".join(f"{key} {' or '.join(values)}" for key, values in rule.target.items()) or "every stack"
    )
    fields["When"] = "; ".join(_condition(each) for each in rule.when) or "always"
    fields["Instead"] = rule.outside
    if rule.source_of:
        fields["Source"] = f"that of {rule.source_of}, for each stack its own"
    elif rule.sources:
        fields["Sources"] = "; ".join(f"{part}: {page}" for part, page in rule.sources.items())
    yield from _fields(fields)


def _effect(rule: Rule) -> str:
    points = f" by {abs(rule.points):g} points" if rule.points else ""
    topic = f", topic {rule.topic} ({rule.severity})" if rule.topic else ""
    return f"{rule.effect}{points}{topic}"


def _condition(condition: Condition) -> str:
    if condition.predicate:
        return condition.predicate.replace("_", " ")
    left = condition.answer or f"fact {condition.fact}"
    right = f"fact {condition.fact}" if condition.answer and condition.fact else condition.value
    words = {
        "eq": "is",
        "ne": "is not",
        "in": "is one of",
        "lt": "is below",
        "le": "is at most",
        "gt": "is above",
        "ge": "is at least",
        "contains": "contains",
        "lacks": "does not contain",
    }
    shown = ", ".join(map(str, right)) if isinstance(right, list | tuple) else str(right)
    return f"{left} {words.get(condition.op, condition.op)} {shown}"


def _setting(setting: Setting) -> dict[str, Any]:
    bounds = [plain(bound) for bound in (setting.minimum, setting.maximum) if bound is not None]
    return {
        "Type": f"{setting.type}{f' in {setting.unit}' if setting.unit else ''}",
        "Bounds": " to ".join(bounds),
        "One of": ", ".join(setting.choices),
        "Default": "derived; `qw size` shows how" if setting.default is None else setting.default,
        "For": "a workload, or all of them" if setting.scope == "workload" else "the project",
    }


def _answer(answer: AnswerKey) -> Iterator[Block]:
    bare = BARE.get(answer.key)
    written = f"{bare}: {QUANTITY_OF[answer.key].example}" if bare else None
    default = recommendation.written(answer.key, answer.default)
    fields = {"In a spec": written, "Unit": answer.unit, "Default": f"{default}. {answer.why_default}"}
    yield from _fields(fields)
    if answer.choices:
        items = (
            Item((Span(str(each.value), "code"), f": {each.label}{f'. {each.help}' if each.help else ''}"))
            for each in answer.choices
        )
        yield Bullets(tuple(items))


def _preset(preset: Preset) -> Iterator[Block]:
    yield from _fields(
        {
            "Stack": " + ".join(preset.stack[key] for key in ("broker", "worker") if key in preset.stack),
            "Answers": ", ".join(f"{key}: {value}" for key, value in preset.answers.items()),
            "Settings": ", ".join(f"{key}: {value}" for key, value in preset.settings.items()),
        }
    )


def _fields(fields: Mapping[str, Any]) -> Iterator[Block]:
    rows: tuple[Line, ...] = tuple(
        (Span(f"{label}: ", "strong"), str(value))
        for label, value in fields.items()
        if value not in (None, "", [])
    )
    if rows:
        yield Bullets(tuple(Item(row) for row in rows))


def _plain(value: Any) -> Any:
    """Records as JSON-able data."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [_plain(each) for each in value]
    return value
