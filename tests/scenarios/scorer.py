"""Scores the advice on a file of scenarios, exactly by its `how_to_read`.

`python tests/scenarios/scorer.py FILE...` prints one line a scenario that does not pass, and the totals.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from queuewright.advisor import decide, decision_to_json
from queuewright.spec.model import Answers

NO_LIBRARY = {"consumer", "http", "none"}
LANGUAGE = {
    "celery": "python", "rq": "python", "dramatiq": "python", "huey": "python", "taskiq": "python", "arq": "python",
    "sidekiq": "ruby", "bullmq": "node",
}  # fmt: skip
NODE = {"node", "nodejs", "javascript", "typescript"}


@dataclass(frozen=True)
class Score:
    id: str
    outcome: str
    """pass | fail | debatable"""
    detail: str
    unacceptable: bool = False
    soft_missing: tuple[str, ...] = ()
    """Topics of a scenario to recommend that were not emitted; scored apart."""


def advise(scenario: Mapping[str, Any]) -> dict[str, Any]:
    return decision_to_json(decide(Answers.model_validate(scenario["answers"])))


def score(
    scenario: Mapping[str, Any], advice: Mapping[str, Any], compat: Mapping[str, Mapping[str, str]]
) -> Score:
    expected, id_ = scenario["expected"], scenario["id"]
    stack = advice["stack"]
    given = {warning["id"] for warning in advice["warnings"]}
    if stack is None:
        return _refused(id_, expected, {reason["id"] for reason in advice["refusal"]["reasons"]})
    broker = stack["broker"]
    worker = "none" if stack["worker"] in NO_LIBRARY else stack["worker"]
    name = f"{broker}+{worker}"
    bad = _unacceptable(scenario, broker, worker, compat)
    if bad:
        return Score(id_, "fail", f"{name}: {bad}", unacceptable=True)
    if expected["verdict"] == "refuse":
        return Score(id_, "fail", f"{name} where nothing may be recommended", unacceptable=True)
    if name not in expected["acceptable_stacks"]:
        return Score(
            id_, "debatable", f"{name} is in neither list ({', '.join(expected['acceptable_stacks'])})"
        )
    missing = sorted(topic for topic in _topics(expected, {broker, worker, name}) if topic not in given)
    if expected["verdict"] == "warn" and missing:
        return Score(id_, "fail", f"{name} without {', '.join(missing)}")
    return Score(id_, "pass", name, soft_missing=tuple(missing))


def _refused(id_: str, expected: Mapping[str, Any], reasons: set[str]) -> Score:
    if expected["verdict"] == "recommend" or (
        expected["verdict"] == "warn" and not expected.get("refusal_ok")
    ):
        return Score(id_, "fail", f"refused: {', '.join(sorted(reasons))}")
    missing = sorted(topic for topic in _topics(expected, set()) if topic not in reasons)
    return (
        Score(id_, "fail", f"refused without {', '.join(missing)}")
        if missing
        else Score(id_, "pass", "refused")
    )


def _topics(expected: Mapping[str, Any], parts: set[str]) -> Iterable[str]:
    for warning in expected.get("must_warn") or ():
        when = warning.get("when", "always")
        if when == "always" or set([when] if isinstance(when, str) else when) & parts:
            yield warning["topic"]


def _unacceptable(
    scenario: Mapping[str, Any], broker: str, worker: str, compat: Mapping[str, Mapping[str, str]]
) -> str | None:
    names = {broker, worker, f"{broker}+{worker}"}
    for item in scenario["expected"].get("unacceptable") or ():
        if item["what"] in names:
            return str(item["reason"])
    languages = {str(language).lower() for language in scenario["answers"]["language"]}
    languages |= {"node"} if languages & NODE else set()
    if worker != "none" and LANGUAGE[worker] not in languages:
        return f"{worker} is {LANGUAGE[worker]}"
    if worker != "none" and broker not in compat[worker]:
        return f"{worker} does not run on {broker}"
    if names & set(scenario["answers"].get("excluded") or ()):
        return "the user rules it out"
    return None


def score_file(path: Path, compat: Mapping[str, Mapping[str, str]] | None = None) -> list[Score]:
    raw = yaml.safe_load(path.read_text("utf-8"))
    pairs = compat or raw["meta"]["compat"]
    return [score(scenario, advise(scenario), pairs) for scenario in raw["scenarios"]]


def main(files: list[str]) -> int:
    failed = 0
    for file in files:
        scores = score_file(Path(file))
        for item in scores:
            if item.outcome != "pass" or item.soft_missing:
                print(
                    f"{item.outcome:9} {item.id}: {item.detail} {('soft: ' + ', '.join(item.soft_missing)) if item.soft_missing else ''}"
                )
        print(
            file,
            dict(Counter(item.outcome for item in scores)),
            "unacceptable:",
            sum(item.unacceptable for item in scores),
        )
        failed += sum(item.outcome == "fail" for item in scores)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
