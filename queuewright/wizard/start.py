"""From answers and a stack to a new spec."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queuewright.advisor.decision import StackId
from queuewright.catalog import Catalog, Preset
from queuewright.errors import UsageError
from queuewright.spec.answers import NOT_ABOVE, PROJECT_WIDE
from queuewright.spec.model import Answers, Spec, StackChoice, Workload
from queuewright.spec.names import PATTERN, RULE, project_problem


def preset(catalog: Catalog, name: str) -> Preset:
    try:
        return catalog.presets[name]
    except KeyError:
        raise UsageError(
            f"there is no preset `{name}`", hint=f"--preset is one of: {', '.join(catalog.presets)}"
        ) from None


def project_name(wanted: str | None, directory: Path, languages: tuple[str, ...]) -> str:
    """The wanted name, or one made of the folder's. UsageError where it cannot be a project's."""
    name = wanted or slug(directory.resolve().name)
    problem = name_problem(name, languages)
    if problem and not name:
        problem = f"no name of a project can be made of the folder's, `{directory.resolve().name}`"
    if problem:
        raise UsageError(problem, hint=f"give {'another' if name else 'one'} with --name: {RULE}")
    return name


def name_problem(name: str, languages: tuple[str, ...]) -> str | None:
    return (
        f"`{name}` is no name of a project"
        if not PATTERN.fullmatch(name)
        else project_problem(name, languages)
    )


def slug(text: str) -> str:
    """A folder's name as a project's: lower case, `-` for what is not allowed."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").lstrip("0123456789-")[:40].strip("-")


def new_spec(
    name: str,
    answers: Answers,
    stack: StackId,
    catalog: Catalog,
    settings: Mapping[str, Any],
    workload: str | None = None,
) -> Spec:
    """A spec of one workload, with the stack pinned. Settings stand with the workload where one may have them."""
    wide = {key for key, setting in catalog.settings.items() if setting.scope == "project"}
    common = {key: value for key, value in settings.items() if key in wide}
    given = answers.answered()
    kind = answers.workload or catalog.answers["workload"].default
    inner = {"workload": kind, **{key: value for key, value in given.items() if key not in PROJECT_WIDE}}
    outer = {key: value for key, value in given.items() if key in PROJECT_WIDE}
    return Spec(
        version=1,
        name=name,
        answers=Answers.model_validate(outer),
        stack=StackChoice(broker=stack.broker, worker=stack.worker, variant=stack.variant),
        workloads=(
            Workload(
                name=workload or catalog.workloads[kind]["name"],
                answers=Answers.model_validate(inner),
                settings={key: value for key, value in settings.items() if key not in common},
            ),
        ),
        settings=common,
    )


def typical(answers: Answers, catalog: Catalog) -> Answers:
    """With what is typical of the kind of work where it matters for sizing; documented defaults stay unsaid."""
    kind = answers.workload or catalog.answers["workload"].default
    given = answers.answered()
    suggested = beside(given, catalog.workloads[kind]["typical"])
    return Answers.model_validate({**suggested, "workload": kind, **given})


def preset_answers(preset: Preset, given: Answers) -> Answers:
    """Those of a preset, which give way to what was said."""
    return given.over(Answers.model_validate(beside(given.answered(), preset.answers)))


def preset_settings(preset: Preset, answers: Answers) -> dict[str, Any]:
    """Those of a preset; a time limit that would kill the longest tasks is left to be derived from them."""
    limit = preset.settings.get("time_limit")
    short = limit is not None and answers.task_max_s is not None and limit < answers.task_max_s
    return {key: value for key, value in preset.settings.items() if not (short and key == "time_limit")}


def beside(given: Mapping[str, Any], suggested: Mapping[str, Any]) -> dict[str, Any]:
    """Suggested values that contradict nothing given: an average is not above a given peak, nor a peak below an average."""
    values = dict(suggested)
    for low, high in NOT_ABOVE:
        if high in values and low in given:
            values[high] = max(values[high], given[low])
        if low in values and high in given:
            values[low] = min(values[low], given[high])
    return values
