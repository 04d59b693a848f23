"""A document for a terminal, with rich."""

from __future__ import annotations

from collections.abc import Iterator

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
)

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
        for renderable in _block(block):
            console.print(renderable, soft_wrap=False)


def _block(block: Block) -> Iterator[RenderableType]:
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
        yield _table(block)
    elif isinstance(block, Code):
        yield Syntax(block.text, block.language or "text", background_color="default", word_wrap=True)


def _bullet(line: Line) -> RenderableType:
    grid = RichTable.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column()
    grid.add_row("\N{BULLET}", styled(line))
    return grid


def _table(table: Table) -> RichTable:
    rich = RichTable(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column, header in enumerate(table.headers):
        rich.add_column(header, justify="right" if column in table.right else "left", overflow="fold")
    for row in table.rows:
        rich.add_row(*(styled(cell) for cell in row))
    return rich


def styled(line: Line) -> Text:
    """As rich text; what looks like markup in it is text."""
    joined = Text()
    for span in spans(line):
        joined.append(span.text, style=STYLES[span.style])
    return joined
