"""`qw init`: from questions to a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuewright.cli import console
from queuewright.errors import BlockedError, ExitCode, Problem, SpecError, UsageError

if TYPE_CHECKING:
    from queuewright.advisor.decision import Decision, StackId
    from queuewright.advisor.policy import Policy
    from queuewright.catalog import Preset
    from queuewright.spec import Answers, LoadedSpec
    from queuewright.workspace import Plan

AGAIN = "again"
STOP = "stop"


def init(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where the project goes.")] = Path(),
    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="api, pipeline or ml: pins the stack.")
    ] = None,
    answers: Annotated[
        str | None,
        typer.Option("--answers", metavar="FILE", help="Answers, YAML or JSON; - for standard input."),
    ] = None,
    pairs: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="An answer; over those of the file."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the project; default: that of DIR.")] = None,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of a platform team.")] = None,
    all_questions: Annotated[
        bool, typer.Option("--all-questions", help="Ask also what can no longer change the advice.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Take the defaults and the recommendation.")
    ] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask (also QW_NO_INPUT=1).")] = False,
) -> None:
    """Asks what the work is like, recommends a stack, and writes a project that runs on it."""
    from queuewright import advisor, catalog
    from queuewright.wizard.start import preset as find_preset
    from queuewright.wizard.start import project_name

    known = catalog.load()
    chosen = find_preset(known, preset) if preset else None
    rules = advisor.policy.load(policy) if policy else None
    _refuse_existing(directory)
    asking = not yes and console.interactive(no_input)
    given = _given(answers, pairs or [], chosen)
    while True:
        complete = (
            _ask(given, directory, all_questions)
            if asking and chosen is None
            else _defaults(given, yes, chosen)
        )
        called = project_name(name, directory, complete.language or ("python",))
        stack, decision = _choose(complete, chosen, rules, asking)
        if stack is None:
            raise typer.Exit(ExitCode.DRIFT)
        loaded = _spec(called, directory, complete, stack, chosen)
        answer = _write(loaded, directory, decision, asking)
        if answer != AGAIN:
            return


def _refuse_existing(directory: Path) -> None:
    spec = directory / "queuewright.yaml"
    if spec.exists():
        raise BlockedError(
            Problem(
                "there is a project already",
                str(spec),
                hint="change it and run `qw render`, or take another folder",
            )
        )


def _given(file: str | None, pairs: list[str], preset: Preset | None) -> Answers:
    """What was said on the command line: --set over --answers over the preset."""
    from queuewright.spec import Answers, answers_from_pairs, conflicts, load_answers

    given = answers_from_pairs(pairs)
    if file is not None:
        given = given.over(load_answers(file))
    if preset is not None:
        given = given.over(Answers.model_validate(preset.answers))
    messages = conflicts(given)
    if messages:
        raise SpecError([Problem(message, hint="change one of the two with --set") for message in messages])
    return given


def _defaults(given: Answers, yes: bool, preset: Preset | None) -> Answers:
    """Without questions: only the kind of work has no default that could be guessed."""
    from queuewright import catalog
    from queuewright.wizard.start import typical

    if given.workload is None and not yes and preset is None:
        raise UsageError(
            "`workload` is not answered, and there is nobody to ask",
            hint="give --set workload=email, --answers FILE or --preset api; --yes takes all defaults",
        )
    return typical(given, catalog.load())


def _ask(given: Answers, directory: Path, ask_all: bool) -> Answers:
    from queuewright.wizard import ask_answers

    console.note("A few questions; Ctrl-C stops without writing anything.\n")
    return ask_answers(given, root=directory, ask_all=ask_all)


def _choose(
    answers: Answers, preset: Preset | None, policy: Policy | None, asking: bool
) -> tuple[StackId | None, Decision]:
    """The stack to write a project for; None on a refusal."""
    from queuewright import advisor
    from queuewright.report import recommendation
    from queuewright.spec import StackChoice

    pinned = StackChoice.model_validate(preset.stack) if preset else None
    with console.working("weighing the stacks"):
        decision = advisor.decide(answers, policy=policy, pinned=pinned)
    if not console.settings.quiet and (asking or decision.winner is None):
        console.show(recommendation.document(decision))
    if decision.winner is None:
        return None, decision
    if not asking or preset is not None:
        return decision.winner.stack, decision
    return _pick(decision), decision


def _pick(decision: Decision) -> StackId:
    """The recommended stack, or another one that survived."""
    from queuewright.wizard import Prompts

    assert decision.winner is not None
    survivors = (decision.winner, *decision.alternatives)
    choices = [
        (
            f"{each.stack}{' (recommended)' if each is decision.winner else ''}{'' if each.rendered else ' (advice only)'}",
            each.stack,
        )
        for each in survivors
    ]
    picked: StackId = Prompts().select("Which stack?", choices, decision.winner.stack)
    return picked


def _spec(name: str, directory: Path, answers: Answers, stack: StackId, preset: Preset | None) -> LoadedSpec:
    """The spec as it will stand on disk, read back so that it is known to be valid."""
    from queuewright import catalog
    from queuewright.spec import dump, loads
    from queuewright.wizard.start import new_spec

    spec = new_spec(
        name,
        answers,
        stack,
        catalog.load(),
        preset.settings if preset else {},
        preset.workload if preset else None,
    )
    return loads(dump(spec), str(directory / "queuewright.yaml"))


def _write(loaded: LoadedSpec, directory: Path, decision: Decision, asking: bool) -> str:
    from queuewright.stack import is_rendered

    stack = loaded.spec.stack
    assert stack is not None
    if not is_rendered(stack.broker, stack.worker):
        return _write_advice(loaded, directory, decision)
    plan = _plan(loaded, directory)
    if plan.error is not None:
        raise plan.error
    if asking:
        answer = _confirm(loaded, directory, plan)
        if answer != "write":
            return answer
    _save(loaded, directory)
    _apply(plan, directory / "queuewright.yaml")
    _say_next(loaded, directory, len(plan.writes))
    return "written"


def _plan(loaded: LoadedSpec, directory: Path) -> Plan:
    from queuewright import workspace
    from queuewright.cli import projects

    with console.working("rendering"):
        rendering = projects.rendering(loaded)
        return workspace.plan(workspace.inspect(directory, rendering, loaded.text, project=loaded.spec.name))


def _confirm(loaded: LoadedSpec, directory: Path, plan: Plan) -> str:
    from queuewright.wizard import Prompts

    console.note(f"\n{loaded.text}")
    choices = [
        (f"Write {len(plan.writes)} files to {directory}", "write"),
        ("Answer again", AGAIN),
        ("Stop without writing anything", STOP),
    ]
    answer: str = Prompts().select("And now?", choices, "write")
    return answer


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


def _apply(plan: Plan, spec: Path) -> None:
    from queuewright import workspace

    try:
        workspace.apply(plan)
    except BaseException:
        console.note(f"{spec} is written, the rest is not: run `qw render` there once that is mended")
        raise


def _write_advice(loaded: LoadedSpec, directory: Path, decision: Decision) -> str:
    """A stack that can be advised but not rendered yet: the spec and the decision record only."""
    from queuewright.report import markdown, recommendation

    _save(loaded, directory, markdown.render(recommendation.document(decision, why=True)))
    stack = loaded.spec.stack
    assert stack is not None
    console.note(
        f"{stack.broker}+{stack.worker} can be advised, but not rendered yet: wrote the spec and the decision record."
    )
    console.note(f"  {directory / 'queuewright.yaml'}\n  {directory / 'DECISION.md'}")
    return "written"


def _say_next(loaded: LoadedSpec, directory: Path, files: int) -> None:
    where = "" if directory == Path() else f"cd {directory} && "
    console.note(f"Wrote {files} files to {directory}. Why this stack: {directory / 'DECISION.md'}")
    console.note(f"Next:\n  {where}scripts/secrets.sh && docker compose up --build --wait")
