"""What a report says, apart from how it looks: blocks that plain text, a terminal and Markdown each render."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Style = Literal["plain", "strong", "code", "dim", "good", "caution", "bad"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text with one meaning."""

    text: str
    style: Style = "plain"


Line = str | Span | tuple["str | Span", ...]
"""A line of text, in parts where they differ in style. URLs stand in the text as they are."""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    line: Line


@dataclass(frozen=True, slots=True)
class Item:
    """A bullet, with what belongs to it on lines of their own."""

    line: Line
    below: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Table:
    headers: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]
    right: frozenset[int] = frozenset()
    """Columns that are numbers."""


@dataclass(frozen=True, slots=True)
class Code:
    text: str
    language: str = ""


Block = Heading | Paragraph | Bullets | Table | Code
Document = Sequence[Block]


def spans(line: Line) -> tuple[Span, ...]:
    parts = line if isinstance(line, tuple) else (line,)
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def text(line: Line) -> str:
    """Without styles, on one line."""
    return " ".join("".join(span.text for span in spans(line)).split())
