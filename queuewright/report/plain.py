"""A document for a pipe or a file: no colour, no wrapping, no trailing spaces."""

from __future__ import annotations

from collections.abc import Iterator

from queuewright.report.document import Block, Bullets, Code, Document, Heading, Paragraph, Table, text


def render(document: Document) -> str:
    lines: list[str] = []
    for block in document:
        if lines and not (isinstance(block, Paragraph) and lines[-1] == ""):
            lines.append("")
        lines += _block(block)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield block.text if block.level == 1 else f"{block.text}:"
    elif isinstance(block, Paragraph):
        yield text(block.line)
    elif isinstance(block, Bullets):
        for item in block.items:
            yield f"- {text(item.line)}"
            yield from (f"  {text(line)}" for line in item.below)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Code):
        yield from block.text.splitlines()


def _table(table: Table) -> Iterator[str]:
    rows = [table.headers, *(tuple(text(cell) for cell in row) for row in table.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.headers))]
    for row in rows:
        cells = zip(row, widths, range(len(row)), strict=True)
        yield "  ".join(
            cell.rjust(w) if column in table.right else cell.ljust(w) for cell, w, column in cells
        )
