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
RECORD = "DECISION.md"


def confirm(loaded: LoadedSpec, directory: Path, *, again: bool) -> str:
    """WRITE, AGAIN or STOP, after a look at the spec. Raises where the files cannot be written."""
    files = _count(_plan(loaded, directory), directory)
    console.note(f"\n{loaded.text}", fold=False)
    choices = [
        (f"Write {files} files to {_shown(directory)}", WRITE),
        *([("Answer again", AGAIN)] if again else []),
        ("Stop without writing anything", STOP),
    ]
    answer: str = console.prompts().select("And now?", choices, WRITE)
    return answer


def write(loaded: LoadedSpec, directory: Path, decision: Decision) -> None:
    """The project; of a stack that can be advised but not rendered yet, the spec and the decision record only."""
    from queuewright.cli import projects
    from queuewright.report.recommendation import title

    plan = _plan(loaded, directory)
    files = _count(plan, directory)
    try:
        if plan is None:
            _save(loaded, directory, _record(loaded, decision))
        else:
            _save(loaded, directory)
    except QueuewrightError as error:
        raise projects.placed(error, projects.prefix_of(directory)) from error
    if plan is None:
        console.note(
            f"{title(_stack(loaded))} can be advised, but not rendered yet."
            f" Wrote {files} files: the spec, its schema, and the decision record."
        )
        console.note(f"  {directory / 'queuewright.yaml'}\n  {directory / RECORD}")
        return
    _apply(plan, directory)
    _say_next(plan, files, directory, title(_stack(loaded)))


def _count(plan: Plan | None, directory: Path) -> int:
    """Files that will be there and are not yet: what is rendered, and what `_save` and the lock add to it."""
    from queuewright.spec import SCHEMA_FILE
    from queuewright.workspace import LOCK_NAME

    beside = ["queuewright.yaml", SCHEMA_FILE, LOCK_NAME if plan else RECORD]
    return sum(not (directory / each).exists() for each in beside) + (len(plan.writes) if plan else 0)


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
        **({RECORD: record} if record else {}),
        "queuewright.yaml": loaded.text,
    }
    workspace.write_once(directory, files)


def _apply(plan: Plan, directory: Path) -> None:
    from queuewright import workspace

    try:
        with console.working("writing"):
            workspace.apply(plan)
    except QueuewrightError as error:
        raise _half_written(error, directory) from error
    except BaseException:
        console.note(f"{_rest_missing(directory)} To write it: {_render(directory)}")
        raise


def _half_written(error: QueuewrightError, directory: Path) -> QueuewrightError:
    """The spec is there by now, so that `qw init` would not do again."""
    from queuewright.workspace.trouble import AGAIN, UNCHANGED

    def hint(text: str | None) -> str:
        advice = (text or "").removeprefix(UNCHANGED).replace(AGAIN, f"run {_render(directory)}").strip()
        return f"{_rest_missing(directory)} {advice}".strip()

    return type(error)(replace(each, hint=hint(each.hint)) for each in error.problems)


def _rest_missing(directory: Path) -> str:
    return f"{directory / 'queuewright.yaml'} is written, the rest is not."


def _render(directory: Path) -> str:
    return "`qw render`" if directory == Path() else f"`qw render {shlex.quote(str(directory))}`"


def _say_next(plan: Plan, files: int, directory: Path, stack: str) -> None:
    from queuewright.render.tree import Owner
    from queuewright.workspace import Status

    kept = [
        each.path for each in plan.changes if each.owner is Owner.SEEDED and each.status is Status.ADOPTED
    ]
    console.note(
        f"Wrote {files} files to {_shown(directory)}: {stack}. Why this stack: {directory / RECORD}"
    )
    if kept:
        console.note(
            f"Yours, and left as they were: {', '.join(kept)}. The rest expects what queuewright would have written there;"
            " render the spec in an empty folder to compare."
        )
    where = "" if directory == Path() else f"cd {shlex.quote(str(directory))} && "
    console.note(f"Next:\n  {where}scripts/secrets.sh && docker compose up --build --wait", fold=False)


def _shown(directory: Path) -> str:
    return "this folder" if directory == Path() else str(directory)
