"""`qw`: the command line. Each command is a module of its name that imports what it needs when it runs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from queuewright import __version__
from queuewright.cli import console
from queuewright.cli.group import Command, Group, failed
from queuewright.errors import QueuewrightError

COMMANDS = {
    "init": "init.init",
    "recommend": "recommend.recommend",
    "render": "render.render",
    "check": "check.check",
    "explain": "explain.explain",
    "list": "listing.list_",
    "compare": "compare.compare",
    "size": "size.size",
    "facts": "facts.facts",
    "schema": "schema.schema",
    "eject": "eject.eject",
}
"""Name to module and function, in the order of the help."""
EXAMPLES = {
    "init": (
        "qw init shop",
        "qw init shop --preset api --yes",
        "qw init shop --set workload=email --set rate_peak=200/s --yes",
    ),
    "recommend": (
        "qw recommend",
        "qw recommend --set workload=ml --set cloud=aws",
        "qw recommend --answers answers.yaml --format json",
    ),
    "render": ("qw render", "qw render --dry-run", "qw render shop --diff | less"),
    "check": ("qw check", "qw check shop mailroom --format sarif > drift.sarif"),
    "explain": (
        "qw explain redis-celery",
        'qw explain "task runs twice"',
        "qw explain settings",
        "qw explain answers",
    ),
    "list": ("qw list", "qw list --format markdown"),
    "compare": ("qw compare celery dramatiq", "qw compare redis+celery rabbitmq+celery"),
    "size": ("qw size", "qw size shop --format json"),
    "facts": ("qw facts --of sqs", "qw facts --stale 90"),
    "schema": ("qw schema > queuewright.schema.json",),
    "eject": ("qw eject --dry-run", "qw eject shop"),
}
SHORT_HELP = {"init": "Asks, recommends a stack, writes a project."}
"""Of a command whose first sentence is too long for a list."""


def _version(wanted: bool) -> None:
    if wanted:
        console.write(f"queuewright {__version__}\n")
        raise typer.Exit


def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours (also NO_COLOR=1).")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only results and errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Tracebacks of errors.")] = False,
) -> None:
    """Advises on a broker and worker stack for background work, renders a project that runs, checks it for drift."""
    console.settings.color = not (no_color or os.environ.get("NO_COLOR"))
    console.settings.quiet = quiet
    console.settings.debug = debug


def application(commands: Iterable[str] = COMMANDS) -> typer.Typer:
    """The command line with all commands, or some of them."""
    app = typer.Typer(
        name="qw",
        cls=Group,
        no_args_is_help=True,
        rich_markup_mode=None,  # plain help is read the same everywhere, and starts in half the time
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Exit codes: 0 done, 1 drift or a file in the way, 2 wrong input, 3 a bug of queuewright, 130 interrupted.",
    )
    app.callback()(main)
    for name in commands:
        module, _, function = COMMANDS[name].partition(".")
        examples = "\n".join(("\b", "Examples:", *(f"  {each}" for each in EXAMPLES[name])))
        app.command(name, cls=Command, short_help=SHORT_HELP.get(name), epilog=examples)(
            getattr(import_module(f"queuewright.cli.{module}"), function)
        )
    return app


def run() -> None:
    """Entry point of `qw`, `queuewright` and `python -m queuewright`. Of the commands it loads the one that is called."""
    gc.disable()  # a run is short, and makes little that is garbage
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - as long as the process
    called = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    try:
        application([called] if called in COMMANDS else COMMANDS)(prog_name="qw")
    except (OSError, QueuewrightError, KeyboardInterrupt) as error:  # of --help and --version
        console.mute()
        sys.exit(failed(error))
