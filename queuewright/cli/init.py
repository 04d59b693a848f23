"""`qw init`: from questions to a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuewright.cli import console, newproject, pick, projects
from queuewright.errors import BlockedError, ExitCode, Problem, UsageError

if TYPE_CHECKING:
    from queuewright.advisor.decision import Decision, StackId
    from queuewright.advisor.policy import Policy
    from queuewright.catalog import Preset
    from queuewright.spec import Answers, LoadedSpec


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where the project goes.")] = Path(),
    preset: Annotated[
        str | None, typer.Option(metavar="NAME", help="api, pipeline or ml: a stack and answers that fit it.")
    ] = None,
    answers: Annotated[
        str | None,
        typer.Option("--answers", metavar="FILE", help="Answers, YAML or JSON; - for standard input."),
    ] = None,
    pairs: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="An answer, again for each; goes before those of the file."),
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Of the project.  [default: that of DIR]")] = None,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="Rules of a platform team, YAML.")] = None,
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

    _refuse_existing(directory)
    asking = not yes and console.interactive(no_input)
    chosen, rules, given = projects.together(
        lambda: find_preset(catalog.load(), preset) if preset else None,
        lambda: advisor.policy.load(policy) if policy else None,
        lambda: projects.given_answers(answers, pairs or []),
    )
    if name is not None or not asking:
        project_name(name, directory, given.language or ("python",))
    wanted = Wanted(directory, name, given, chosen, rules, yes, asking, all_questions)
    try:
        loaded, decision = _settle(wanted)
    except (KeyboardInterrupt, EOFError):
        console.note("\nNothing was written.")
        raise
    newproject.write(loaded, directory, decision)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says."""

    directory: Path
    name: str | None
    given: Answers
    preset: Preset | None
    policy: Policy | None
    yes: bool
    asking: bool
    all_questions: bool


def _settle(wanted: Wanted) -> tuple[LoadedSpec, Decision]:
    """The spec to write, agreed on where there is someone to ask. Raises typer.Exit where there is none to write."""
    answers: Answers | None = None
    while True:
        answers = _ask(wanted, answers) if wanted.asking and wanted.preset is None else _defaults(wanted)
        name = _called(wanted, answers)
        stack, decision = pick.choose(answers, wanted.given, wanted.preset, wanted.policy, wanted.asking)
        if isinstance(stack, str):
            continue
        if stack is None:
            raise typer.Exit(ExitCode.DRIFT)
        loaded = _spec(name, wanted, answers, stack)
        if not wanted.asking:
            return loaded, decision
        answer = newproject.confirm(loaded, wanted.directory, again=wanted.preset is None)
        if answer == newproject.WRITE:
            return loaded, decision
        if answer == newproject.STOP:
            raise typer.Exit(ExitCode.OK)


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


def _defaults(wanted: Wanted) -> Answers:
    """Without questions: only the kind of work has no default that could be guessed."""
    from queuewright import catalog
    from queuewright.spec import Answers
    from queuewright.wizard import detect
    from queuewright.wizard.start import preset_answers, typical

    given = wanted.given
    if wanted.preset is not None:
        return typical(preset_answers(wanted.preset, given), catalog.load())
    if given.workload is None and not wanted.yes:
        raise UsageError(
            "`workload` is not answered, and there is nobody to ask",
            hint="give --set workload=email, --answers FILE or --preset api; --yes takes all defaults",
        )
    found = detect(wanted.directory, *_around(wanted.directory))
    for key in found.answers:
        if key not in given.answered():
            console.note(f"`{key}` as found: {found.evidence[key]}")
    return typical(given.over(Answers.model_validate(found.answers)), catalog.load())


def _around(directory: Path) -> list[Path]:
    """The folder that the command runs in, where the project goes below it."""
    here = Path.cwd()
    return [Path()] if directory.resolve() != here and directory.resolve().is_relative_to(here) else []


def _ask(wanted: Wanted, before: Answers | None) -> Answers:
    from queuewright.wizard import ask_answers

    console.note("A few questions; Ctrl-C stops without writing anything.\n")
    roots = (wanted.directory, *_around(wanted.directory))
    return ask_answers(
        wanted.given, roots=roots, ask_all=wanted.all_questions, before=before, prompts=console.prompts()
    )


def _called(wanted: Wanted, answers: Answers) -> str:
    """The project's name; where the folder's is none, the user is asked for one."""
    from queuewright.spec.names import RULE
    from queuewright.wizard.start import name_problem, project_name

    languages = answers.language or ("python",)
    try:
        return project_name(wanted.name, wanted.directory, languages)
    except UsageError as error:
        if not wanted.asking or wanted.name is not None:
            raise
        (problem,) = error.problems
        hint = f"{problem.message[0].upper()}{problem.message[1:]}. A name has {RULE}."
        return console.prompts().line(
            "What is the project called?", hint, "", lambda text: name_problem(text, languages)
        )


def _spec(name: str, wanted: Wanted, answers: Answers, stack: StackId) -> LoadedSpec:
    """The spec as it will stand on disk, read back so that it is known to be valid."""
    from queuewright import catalog
    from queuewright.spec import dump, loads
    from queuewright.wizard.start import new_spec, preset_settings

    preset = wanted.preset
    settings = {
        **(preset_settings(preset, answers) if preset else {}),
        **(wanted.policy.settings if wanted.policy else {}),
    }
    workload = preset.workload if preset else None
    spec = new_spec(name, answers, stack, catalog.load(), settings, workload)
    return loads(dump(spec), str(wanted.directory / "queuewright.yaml"))
