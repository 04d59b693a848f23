"""`qw facts`"""

from __future__ import annotations

from typing import Annotated

import typer

from queuewright.cli import console


def facts(
    stale: Annotated[
        int | None, typer.Option(metavar="DAYS", min=0, help="Only those last checked longer ago than this.")
    ] = None,
    of: Annotated[
        str | None, typer.Option(metavar="ID", help="Only those of one broker, worker or pairing.")
    ] = None,
    form: Annotated[console.Format, typer.Option("--format", help="How to write it.")] = console.Format.TEXT,
) -> None:
    """Lists the facts that the advice rests on.

    Each with its source and the day it was checked.
    """
    from datetime import date

    from queuewright import catalog
    from queuewright.cli.explain import lookup
    from queuewright.report import facts as report

    known = catalog.load()
    found = list(known.all_facts())
    if of is not None:
        owner = lookup(known, of)[1][0].id
        found = [(path, fact) for path, fact in found if path.rpartition(".")[0].partition("@")[0] == owner]
    title = "Facts"
    if stale is not None:
        found = report.stale(found, stale, date.today())
        title = f"Facts last checked more than {stale} days ago"
    if form == console.Format.JSON:
        console.write_json(report.as_json(found))
    elif found:
        console.show(report.document(found, title), form)
    else:
        console.note("no such facts")
