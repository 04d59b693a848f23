"""`qw recommend`"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from queuewright.cli import console, projects
from queuewright.errors import UsageError

if TYPE_CHECKING:
    from queuewright.advisor.decision import Decision
    from queuewright.spec import Answers


def recommend(
    spec: Annotated[Path | None, typer.Argument(metavar="SPEC", help="A spec, or its folder.")] = None,
    answers: Annotated[
        str | None,
        typer.Option(
            "--answers", metavar="FILE", help="One mapping of answers, YAML or JSON; - for standard input."
        ),
    ] = None,
    pairs: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="An answer, again for each; goes before those of the file."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Rules of a platform team, YAML; they join the built-in ones."),
    ] = None,
    why: Annotated[
        bool, typer.Option("--why", help="All points of all stacks, and everything that was ruled out.")
    ] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask (also QW_NO_INPUT=1).")] = False,
    form: Annotated[console.Format, typer.Option("--format", help="How to write it.")] = console.Format.TEXT,
) -> None:
    """Says which stack to use, and why.

    For answers or a spec: with reasons, sources, warnings, and what would change the advice.
    """
    from queuewright.advisor import decision_to_json
    from queuewright.report import recommendation

    if spec is not None and answers is not None:
        raise UsageError("a spec and --answers were both given", hint="keep one of them")
    decision = _decide(spec, answers, pairs or [], policy, no_input)
    if form == console.Format.JSON:
        console.write_json(decision_to_json(decision))
    else:
        console.show(recommendation.document(decision, why=why), form)


def _decide(
    spec: Path | None, file: str | None, pairs: list[str], policy: Path | None, no_input: bool
) -> Decision:
    from queuewright import advisor
    from queuewright.spec import load

    rules, given, loaded = projects.together(
        lambda: advisor.policy.load(policy) if policy else None,
        lambda: projects.given_answers(file, pairs),
        lambda: load(spec) if spec is not None else None,
    )
    if loaded is not None:
        workloads = tuple(
            each.model_copy(update={"answers": projects.joined(given, each.answers, ("--set", str(spec)))})
            for each in loaded.spec.workloads
        )
        for workload in workloads:
            projects.joined(workload.answers, loaded.spec.answers, ("--set", str(spec)))
        with console.working("weighing the stacks"):
            return advisor.decide_project(
                loaded.spec.model_copy(update={"workloads": workloads}), policy=rules
            )
    if file is None and not pairs:
        if not console.interactive(no_input):
            hint = "give a SPEC, --answers FILE, or answers like --set workload=email"
            raise UsageError("there is nothing to advise on", hint=hint)
        given = _asked()
    with console.working("weighing the stacks"):
        return advisor.decide(given, policy=rules)


def _asked() -> Answers:
    from queuewright.spec import Answers
    from queuewright.wizard import ask_answers

    return ask_answers(Answers(), roots=[Path()], prompts=console.prompts())
