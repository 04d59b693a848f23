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
            console.print(renderable, soft_wrap=False)


def _block(block: Block, width: int) -> Iterator[RenderableType]:
    if isinstance(block, Heading):
        yield Text(block.text, style="bold underline" if block.level == 1 else "bold")
    elif isinstance(block, Paragraph):
        yield styled(block.line)
    elif isinstance(block, Bullets):
        for item in block.items:
            yield _bullet(item.line)
            for line in item.below:
                yield Padding(styled(line), (0, 0, 0, 2), expand=False)
    elif isinstance(block, Table):
        yield _table(block, width)
    elif isinstance(block, Code):
        yield Syntax(block.text, block.language or "text", background_color="default", word_wrap=True)


def _bullet(line: Line) -> RenderableType:
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column()
    grid.add_row("\N{BULLET}", styled(line))
    return grid


def _table(table: Table, width: int) -> RichTable:
    """A table that is too wide wraps its cells between words, and its headers behind an underscore."""
    cells = [[text(row[column]) for row in table.rows] for column in range(len(table.headers))]
    gaps = GAP * (len(cells) - 1)
    full = sum(max(map(len, [header, *column])) for header, column in zip(table.headers, cells, strict=True))
    headers = [header.replace("_", "_\n") if full + gaps > width else header for header in table.headers]
    longest = [_longest_word([header, *column]) for header, column in zip(headers, cells, strict=True)]
    fits = sum(longest) + gaps <= width
    rich = RichTable(box=None, pad_edge=False, header_style="bold", padding=(0, GAP, 0, 0))
    for column, header in enumerate(headers):
        justify: Literal["left", "right"] = "right" if column in table.right else "left"
        rich.add_column(header, justify=justify, overflow="fold", min_width=longest[column] if fits else None)
    for row in table.rows:
        rich.add_row(*(styled(cell) for cell in row))
    return rich


def _longest_word(cells: Sequence[str]) -> int:
    return max((len(word) for cell in cells for word in cell.split()), default=0)


def styled(line: Line) -> Text:
    """As rich text; what looks like markup in it is text."""
    joined = Text()
    for span in spans(line):
        joined.append(span.text, style=STYLES[span.style])
    return joined
