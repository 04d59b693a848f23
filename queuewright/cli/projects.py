"""From a spec on disk to what commands work with. Problems of a stack are shown where the spec names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from queuewright.errors import Problem, QueuewrightError, SpecError, StackError, UsageError

if TYPE_CHECKING:
    from queuewright.advisor.decision import Decision
    from queuewright.render.kept import Rendered
    from queuewright.render.tree import Rendering
    from queuewright.spec import Answers, LoadedSpec
    from queuewright.stack.plan import StackPlan
    from queuewright.workspace.inspection import Inspection

SpecArgument = Annotated[
    Path, typer.Argument(metavar="SPEC", help="The spec, or its folder.", show_default=True)
]
DEFAULT_SPEC = Path("queuewright.yaml")


@contextmanager
def located(loaded: LoadedSpec) -> Iterator[None]:
    """A problem without a place gets the one that its keys have in the spec, else that of `stack:`."""
    try:
        yield
    except (SpecError, StackError) as error:
        raise type(error)(
            [
                each if each.file else loaded.problem(each.where or ("stack",), each.message, each.hint)
                for each in error.problems
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

    spec: Path
    inspection: Inspection
    prefix: str
    """Of the paths of its files, from where the command runs: empty, or ending in `/`."""
    advice: tuple[str, ...]
    """Where advice would differ from the stack that the spec pins."""


def open_project(spec: Path) -> Project:
    """Loads and renders a spec and compares its folder with that. Writes nothing but the user's cache."""
    from queuewright.render import kept
    from queuewright.workspace.inspection import inspect

    path = spec / DEFAULT_SPEC if spec.is_dir() else spec
    state = kept.state_of(path)
    rendered = kept.recall(path, state)
    if rendered is None:
        rendered = _render_anew(path)
        kept.keep(path, state, rendered)
    inspection = inspect(
        path.parent, rendered.rendering, rendered.text, project=rendered.project, spec_name=path.name
    )
    return Project(path, inspection, prefix_of(path.parent), rendered.advice)


def _render_anew(path: Path) -> Rendered:
    from queuewright.render.kept import Rendered
    from queuewright.spec import load

    loaded = load(path)
    stack = plan(loaded)
    advice = tuple(each.message for each in stack.decision.contradictions)
    return Rendered(loaded.spec.name, loaded.text, advice, _rendered(loaded, stack))


def together(*reads: Callable[[], Any]) -> list[Any]:
    """What each gives; where some fail, one error with the problems of all."""
    given: list[Any] = []
    problems: list[Problem] = []
    for read in reads:
        try:
            given.append(read())
        except (SpecError, UsageError) as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return given


def given_answers(file: str | None, pairs: Sequence[str]) -> Answers:
    """What the command line says: --set over --answers."""
    from queuewright.spec import Answers, answers_from_pairs, load_answers

    said, read = together(
        lambda: answers_from_pairs(pairs), lambda: load_answers(file) if file is not None else Answers()
    )
    return joined(said, read, ("--set", file or ""))


def joined(over: Answers, base: Answers, places: tuple[str, str]) -> Answers:
    """`places` are where the two stand, for what does not hold together."""
    from queuewright.spec import conflicts

    answers = over.over(base)
    problems = conflicts(answers, over, places)
    if problems:
        raise SpecError(problems)
    return answers


def prefix_of(root: Path) -> str:
    if root.is_absolute() and root.is_relative_to(Path.cwd()):
        root = root.relative_to(Path.cwd())
    return "" if root == Path() else f"{root.as_posix()}/"


def placed(error: QueuewrightError, prefix: str) -> QueuewrightError:
    """The same error, with its files named from where the command runs; `prefix` is `prefix_of` their folder."""
    problems = [replace(each, file=f"{prefix}{each.file}") if each.file else each for each in error.problems]
    return type(error)(problems)
