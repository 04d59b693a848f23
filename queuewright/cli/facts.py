"""`qw facts`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from queuewright.cli import console
from queuewright.errors import UsageError

if TYPE_CHECKING:
    from queuewright.catalog import Catalog


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
    from queuewright.report import facts as report

    known = catalog.load()
    found = list(known.all_facts())
    if of is not None:
        owner = _owner(known, of)
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


def _owner(known: Catalog, text: str) -> str:
    from queuewright.spec.suggest import did_you_mean, one_of

    owners = [*known.brokers, *known.workers, *known.pairings]
    id_ = text.replace("+", "-")
    if id_ not in owners:
        hint = did_you_mean(id_, owners, one_of([*known.brokers, *known.workers]))
        raise UsageError(f"there is no broker, worker or pairing `{text}`", hint=hint)
    return id_
