"""The two streams of a run: results on standard output, everything else on standard error."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import typer

from queuewright.errors import Problem, QueuewrightError, WorkspaceError

if TYPE_CHECKING:
    from queuewright.report.document import Document
    from queuewright.wizard import Prompts

PROGRESS_AFTER_S = 1.0
ERROR = "error: "
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
    json: bool = False
    """Standard output is to be JSON, also where the run fails, and has none yet."""


settings = Settings()


def write(text: str) -> None:
    """To standard output. A reader that has gone away is no error, and does not change the exit code."""
    try:
        _printable(sys.stdout)
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        mute()
    except OSError as error:
        mute()
        settings.json = False
        reason = error.strerror or str(error)
        raise WorkspaceError(
            f"standard output cannot be written: {reason.lower()}", hint="the result is not complete"
        ) from error


def mute() -> None:
    """Nothing more goes to standard output, nor what Python still holds back when it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):
        os.dup2(null, sys.stdout.fileno())


def _printable(stream: Any) -> None:
    """What the terminal's encoding lacks becomes `?`, not a crash."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")


def write_json(value: Any) -> None:
    import json

    settings.json = False
    write(json.dumps(value, indent=2, allow_nan=False) + "\n")


def write_problems(problems: Iterable[Problem]) -> None:
    """What a program reads in place of the result, where it asked for JSON."""
    if settings.json:
        keys = ("message", "file", "line", "column", "hint")
        write_json({"version": 1, "problems": [{key: getattr(each, key) for key in keys} for each in problems]})


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


def note(message: str, *, fold: bool = True) -> None:
    """For the person at the terminal; --quiet drops it. What is to be copied is not folded."""
    if not settings.quiet:
        _err(_wrapped(message) if fold else message)


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
    start = place or ERROR
    folded = _wrapped(f"{start}{problem.message}{rest}").removeprefix(start)
    shown = (typer.style(place, bold=True) if place else _error_prefix()) + folded
    hint = f"\n{_wrapped(f'  {problem.hint}')}" if problem.hint else ""
    return shown + hint


def _wrapped(message: str) -> str:
    """Between words on a terminal, where each line keeps its indentation; elsewhere as it is."""
    if not sys.stderr.isatty():
        return message
    width = max(20, shutil.get_terminal_size().columns - 1)
    return "\n".join(_folded(line, width) for line in message.split("\n"))


def _folded(line: str, width: int) -> str:
    """An address or a path longer than a line stays whole."""
    import textwrap

    if len(line) <= width or " " not in line.strip():
        return line
    indent = line[: len(line) - len(line.lstrip())]
    lines = textwrap.wrap(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines)


def _error_prefix() -> str:
    return typer.style(ERROR, fg="red", bold=True)


def _err(message: str) -> None:
    """Styles go where standard error is no terminal, or colour is not wanted."""
    with suppress(BrokenPipeError):
        _printable(sys.stderr)
        typer.echo(message, err=True, color=None if settings.color else False)


def error_line(message: str) -> None:
    _err(_error_prefix() + message)


def prompts() -> Prompts:
    """What asks questions, in colour or without."""
    from queuewright.wizard import Prompts

    return Prompts(color=settings.color)


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
