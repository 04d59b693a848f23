"""Commands and their group: global flags anywhere, one place where exceptions become messages and exit codes."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from queuewright import __version__
from queuewright.cli import console
from queuewright.errors import ExitCode, QueuewrightError

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
        others = [arg for arg in args[:end] if arg not in GLOBAL_FLAGS]
        return super().parse_args(ctx, [*flags, *others, *args[end:]])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (typer.Exit, _UsageError):
            raise
        except (KeyboardInterrupt, typer.Abort, EOFError):
            console.error_line("interrupted")
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except QueuewrightError as error:
            if console.settings.debug:
                import traceback

                traceback.print_exc()
            console.fail(error)
            raise typer.Exit(error.exit_code) from None
        except Exception as error:
            _report_bug(error)
            raise typer.Exit(ExitCode.BUG) from None


def _converting_only_what_is_given(param: Any) -> Any:
    """A default has its type already; to convert anything Typer loads pydantic, which takes longer than Typer itself."""
    param.process_value = partial(_process, param, type(param).process_value)
    return param


def _process(param: Any, convert: Any, ctx: Any, value: Any) -> Any:
    source = ctx.get_parameter_source(param.name)
    if source is None or source.name != "DEFAULT" or param.required:
        return convert(param, ctx, value)
    if value is None and (param.multiple or param.nargs == -1):
        value = ()
    return param.callback(ctx, param, value) if param.callback else value


def _report_bug(error: Exception) -> None:
    import tempfile
    import traceback

    if console.settings.debug:
        traceback.print_exc()
        return
    what = f"{type(error).__name__}: {error}".splitlines()[0]
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
