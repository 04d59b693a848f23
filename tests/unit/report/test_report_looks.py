"""The three looks of a document."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from queuewright import catalog
from queuewright.report import markdown, matrix, plain, terminal
from queuewright.report.document import Bullets, Code, Document, Heading, Item, Paragraph, Span, Table

SAMPLE: Document = [
    Heading("Title"),
    Paragraph(("Some ", Span("bold", "strong"), " and [red]not red[/red]")),
    Bullets((Item("first", ("below",)), Item(Span("second", "bad")))),
    Table(("Name", "Count"), (("a", "1"), ("bbb", "22")), frozenset({1})),
    Code("+new\n-old", "diff"),
]


def in_terminal(document: Document, *, colour: bool = True, width: int = 60) -> str:
    console = Console(
        file=io.StringIO(), force_terminal=True, width=width, no_color=not colour, color_system="truecolor"
    )
    terminal.show(document, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_plain() -> None:
    assert plain.render(SAMPLE) == (
        "Title\n\nSome bold and [red]not red[/red]\n\n- first\n  below\n- second\n\nName  Count\na         1\nbbb      22\n\n+new\n-old\n"
    )


def test_markdown() -> None:
    assert markdown.render(SAMPLE) == (
        "# Title\n\nSome **bold** and \\[red\\]not red\\[/red\\]\n\n- first\\\n  below\n- **second**\n\n"
        "| Name | Count |\n| --- | ---: |\n| a | 1 |\n| bbb | 22 |\n\n```diff\n+new\n-old\n```\n"
    )


def test_terminal() -> None:
    shown = in_terminal(SAMPLE)
    assert "\x1b[" in shown
    assert "[red]not red[/red]" in re.sub(r"\x1b\[[0-9;]*m", "", shown)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_narrow_table_is_wrapped_between_words(width: int) -> None:
    table = Table(("Worker", "azure_service_bus", "redis"), (("consumer", "works, if the warnings are heeded", "experimental"),) * 2)
    wide = Table(("Stack", "Why", "Note"), (("Redis or Valkey + Celery", "word " * 30, "yes"),))
    shown = re.sub(r"\x1b\[[0-9;]*m", "", in_terminal([table, wide, matrix.document(catalog.load())[1]], width=width))
    assert all(len(line.rstrip()) <= width for line in shown.splitlines())
    words = set(shown.split())
    assert {"consumer", "experimental", "heeded", "Celery", "Valkey", "word"} <= words
    assert {"dramatiq", "sidekiq"} <= words
    assert {"conditions", "rabbitmq"} <= {word.rstrip(":") for word in words}
    assert ("azure_" in words) == (width == 80)
    assert ("azure_service_bus:" in words) == (width == 60), "row by row, where the words do not fit side by side"


def test_an_address_is_not_broken() -> None:
    address = f"https://example.com/{'long-' * 20}"
    table = Table(("Fact", "Value", "Source"), (("a.fact", "-", address),))
    shown = re.sub(r"\x1b\[[0-9;]*m", "", in_terminal([Bullets((Item("first", (address,)),)), table]))
    assert f"  {address}\n" in shown
    assert f"  Source: {address}\n" in shown
    assert "Value" not in shown, "a cell that says nothing is left out"


@pytest.mark.parametrize("width", [50, 60, 70, 90])
def test_columns_share_the_room_that_there_is(width: int) -> None:
    row = ("a SIGKILL loses", "with task_retry_on_worker_lost nothing", "nothing " * 12)
    table = Table(("", "Celery", "RQ"), (row,))
    lines = re.sub(r"\x1b\[[0-9;]*m", "", in_terminal([table], width=width)).splitlines()
    assert all(len(line.rstrip()) <= width for line in lines)
    assert set(" ".join(lines).split()) <= {"Celery", "Celery:", "RQ", "RQ:", *" ".join(row).split()}


def test_without_colour() -> None:
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", in_terminal(SAMPLE, colour=False))


hostile = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["a|b", "```", "[x](y)", "<b>", "a\nb", "::error::"]
)


@given(hostile)
def test_no_text_breaks_a_look(text: str) -> None:
    document: Document = [
        Paragraph(text),
        Table(("a", "b"), ((text, Span(text, "code")),)),
        Bullets((Item(text),)),
        Code(text),
    ]
    shown = plain.render(document)
    assert all(line == line.rstrip() for line in shown.split("\n"))
    rows = [line for line in markdown.render([Table(("a",), ((text,),))]).splitlines() if line]
    assert len(rows) == 3
    assert re.sub(r"\\.", "", rows[2]).count("|") == 2
    in_terminal(document)


@pytest.mark.parametrize("text", ["```", "a ````` b"])
def test_a_fence_is_longer_than_any_in_it(text: str) -> None:
    first = markdown.render([Code(text)]).splitlines()[0]
    assert first not in text
