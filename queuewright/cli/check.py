"""`qw check`"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuewright.cli import console
from queuewright.cli.projects import DEFAULT_SPEC
from queuewright.errors import ExitCode, QueuewrightError

if TYPE_CHECKING:
    from queuewright.report.drift import Checked


class CheckFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def check(
    specs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SPEC", help="Specs, or their folders.  [default: queuewright.yaml]"),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="What only another queuewright renders differently is drift, too."),
    ] = False,
    form: Annotated[CheckFormat, typer.Option("--format", help="How to write it.")] = CheckFormat.TEXT,
) -> None:
    """Checks projects for drift.

    Compares the files with what the spec gives. Exit code 0: no drift, 1: drift, 2: the input is wrong.
    """
    from queuewright.report import drift

    checks: list[Checked] = []
    code = ExitCode.OK
    for spec in specs or [DEFAULT_SPEC]:
        try:
            checks.append(_checked(spec, strict))
        except QueuewrightError as error:
            console.fail(error)
            code = max(code, error.exit_code)
            checks.append(drift.Checked(str(spec), "", None, error.problems))
    if drift.has_drift(checks):
        code = max(code, ExitCode.DRIFT)
    _write(checks, form, code)
    raise typer.Exit(code)


def _checked(spec: Path, strict: bool) -> Checked:
    from queuewright import workspace
    from queuewright.cli import projects
    from queuewright.report import drift

    with console.working(f"checking {spec}"):
        project = projects.open_project(spec)
        result = workspace.check(project.inspection, strict=strict)
    return drift.Checked(str(project.spec), project.prefix, result, advice=project.advice)


def _write(checks: list[Checked], form: CheckFormat, code: ExitCode) -> None:
    from queuewright.report import drift

    findings = [finding for each in checks for finding in drift.findings(each)]
    if form is CheckFormat.JSON:
        console.write_json(drift.as_json(checks))
    elif form is CheckFormat.SARIF:
        from queuewright.report import sarif

        console.write_json(sarif.document(findings, code))
    elif form is CheckFormat.GITHUB:
        from queuewright.report import github

        console.write(github.render(findings))
    elif not (console.settings.quiet and code is ExitCode.OK):
        console.show(drift.document(checks))
