"""A document for a terminal, with rich."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table as RichTable
from rich.text import Text

from queuewright.report.document import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Line,
    Paragraph,
    Style,
    Table,
    spans,
    text,
)

GAP = 2
"""Blanks between columns."""
INDENT = 2
NOTHING = ("", "-")
"""Cells that say nothing."""

STYLES: dict[Style, str] = {
    "plain": "",
    "strong": "bold",
    "code": "cyan",
    "dim": "dim",
    "good": "green",
    "caution": "yellow",
    "bad": "red",
}


def show(document: Document, console: Console) -> None:
    for index, block in enumerate(document):
        if index:
            console.print()
        for renderable in _block(block, console.width):
            if isinstance(renderable, Text) and renderable.no_wrap:
                console.print(renderable, no_wrap=True, overflow="ignore", crop=False)
            else:
                console.print(renderable, soft_wrap=False)


def _block(block: Block, width: int) -> Iterator[RenderableType]:
    if isinstance(block, Heading):
        yield Text(block.text, style="bold underline" if block.level == 1 else "bold")
    elif isinstance(block, Paragraph):
        yield styled(block.line)
    elif isinstance(block, Bullets):
        for item in block.items:
            yield _bullet(item.line)
            yield from (_indented(line) for line in item.below)
    elif isinstance(block, Table):
        yield from _table(block, width)
    elif isinstance(block, Code):
        yield Syntax(block.text, block.language or "text", background_color="default", word_wrap=True)


def _bullet(line: Line) -> RenderableType:
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column()
    grid.add_row("\N{BULLET}", styled(line))
    return grid


def _indented(line: Line, label: str = "") -> RenderableType:
    """An address is not broken by us: the terminal keeps it one to click or to copy."""
    joined = Text(label, style="dim").append_text(styled(line)) if label else styled(line)
    if " " in text(line):
        return Padding(joined, (0, 0, 0, INDENT), expand=False)
    return Text(" " * INDENT, no_wrap=True, overflow="ignore").append_text(joined)


def _table(table: Table, width: int) -> Iterator[RenderableType]:
    """A table that is too wide wraps its cells between words, and its headers behind an underscore.

    One whose words do not fit beside each other is written row by row, without the cells that say nothing.
    """
    cells = [[text(row[column]) for row in table.rows] for column in range(len(table.headers))]
    room = width - GAP * (len(cells) - 1)
    full = [max(map(len, [header, *column])) for header, column in zip(table.headers, cells, strict=True)]
    headers = [header.replace("_", "_\n") if sum(full) > room else header for header in table.headers]
    longest = [_longest_word([header, *column]) for header, column in zip(headers, cells, strict=True)]
    if sum(longest) > room:
        yield from _records(table)
        return
    rich = RichTable(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    widths = _shared(longest, full, room)
    for column, header in enumerate(headers):
        justify: Literal["left", "right"] = "right" if column in table.right else "left"
        rich.add_column(header, justify=justify, overflow="fold", width=widths[column])
    for row in table.rows:
        rich.add_row(*(styled(cell) for cell in row))
    yield rich


def _shared(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Widths of columns: what room there is goes to the narrowest that lacks some."""
    widths = list(least)
    while sum(widths) < room:
        lacking = [column for column, width in enumerate(widths) if width < most[column]]
        if not lacking:
            break
        widths[min(lacking, key=widths.__getitem__)] += 1
    return widths


def _records(table: Table) -> Iterator[RenderableType]:
    for first, *others in table.rows:
        yield styled(first)
        for header, cell in zip(table.headers[1:], others, strict=True):
            if text(cell) not in NOTHING:
                yield _indented(cell, f"{header}: " if header else "")


def _longest_word(cells: Sequence[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def styled(line: Line) -> Text:
    """As rich text; what looks like markup in it is text."""
    joined = Text()
    for span in spans(line):
        joined.append(span.text, style=STYLES[span.style])
    return joined
