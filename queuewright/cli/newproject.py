"""The files of a new project: shown, agreed on, written."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from queuewright.cli import console
from queuewright.errors import BlockedError, QueuewrightError

if TYPE_CHECKING:
    from queuewright.advisor.decision import Decision, StackId
    from queuewright.spec import LoadedSpec
    from queuewright.workspace import Plan

WRITE = "write"
AGAIN = "again"
STOP = "stop"


def confirm(loaded: LoadedSpec, directory: Path, *, again: bool) -> str:
    """WRITE, AGAIN or STOP, after a look at the spec. Raises where the files cannot be written."""
    from queuewright.wizard import Prompts

    plan = _plan(loaded, directory)
    files = len(plan.writes) + 1 if plan else 2
    console.note(f"\n{loaded.text}")
    choices = [
        (f"Write {files} files to {_shown(directory)}", WRITE),
        *([("Answer again", AGAIN)] if again else []),
        ("Stop without writing anything", STOP),
    ]
    answer: str = Prompts().select("And now?", choices, WRITE)
    return answer


def write(loaded: LoadedSpec, directory: Path, decision: Decision) -> None:
    """The project; of a stack that can be advised but not rendered yet, the spec and the decision record only."""
    from queuewright.cli import projects
    from queuewright.report.recommendation import title

    plan = _plan(loaded, directory)
    try:
        if plan is None:
            _save(loaded, directory, _record(loaded, decision))
        else:
            _save(loaded, directory)
    except QueuewrightError as error:
        raise projects.placed(error, projects.prefix_of(directory)) from error
    if plan is None:
        console.note(
            f"{title(_stack(loaded))} can be advised, but not rendered yet: wrote the spec and the decision record."
        )
        console.note(f"  {directory / 'queuewright.yaml'}\n  {directory / 'DECISION.md'}")
        return
    _apply(plan, directory)
    _say_next(plan, directory, title(_stack(loaded)))


def _stack(loaded: LoadedSpec) -> StackId:
    from queuewright.advisor.decision import StackId

    stack = loaded.spec.stack
    assert stack is not None
    return StackId(stack.broker, stack.worker, stack.variant or "")


def _record(loaded: LoadedSpec, decision: Decision) -> str:
    """The advice, and that another stack was taken where one was."""
    from queuewright.report import markdown, recommendation

    taken = _stack(loaded)
    document = recommendation.document(decision, why=True)
    if decision.winner is not None and (taken.broker, taken.worker) != (
        decision.winner.stack.broker,
        decision.winner.stack.worker,
    ):
        document = [*recommendation.taken(taken, decision), *document]
    return markdown.render(document)


def _plan(loaded: LoadedSpec, directory: Path) -> Plan | None:
    """None for a stack that cannot be rendered. Raises where a file is in the way, before anything is written."""
    from queuewright import workspace
    from queuewright.cli import projects
    from queuewright.stack import is_rendered

    stack = _stack(loaded)
    if not is_rendered(stack.broker, stack.worker):
        return None
    with console.working("rendering"):
        rendering = projects.rendering(loaded)
        plan = workspace.plan(workspace.inspect(directory, rendering, loaded.text, project=loaded.spec.name))
    if plan.error is not None:
        raise _in_the_way(plan.error, directory)
    return plan


def _in_the_way(error: QueuewrightError, directory: Path) -> QueuewrightError:
    """There is no project yet, so that `qw render --force` would be no help."""
    from queuewright.cli import projects

    placed = projects.placed(error, projects.prefix_of(directory))
    if not isinstance(placed, BlockedError):
        return placed
    hint = "nothing was written: move it away, or give another folder, for instance `qw init jobs`"
    return BlockedError(replace(each, line=None, hint=hint) for each in placed.problems)


def _save(loaded: LoadedSpec, directory: Path, record: str | None = None) -> None:
    """The spec before the rest: a run that is killed after it is completed by `qw render`."""
    import json

    from queuewright import workspace
    from queuewright.spec import SCHEMA_FILE, json_schema

    schema = json.dumps(json_schema(), indent=2) + "\n"
    files = {
        SCHEMA_FILE: schema,
        **({"DECISION.md": record} if record else {}),
        "queuewright.yaml": loaded.text,
    }
    workspace.write_once(directory, files)


def _apply(plan: Plan, directory: Path) -> None:
    from queuewright import workspace

    try:
        with console.working("writing"):
            workspace.apply(plan)
    except BaseException:
        spec = directory / "queuewright.yaml"
        console.note(f"{spec} is written, the rest is not: run `qw render` there once that is mended")
        raise


def _say_next(plan: Plan, directory: Path, stack: str) -> None:
    from queuewright.render.tree import Owner
    from queuewright.workspace import Status

    kept = [
        each.path for each in plan.changes if each.owner is Owner.SEEDED and each.status is Status.ADOPTED
    ]
    console.note(
        f"Wrote {len(plan.writes)} files to {_shown(directory)}: {stack}. Why this stack: {directory / 'DECISION.md'}"
    )
    if kept:
        console.note(
            f"Yours, and left as they were: {', '.join(kept)}. The rest expects what queuewright would have written there;"
            " render the spec in an empty folder to compare."
        )
    where = "" if directory == Path() else f"cd {shlex.quote(str(directory))} && "
    console.note(f"Next:\n  {where}scripts/secrets.sh && docker compose up --build --wait")


def _shown(directory: Path) -> str:
    return "this folder" if directory == Path() else str(directory)
