"""A document as GitHub-flavoured Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from queuewright.report.document import (
    Block,
    Bullets,
    Code,
    Document,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    spans,
)

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~#])")
_URL = re.compile(r"https?://[^\s<>()]+(?:\([^\s<>()]*\)[^\s<>()]*)*")


def render(document: Document) -> str:
    return "\n".join("".join(f"{line.rstrip()}\n" for line in _block(block)) for block in document)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {_text(block.text)}"
    elif isinstance(block, Paragraph):
        yield _line(block.line)
    elif isinstance(block, Bullets):
        for item in block.items:
            lines = [_line(line) for line in (item.line, *item.below)]
            yield "- " + "\\\n  ".join(lines)
    elif isinstance(block, Table):
        yield _row(_text(header) for header in block.headers)
        yield _row("---:" if column in block.right else "---" for column in range(len(block.headers)))
        for row in block.rows:
            yield _row(_line(cell) for cell in row)
    elif isinstance(block, Code):
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", block.text)), default=0))
        yield f"{fence}{block.language}"
        yield from block.text.splitlines()
        yield fence


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _line(line: Line) -> str:
    return " ".join("".join(_span(span) for span in spans(line)).split())


def _span(span: Span) -> str:
    if span.style == "code":
        fence = "``" if "`" in span.text else "`"
        return f"{fence}{span.text.replace('|', chr(92) + '|')}{fence}"
    return (
        f"**{_text(span.text)}**"
        if span.style in ("strong", "bad") and span.text.strip()
        else _text(span.text)
    )


def _text(text: str) -> str:
    """Escaped, with URLs as links."""
    done, at = [], 0
    for match in _URL.finditer(text):
        done += [_SPECIAL.sub(r"\\\1", text[at : match.start()]), f"<{match.group()}>"]
        at = match.end()
    return "".join([*done, _SPECIAL.sub(r"\\\1", text[at:])])
