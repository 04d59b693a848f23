"""Entries of a component.yaml, filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from queuewright.stack.component import Entry
from queuewright.stack.templating import evaluate, fill, holds


def expand(entries: Sequence[Entry], names: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Entries that hold, repeated by their `foreach`, filled in."""
    for entry in entries:
        items = evaluate(entry.foreach, names) if entry.foreach else (None,)
        for item in items:
            scope = {**names, "item": item}
            if holds(entry.when, scope):
                yield fill(entry.value, scope)


def tupled(value: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: tuple(item) if name == key else int(item) for name, item in value.items()}
