"""From a spec on disk to what commands work with. Problems of a stack are shown where the spec names it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuewright.errors import QueuewrightError, StackError

if TYPE_CHECKING:
    from queuewright.advisor.decision import Decision
    from queuewright.render.tree import Rendering
    from queuewright.spec import LoadedSpec
    from queuewright.stack.plan import StackPlan
    from queuewright.workspace.inspection import Inspection

SpecArgument = Annotated[
    Path, typer.Argument(metavar="[SPEC]", help="The spec, or its folder.", show_default=True)
]
DEFAULT_SPEC = Path("queuewright.yaml")


@contextmanager
def located(loaded: LoadedSpec) -> Iterator[None]:
    """A StackError without a place gets that of `stack:` in the spec."""
    try:
        yield
    except StackError as error:
        raise StackError(
            [
                problem if problem.file else loaded.problem(("stack",), problem.message, problem.hint)
                for problem in error.problems
            ]
        ) from error


def decide(loaded: LoadedSpec) -> Decision:
    from queuewright import advisor

    with located(loaded):
        return advisor.decide_project(loaded.spec)


def plan(loaded: LoadedSpec) -> StackPlan:
    from queuewright import catalog
    from queuewright.stack import build_plan

    with located(loaded):
        return build_plan(loaded.spec, decide(loaded), catalog.load())


def rendering(loaded: LoadedSpec) -> Rendering:
    return _rendered(loaded, plan(loaded))


def _rendered(loaded: LoadedSpec, stack: StackPlan) -> Rendering:
    from queuewright import catalog
    from queuewright.render import render

    with located(loaded):
        return render(stack, catalog.load())


@dataclass(frozen=True, slots=True)
class Project:
    """A spec with its folder, as they are now."""

    loaded: LoadedSpec
    plan: StackPlan
    inspection: Inspection
    prefix: str
    """Of the paths of its files, from where the command runs: empty, or ending in `/`."""

    @property
    def advice(self) -> tuple[str, ...]:
        """Where advice would differ from the stack that the spec pins."""
        return tuple(each.message for each in self.plan.decision.contradictions)


def open_project(spec: Path) -> Project:
    """Loads and renders a spec and compares its folder with that. Writes nothing."""
    from queuewright import workspace
    from queuewright.spec import load

    loaded = load(spec)
    stack = plan(loaded)
    root = loaded.path.parent
    inspection = workspace.inspect(
        root, _rendered(loaded, stack), loaded.text, project=loaded.spec.name, spec_name=loaded.path.name
    )
    return Project(loaded, stack, inspection, prefix_of(root))


def prefix_of(root: Path) -> str:
    if root.is_absolute() and root.is_relative_to(Path.cwd()):
        root = root.relative_to(Path.cwd())
    return "" if root == Path() else f"{root.as_posix()}/"


def placed(error: QueuewrightError, project: Project) -> QueuewrightError:
    """The same error, with its files named from where the command runs."""
    problems = [
        replace(each, file=f"{project.prefix}{each.file}") if each.file else each for each in error.problems
    ]
    return type(error)(problems)
