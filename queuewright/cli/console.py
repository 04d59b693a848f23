"""The two streams of a run: results on standard output, everything else on standard error."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from queuewright.errors import Problem, QueuewrightError

if TYPE_CHECKING:
    from queuewright.report.document import Document

PROGRESS_AFTER_S = 1.0
SHOWN_ALIKE = 4
"""Files with one and the same problem that are each named."""


class Format(StrEnum):
    """Of a report."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class DataFormat(StrEnum):
    """Of a report that nobody would paste into a document."""

    TEXT = "text"
    JSON = "json"


@dataclass(slots=True)
class Settings:
    """Set once a run, by the flags before or after the command."""

    color: bool = True
    quiet: bool = False
    debug: bool = False


settings = Settings()


def write(text: str) -> None:
    """To standard output. A reader that has gone away is no error, and does not change the exit code."""
    try:
        _printable(sys.stdout)
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        null = os.open(os.devnull, os.O_WRONLY)
        with suppress(OSError, ValueError):
            os.dup2(null, sys.stdout.fileno())


def _printable(stream: Any) -> None:
    """What the terminal's encoding lacks becomes `?`, not a crash."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")


def write_json(value: Any) -> None:
    import json

    write(json.dumps(value, indent=2, allow_nan=False) + "\n")


def show(document: Document, form: str = Format.TEXT) -> None:
    """A document as Markdown, on a terminal with rich, or as plain text where standard output is no terminal."""
    if form == Format.MARKDOWN:
        from queuewright.report import markdown

        write(markdown.render(document))
    elif sys.stdout.isatty():
        from rich.console import Console

        from queuewright.report import terminal

        console = Console(no_color=True if not settings.color else None, highlight=False)
        with console.capture() as capture:
            terminal.show(document, console)
        write(capture.get())
    else:
        from queuewright.report import plain

        write(plain.render(document))


def show_patch(patch: str) -> None:
    """Coloured on a terminal; elsewhere exactly what `git apply` takes."""
    if patch and sys.stdout.isatty() and settings.color:
        from queuewright.report.document import Code

        show([Code(patch, "diff")])
    else:
        write(patch)


def note(message: str) -> None:
    """For the person at the terminal; --quiet drops it."""
    if not settings.quiet:
        _err(message)


def fail(error: QueuewrightError) -> None:
    """Every problem; one that many files share is said once."""
    alike: dict[Any, list[Problem]] = {}
    for problem in error.problems:
        whole_file = problem.file is not None and problem.line is None
        alike.setdefault((problem.message, problem.hint) if whole_file else id(problem), []).append(problem)
    for first, *others in alike.values():
        if len(others) < SHOWN_ALIKE:
            for problem in (first, *others):
                _err(_describe(problem))
        else:
            _err(_describe(replace(first, file=f"{first.file} and {len(others)} more")))


def _describe(problem: Problem) -> str:
    place, _, rest = str(problem).rpartition(problem.message)
    shown = (
        f"{typer.style(place, bold=True)}{problem.message}{rest}"
        if place
        else _error_prefix() + problem.message
    )
    return f"{shown}\n  {problem.hint}" if problem.hint else shown


def _error_prefix() -> str:
    return typer.style("error: ", fg="red", bold=True)


def _err(message: str) -> None:
    """Styles go where standard error is no terminal, or colour is not wanted."""
    with suppress(BrokenPipeError):
        _printable(sys.stderr)
        typer.echo(message, err=True, color=None if settings.color else False)


def error_line(message: str) -> None:
    _err(_error_prefix() + message)


def interactive(no_input: bool) -> bool:
    """Whether a question can be asked: not forbidden, and there is someone to answer."""
    forbidden = no_input or os.environ.get("QW_NO_INPUT", "") not in ("", "0")
    return not forbidden and sys.stdin.isatty() and sys.stderr.isatty()


@contextmanager
def working(message: str) -> Iterator[None]:
    """Shows on a terminal that work goes on, once it has gone on for a second."""
    if settings.quiet or not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.status import Status

    status = Status(message, console=Console(stderr=True, no_color=True if not settings.color else None))
    timer = threading.Timer(PROGRESS_AFTER_S, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        status.stop()
