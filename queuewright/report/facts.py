"""Facts of the catalog with their sources, and two parts side by side."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from queuewright.catalog import Catalog, Fact, Part
from queuewright.report.document import Document, Heading, Paragraph, Span, Table
from queuewright.report.entry import fact_value

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


def compared(catalog: Catalog, left: Part, right: Part) -> list[tuple[str, Fact | None, Fact | None]]:
    """Every fact that either has: those that differ first."""
    lefts, rights = catalog.facts_of(left.id), catalog.facts_of(right.id)
    rows = [(key, lefts.get(key), rights.get(key)) for key in sorted({*lefts, *rights})]
    return sorted(rows, key=lambda row: _value(row[1]) == _value(row[2]))


def compare_as_json(catalog: Catalog, left: Part, right: Part) -> dict[str, Any]:
    return {
        "version": 1,
        "parts": [
            {"id": part.id, "kind": part.kind, "name": part.name, "summary": part.summary}
            for part in (left, right)
        ],
        "facts": [
            {"key": key, left.id: _fact(one) if one else None, right.id: _fact(two) if two else None}
            for key, one, two in compared(catalog, left, right)
        ],
    }


def compare_document(catalog: Catalog, left: Part, right: Part) -> Document:
    rows = compared(catalog, left, right)
    different = [row for row in rows if _value(row[1]) != _value(row[2])]
    same = [row for row in rows if _value(row[1]) == _value(row[2])]
    document: list[Any] = [
        Heading(f"{left.name} and {right.name}"),
        Paragraph((Span(left.name, "strong"), f": {left.summary}")),
        Paragraph((Span(right.name, "strong"), f": {right.summary}")),
    ]
    for title, group in (("Where they differ", different), ("Where they agree", same)):
        if group:
            cells = tuple((_words(key), fact_value(one), fact_value(two)) for key, one, two in group)
            document += [Heading(title, 2), Table(("", left.name, right.name), cells)]
    document.append(Paragraph(Span(f"`qw explain {left.id}` gives the source of each fact.", "dim")))
    return document


def _words(key: str) -> str:
    return key.replace("_", " ")


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
