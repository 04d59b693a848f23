"""Facts of the catalog with their sources, and two parts or pairings side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from queuewright.catalog import Catalog, Fact, Pairing, Part
from queuewright.catalog.records import Facts
from queuewright.report.document import Document, Heading, Paragraph, Span, Table
from queuewright.report.entry import fact_value
from queuewright.report.subjects import OTHER, SUBJECT_OF, label, place

PathedFact = tuple[str, Fact]


def stale(facts: Iterable[PathedFact], days: int, today: date) -> list[PathedFact]:
    """Those that were last checked more than `days` days ago, the oldest first."""
    old = [(path, fact) for path, fact in facts if (today - date.fromisoformat(fact.checked)).days > days]
    return sorted(old, key=lambda item: (item[1].checked, item[0]))


def as_json(facts: Iterable[PathedFact]) -> dict[str, Any]:
    return {"version": 1, "facts": [{"path": path, **_fact(fact)} for path, fact in facts]}


def document(facts: Iterable[PathedFact], title: str) -> Document:
    rows = tuple((path, fact_value(fact), fact.checked, fact.source) for path, fact in facts)
    return [Heading(title), Table(("Fact", "Value", "Checked", "Source"), rows)]


@dataclass(frozen=True)
class Side:
    """One of two that are compared: a broker, a worker, a pairing, or a variant of one (`sqs@fifo`)."""

    id: str
    kind: str
    name: str
    summary: str
    facts: Facts


def side(catalog: Catalog, text: str) -> Side:
    """`rq`, `redis+rq`, `redis-rq`, `redis+sidekiq@pro`; KeyError where there is no such thing."""
    id_, _, chosen = text.replace("+", "-").partition("@")
    owner: Part | Pairing = catalog.pairings.get(id_) or catalog.part(id_)
    if isinstance(owner, Pairing):
        names = (catalog.part(owner.broker).name, catalog.part(owner.worker).name)
        kind, name = "pairing", " with ".join(names)
    else:
        kind, name = str(owner.kind), owner.name
    if not chosen:
        return Side(id_, kind, name, owner.summary, catalog.facts_of(id_))
    variant = owner.variants[chosen]
    return Side(f"{id_}@{chosen}", kind, f"{name} ({chosen})", variant.summary, catalog.facts_of(id_, chosen))


def compared(left: Side, right: Side) -> list[tuple[str, Fact | None, Fact | None]]:
    """Every fact that either has, in the order of subjects: those that differ first."""
    keys = sorted({*left.facts, *right.facts}, key=place)
    rows = [(key, left.facts.get(key), right.facts.get(key)) for key in keys]
    return sorted(rows, key=lambda row: _value(row[1]) == _value(row[2]))


def compare_as_json(left: Side, right: Side) -> dict[str, Any]:
    return {
        "version": 1,
        "parts": [
            {"id": each.id, "kind": each.kind, "name": each.name, "summary": each.summary}
            for each in (left, right)
        ],
        "facts": [
            {
                "key": key,
                "subject": SUBJECT_OF.get(key, OTHER),
                left.id: _fact(one) if one else None,
                right.id: _fact(two) if two else None,
            }
            for key, one, two in compared(left, right)
        ],
    }


def compare_document(left: Side, right: Side) -> Document:
    rows = compared(left, right)
    same = [row for row in rows if _value(row[1]) == _value(row[2])]
    document: list[Any] = [
        Heading(f"{left.name} and {right.name}"),
        Paragraph((Span(left.name, "strong"), f": {left.summary}")),
        Paragraph((Span(right.name, "strong"), f": {right.summary}")),
    ]
    for subject, group in groupby(rows[: len(rows) - len(same)], lambda row: SUBJECT_OF.get(row[0], OTHER)):
        document += [Heading(subject, 2), _side_by_side(left, right, group)]
    if same:
        document += [Heading("Where they agree", 2), _side_by_side(left, right, same)]
    ids = " and ".join(f"`qw explain {each.id.partition('@')[0]}`" for each in (left, right))
    document.append(Paragraph(Span(f"{ids} give the source of each fact.", "dim")))
    return document


def _side_by_side(left: Side, right: Side, rows: Iterable[tuple[str, Fact | None, Fact | None]]) -> Table:
    cells = tuple((label(key), fact_value(one), fact_value(two)) for key, one, two in rows)
    return Table(("", left.name, right.name), cells)


def _value(fact: Fact | None) -> Any:
    return None if fact is None else fact.value


def _fact(fact: Fact) -> dict[str, Any]:
    return {
        "value": fact.value,
        "unit": fact.unit,
        "checked": fact.checked,
        "source": fact.source,
        "note": fact.note,
    }
