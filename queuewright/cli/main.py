"""`qw`: the command line. Each command is a module that imports what it needs when it runs."""

from __future__ import annotations

from typing import Annotated

import typer

from queuewright import __version__
from queuewright.cli import (
    check,
    compare,
    console,
    eject,
    explain,
    facts,
    init,
    listing,
    recommend,
    render,
    schema,
    size,
)
from queuewright.cli.group import Group

app = typer.Typer(
    name="qw",
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help is read the same everywhere, and starts in half the time
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 drift or a file in the way, 2 wrong input, 3 a bug of queuewright, 130 interrupted.",
)


def _version(wanted: bool) -> None:
    if wanted:
        console.write(f"queuewright {__version__}\n")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", envvar="NO_COLOR", help="No colours.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only results and errors.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Tracebacks of errors.")] = False,
) -> None:
    """Advises on a broker and worker stack for background work, renders a project that runs, checks it for drift."""
    console.settings.color = not no_color
    console.settings.quiet = quiet
    console.settings.debug = debug


app.command("init", short_help="Asks, recommends a stack, writes a project.")(init.init)
app.command("recommend")(recommend.recommend)
app.command("render")(render.render)
app.command("check")(check.check)
app.command("explain")(explain.explain)
app.command("list")(listing.list_)
app.command("compare")(compare.compare)
app.command("size")(size.size)
app.command("facts")(facts.facts)
app.command("schema")(schema.schema)
app.command("eject")(eject.eject)


def run() -> None:
    """Entry point of `qw`, `queuewright` and `python -m queuewright`."""
    app(prog_name="qw")
