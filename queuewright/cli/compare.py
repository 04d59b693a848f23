"""`qw compare`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from queuewright.cli import console
from queuewright.errors import UsageError

if TYPE_CHECKING:
    from queuewright.catalog import Catalog, Part


def compare(
    left: Annotated[str, typer.Argument(metavar="A", help="A broker or a worker.")],
    right: Annotated[str, typer.Argument(metavar="B", help="Another of the same kind.")],
    form: Annotated[console.Format, typer.Option("--format", help="How to write it.")] = console.Format.TEXT,
) -> None:
    """Puts two brokers or workers side by side.

    Where they differ, then where they agree.
    """
    from queuewright import catalog
    from queuewright.report import facts

    known = catalog.load()
    one, two = _part(known, left), _part(known, right)
    if one.kind != two.kind:
        raise UsageError(
            f"{one.id} is a {one.kind} and {two.id} a {two.kind}", hint="compare two of the same kind"
        )
    if form == console.Format.JSON:
        console.write_json(facts.compare_as_json(known, one, two))
    else:
        console.show(facts.compare_document(known, one, two), form)


def _part(known: Catalog, id_: str) -> Part:
    from queuewright.spec.suggest import did_you_mean, one_of

    parts = {**known.brokers, **known.workers}
    if id_ not in parts:
        hint = did_you_mean(id_, parts, one_of(parts))
        raise UsageError(f"there is no broker or worker `{id_}`", hint=hint)
    return parts[id_]
