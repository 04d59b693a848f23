"""`qw eject`"""

from __future__ import annotations

from typing import Annotated

import typer

from queuewright.cli import console
from queuewright.cli.projects import DEFAULT_SPEC, SpecArgument


def eject(
    spec: SpecArgument = DEFAULT_SPEC,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also where there is drift; edits stay.")] = False,
    form: Annotated[
        console.DataFormat, typer.Option("--format", help="How to write it.")
    ] = console.DataFormat.TEXT,
) -> None:
    """Takes queuewright out of a project.

    Headers, lock and spec go; every file is yours.
    """
    from queuewright import workspace
    from queuewright.cli import projects
    from queuewright.render import HEADER
    from queuewright.report import changes

    project = projects.open_project(spec)
    plan = workspace.plan_eject(project.inspection, HEADER, force=force)
    applied = not dry_run and plan.error is None
    if applied:
        workspace.apply(plan)
    if form == console.DataFormat.JSON:
        console.write_json(changes.as_json(plan, applied=applied))
    elif not (console.settings.quiet and applied):
        console.show(changes.document(plan, applied=applied))
    if plan.error is not None:
        raise projects.placed(plan.error, project.prefix)
