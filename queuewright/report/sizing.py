"""How the numbers came about: each figure, and what bound it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from queuewright.report.document import Block, Document, Heading, Paragraph, Span, Table
from queuewright.sizing.model import Figure, Sizing
from queuewright.spec.quantities import duration, memory

Sized = Iterable[tuple[str, Sizing, Collection[str]]]
"""Workload name, its sizing, and the figures that mean nothing on its stack."""


def as_json(workloads: Sized) -> dict[str, Any]:
    return {
        "version": 1,
        "workloads": [
            {
                "name": name,
                "figures": {key: dataclasses.asdict(figure) for key, figure in figures(sizing, without)},
            }
            for name, sizing, without in workloads
        ],
    }


def document(workloads: Sized) -> Document:
    return [block for sized in workloads for block in _workload(*sized)]


def figures(sizing: Sizing, without: Collection[str] = ()) -> Iterator[tuple[str, Figure]]:
    for field in dataclasses.fields(sizing):
        value = getattr(sizing, field.name)
        if isinstance(value, Figure) and field.name not in without:
            yield field.name, value


def _workload(name: str, sizing: Sizing, without: Collection[str]) -> Iterator[Block]:
    yield Heading(name)
    rows = tuple((words(key), shown(figure), figure.because) for key, figure in figures(sizing, without))
    yield Table(("Figure", "Value", "What bound it"), rows, frozenset({1}))
    yield Paragraph(
        Span("Override a value under `settings` in the spec; `qw explain settings` lists what can be.", "dim")
    )


def words(key: str) -> str:
    """A figure's name without the unit that its value already has."""
    return key.removesuffix("_s").removesuffix("_mib").replace("_", " ")


def shown(figure: Figure) -> str:
    if figure.unit == "s" and 0 < figure.value < 0.001:
        return "under 1ms"
    if figure.unit == "s":
        return duration.format(_rounded(figure.value))
    if figure.unit == "MiB":
        return memory.format(_rounded(figure.value))
    return f"{_rounded(figure.value):,.10g} {figure.unit}".replace(",", " ").strip()


def _rounded(value: float) -> float:
    """To three significant digits below 100: more would be pretended precision."""
    return float(f"{value:.3g}") if abs(value) < 100 else float(round(value))
