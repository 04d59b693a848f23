"""`qw size`"""

from __future__ import annotations

from typing import Annotated

import typer

from queuewright.cli import console
from queuewright.cli.projects import DEFAULT_SPEC, SpecArgument

NOT_WITH_REDELIVERY = ("visibility_timeout_s",)
"""Figures that mean nothing on a stack that brings back what a lost worker held by other means."""


def size(
    spec: SpecArgument = DEFAULT_SPEC,
    form: Annotated[console.Format, typer.Option("--format", help="How to write it.")] = console.Format.TEXT,
) -> None:
    """Shows how the numbers came about.

    Of each workload: slots, replicas, timeouts, memory, thresholds, and what bound each.
    """
    from queuewright import spec as specs
    from queuewright.cli import projects
    from queuewright.report import sizing

    plan = projects.plan(specs.load(spec))
    workloads = [
        (each.name, each.sizing, NOT_WITH_REDELIVERY if each.redelivery else ()) for each in plan.workloads
    ]
    if form == console.Format.JSON:
        console.write_json(sizing.as_json(workloads))
    else:
        console.show(sizing.document(workloads), form)
