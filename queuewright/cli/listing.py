"""`qw list`"""

from __future__ import annotations

from typing import Annotated

import typer

from queuewright.cli import console


def list_(
    form: Annotated[console.Format, typer.Option("--format", help="How to write it.")] = console.Format.TEXT,
) -> None:
    """Lists which workers run on which brokers.

    And how well, and which of the stacks can be rendered.
    """
    from queuewright import catalog
    from queuewright.report import matrix

    known = catalog.load()
    if form == console.Format.JSON:
        console.write_json(matrix.as_json(known))
    else:
        console.show(matrix.document(known), form)
