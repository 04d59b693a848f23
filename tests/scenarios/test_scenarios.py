"""The advice on public decisions: the shared scenarios where they are at hand, and those of our own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from scorer import score_file

from queuewright import advisor, catalog
from queuewright.spec.model import Answers

HERE = Path(__file__).parent
OWN = HERE / "own.yaml"
OWN_FILES = ("own.yaml", "own2.yaml", "own3.yaml")


def shared() -> Path:
    """The public scenarios, in the folder that QW_SHARED names."""
    folder = os.environ.get("QW_SHARED")
    if not folder:
        pytest.skip("QW_SHARED does not name the folder with scenarios/public.yaml")
    return Path(folder) / "scenarios" / "public.yaml"


def test_every_public_scenario_passes() -> None:
    scores = score_file(shared())
    assert [(score.id, score.outcome, score.detail) for score in scores if score.outcome != "pass"] == []


def test_the_vocabulary_is_that_of_the_scenarios() -> None:
    meta = yaml.safe_load(shared().read_text("utf-8"))["meta"]
    known = catalog.load()
    assert set(known.constraints) == set(meta["constraints"])
    assert set(known.topics) == set(meta["warning_topics"])
    for plural, values in meta["vocabulary"].items():
        key = {"workloads": "workload"}.get(plural, plural)
        if key in known.answers:
            assert [str(value) for value in known.answers[key].values] == [str(value) for value in values], (
                key
            )


@pytest.mark.parametrize("file", OWN_FILES)
def test_own_scenarios_pass_and_none_gets_an_unacceptable_stack(file: str) -> None:
    scores = score_file(HERE / file)
    assert len(scores) >= 60
    assert [(score.id, score.detail) for score in scores if score.outcome == "fail"] == []
    assert not any(score.unacceptable for score in scores)
    assert sum(score.outcome == "pass" for score in scores) / len(scores) >= 0.95


def test_own_scenarios_speak_of_every_constraint_and_topic() -> None:
    scenarios = yaml.safe_load(OWN.read_text("utf-8"))["scenarios"]
    used = {word for scenario in scenarios for word in scenario["answers"]["constraints"]}
    emitted = {warning.id for scenario in scenarios for warning in decision(scenario["answers"]).warnings}
    refused = {
        reason.id
        for scenario in scenarios
        if (refusal := decision(scenario["answers"]).refusal) is not None
        for reason in refusal.reasons
    }
    known = catalog.load()
    assert set(known.constraints) - used == set()
    assert set(known.topics) - emitted - refused == set()


@pytest.mark.parametrize("source", ["public", "own"])
def test_half_of_the_questions_are_enough(source: str) -> None:
    """Asked prompt by prompt, on average at most half of all questions are put, and the advice is the same."""
    path = shared() if source == "public" else OWN
    asked = []
    every = 1 if source == "public" else 6
    for scenario in yaml.safe_load(path.read_text("utf-8"))["scenarios"][::every]:
        prompts, given = interview(scenario["answers"])
        asked.append(prompts)
        assert stack(given) == stack(scenario["answers"]), scenario["id"]
    assert sum(asked) / len(asked) <= len(catalog.load().answers) / 2


def interview(full: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Answers only what is asked; a checklist of needs is ticked where the need goes beyond its words."""
    answer_keys, given, prompts, needs_known = catalog.load().answers, dict[str, Any](), 0, False
    ordinary = {"payload_kb": 64, "rate_avg_per_s": 1000}
    while open_ := advisor.open_prompts(Answers.model_validate(given), needs_known=needs_known):
        prompts += 1
        keys = open_[0]
        if len(keys) == 1:
            given[keys[0]] = full[keys[0]]
            continue
        needs_known = True
        for key in keys:
            unticked = (
                full[key] <= ordinary[key] if key in ordinary else full[key] == answer_keys[key].default
            )
            if unticked:
                given[key] = full[key]
    return prompts, given


def stack(answers: dict[str, Any]) -> str:
    return str(decision(answers).stack)


def decision(answers: dict[str, Any]) -> advisor.Decision:
    return advisor.decide(Answers.model_validate(answers), flips=False)
