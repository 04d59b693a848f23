"""`qw render`"""

from __future__ import annotations

from typing import Annotated

import typer

from queuewright.cli import console
from queuewright.cli.projects import DEFAULT_SPEC, SpecArgument


def render(
    spec: SpecArgument = DEFAULT_SPEC,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, write nothing.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show the patch, write nothing.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Overwrite edited and foreign files, after --diff showed what is lost."),
    ] = False,
    allow_replace: Annotated[
        bool,
        typer.Option(
            "--allow-replace", help="Allow changes that a live broker refuses; RUNBOOK.md says how to drain."
        ),
    ] = False,
    form: Annotated[
        console.DataFormat, typer.Option("--format", help="How to write it.")
    ] = console.DataFormat.TEXT,
) -> None:
    """Writes or refreshes the project of a spec.

    All of it, or nothing where something of yours is in the way (exit code 1).
    """
    from queuewright import workspace
    from queuewright.cli import projects
    from queuewright.report import changes

    with console.working("rendering"):
        project = projects.open_project(spec)
        plan = workspace.plan(project.inspection, force=force, allow_replace=allow_replace)
    only_show = dry_run or diff
    applied = not only_show and plan.error is None
    if applied:
        with console.working("writing"):
            workspace.apply(plan)
    if form == console.DataFormat.JSON:
        console.write_json(changes.as_json(plan, applied=applied, diff=diff))
    else:
        first = project.inspection.lock is None and applied
        if diff:
            console.show_patch(plan.diff())
        if dry_run or (not diff and not (console.settings.quiet and applied)):
            console.show(changes.document(plan, applied=applied, brief=first))
    if plan.error is not None:
        if not only_show:
            console.note("Nothing was written.")
        raise projects.placed(plan.error, project.prefix)
