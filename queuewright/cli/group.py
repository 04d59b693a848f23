"""Commands and their group: global flags anywhere, one place where exceptions become messages and exit codes."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from queuewright import __version__
from queuewright.cli import console
from queuewright.errors import ExitCode, Problem, QueuewrightError, WorkspaceError

GLOBAL_FLAGS = ("--no-color", "--quiet", "-q", "--debug")

_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer's own error for a wrong flag, which it shows itself; Typer exports only this subclass of it."""


class Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        return [_converting_only_what_is_given(param) for param in super().get_params(ctx)]


class Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        return [_converting_only_what_is_given(param) for param in super().get_params(ctx)]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        flags = [arg for arg in args[:end] if arg in GLOBAL_FLAGS]
        console.settings.json = _json_wanted(args[:end])
        others = [arg for arg in args[:end] if arg not in GLOBAL_FLAGS]
        return super().parse_args(ctx, [*flags, *others, *args[end:]])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.Exit:
            raise
        except _UsageError as error:
            console.write_problems([Problem(error.format_message())])  # type: ignore[attr-defined]
            raise
        except BaseException as error:
            raise typer.Exit(failed(error)) from None


def failed(error: BaseException) -> ExitCode:
    """Tells a person, and a program that wants JSON, what ended the run; its exit code."""
    if isinstance(error, KeyboardInterrupt | typer.Abort | EOFError):
        console.error_line("interrupted")
        console.write_problems([Problem("interrupted")])
        return ExitCode.INTERRUPTED
    if isinstance(error, OSError):
        error = _environment(error)
    if isinstance(error, QueuewrightError):
        if console.settings.debug:
            import traceback

            traceback.print_exc()
        console.fail(error)
        console.write_problems(error.problems)
        return error.exit_code
    if isinstance(error, Exception):
        _report_bug(error)
        console.write_problems([Problem(f"a bug in queuewright: {_first_line(error)}")])
        return ExitCode.BUG
    raise error


def _environment(error: OSError) -> QueuewrightError:
    """What the system refuses, where no command has better words for it."""
    reason = (error.strerror or str(error)).lower()
    try:
        Path.cwd()
    except OSError:
        return WorkspaceError("the current folder is gone", hint="change to one that exists")
    if error.filename is None:
        return WorkspaceError(f"the system refuses: {reason}")
    return WorkspaceError(Problem(reason, os.fsdecode(error.filename), hint="check the path and its permissions"))


def _no_type(ctx: Any) -> None:
    """The help of an argument says what it is; `<list[Path]>` is for who writes Python."""


def _converting_only_what_is_given(param: Any) -> Any:
    """A default has its type already; to convert anything Typer loads pydantic, which takes longer than Typer itself."""
    if param.param_type_name == "argument":
        param.display_type_rich = _no_type
    param.process_value = partial(_process, param, type(param).process_value)
    return param


def _process(param: Any, convert: Any, ctx: Any, value: Any) -> Any:
    source = ctx.get_parameter_source(param.name)
    if source is None or source.name != "DEFAULT" or param.required:
        return convert(param, ctx, value)
    if value is None and (param.multiple or param.nargs == -1):
        value = ()
    return param.callback(ctx, param, value) if param.callback else value


def _json_wanted(args: list[str]) -> bool:
    """Before anything is parsed, so that also wrong usage is told in JSON."""
    pairs = zip(args, [*args[1:], ""], strict=True)
    forms = [
        value if arg == "--format" else arg.partition("=")[2]
        for arg, value in pairs
        if arg == "--format" or arg.startswith("--format=")
    ]
    return forms[-1:] == ["json"]


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _report_bug(error: Exception) -> None:
    import tempfile
    import traceback

    if console.settings.debug:
        traceback.print_exc()
        return
    what = _first_line(error)
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="queuewright-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            log.write(f"queuewright {__version__}, Python {sys.version}, {sys.platform}\n")
            log.write(f"{' '.join(sys.argv)}\n\n")
            traceback.print_exc(file=log)
    except OSError:
        console.error_line(f"a bug in queuewright: {what}; run again with --debug for the traceback")
    else:
        console.error_line(f"a bug in queuewright: {what}; please report it with {log.name}")
