"""`qw compare`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from queuewright.cli import console
from queuewright.errors import UsageError

if TYPE_CHECKING:
    from queuewright.catalog import Catalog
    from queuewright.report.facts import Side


def compare(
    left: Annotated[str, typer.Argument(metavar="A", help="A broker, a worker, or BROKER+WORKER.")],
    right: Annotated[str, typer.Argument(metavar="B", help="Another of the same kind.")],
    form: Annotated[console.Format, typer.Option("--format", help="How to write it.")] = console.Format.TEXT,
) -> None:
    """Puts two brokers, workers or pairings side by side.

    Where they differ, by subject, then where they agree. A variant is written with an @: sqs@fifo.
    """
    from queuewright import catalog
    from queuewright.report import facts

    known = catalog.load()
    one, two = _side(known, left), _side(known, right)
    if one.kind != two.kind:
        raise UsageError(
            f"{one.id} is a {one.kind} and {two.id} a {two.kind}", hint="compare two of the same kind"
        )
    if form == console.Format.JSON:
        console.write_json(facts.compare_as_json(one, two))
    else:
        console.show(facts.compare_document(one, two), form)


def _side(known: Catalog, text: str) -> Side:
    from queuewright.report.facts import side
    from queuewright.spec.suggest import did_you_mean, one_of

    parts = {**known.brokers, **known.workers}
    try:
        return side(known, text)
    except KeyError:
        pass
    id_, _, variant = text.replace("+", "-").partition("@")
    if id_ in parts or id_ in known.pairings:
        owner = known.pairings.get(id_) or parts[id_]
        variants = ", ".join(owner.variants)
        raise UsageError(
            f"{id_} has no variant `{variant}`",
            hint=f"variants: {variants}" if variants else "it has no variants",
        )
    paired = "-" in id_
    hint = did_you_mean(id_, known.pairings if paired else parts, one_of(parts))
    raise UsageError(f"there is no {'pairing' if paired else 'broker or worker'} `{text}`", hint=hint)
