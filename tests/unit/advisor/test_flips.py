"""What would change the advice: true, in numbers that a person would write, and of which workload."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from advice_samples import C, own_scenarios, plain, random_answers

from queuewright.advisor import Flip, decide, decide_project, decision_to_json
from queuewright.advisor.engine import engine
from queuewright.advisor.flips import ROUND
from queuewright.spec.model import Answers, Spec


def many() -> list[dict[str, Any]]:
    chance = random.Random(11)
    return [*own_scenarios()[::6], *(random_answers(chance) for _ in range(40))]


def written(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("answers", many())
def test_a_flip_applied_gives_the_stack_that_it_names(answers: dict[str, Any]) -> None:
    decision = decide(Answers.model_validate(answers))
    for flip in decision.flips:
        other = decide(Answers.model_validate({**answers, flip.answer: written(flip.to)}), flips=False)
        assert (flip, str(other.stack)) == (flip, str(flip.stack))
        assert str(other.stack) != str(decision.stack)


@pytest.mark.parametrize("answers", many())
def test_numbers_are_round_or_a_documented_limit(answers: dict[str, Any]) -> None:
    documented = {fact.value for _, fact in C.all_facts() if isinstance(fact.value, int | float)}
    for flip in decide(Answers.model_validate(answers)).flips:
        if flip.answer in ROUND:
            assert flip.to in {*ROUND[flip.answer], *documented}, flip


def test_every_number_has_its_round_values_and_limits() -> None:
    assert set(ROUND) == {key for key, answer in C.answers.items() if answer.type in ("number", "integer")}
    assert 1800 in engine().limits("task_max_s")
    assert 900 in engine().limits("delay_max_s")


def test_the_one_of_two_that_was_assumed_follows() -> None:
    """200 a second on average mean a peak of 2000 where none was given, and that fills the memory of Redis."""
    (flip,) = [flip for flip in decide(plain(rate_avg_per_s=2)).flips if flip.answer == "rate_avg_per_s"]
    assert flip.to == 200
    assert str(flip.stack) == str(decide(plain(rate_avg_per_s=flip.to), flips=False).stack)


def spec(parts: list[dict[str, Any]], **common: Any) -> Spec:
    workloads = [{"name": f"w{place}", "answers": answers} for place, answers in enumerate(parts)]
    return Spec.model_validate(
        {"version": 1, "name": "demo", "answers": {"language": ["python"], **common}, "workloads": workloads}
    )


PROJECTS = [
    spec([{"rate_peak_per_s": 500}, {"payload_kb": 40, "rate_peak_per_s": 1}], existing=["redis"]),
    spec(
        [{"workflow": "fan_in"}, {"task_max_s": 600}, {"ordering": "per_key"}],
        cloud="aws",
        rate_peak_per_s=20,
    ),
    spec(
        [{"replay": "long_history", "workload": "event"}, {"constraints": ["keep_celery"]}],
        existing=["redis"],
    ),
    spec(
        [{"rate_peak_per_s": 0, "rate_avg_per_s": 0}, {"rate_peak_per_s": 0, "rate_avg_per_s": 0}],
        cloud="gcp",
    ),
]


@pytest.mark.parametrize("project", PROJECTS)
def test_a_flip_of_a_project_names_its_workload_and_is_true(project: Spec) -> None:
    decision = decide_project(project)
    assert decision.flips
    assert {flip.workload for flip in decision.flips} >= {workload.name for workload in project.workloads}
    for flip in decision.flips:
        other = decide_project(applied(project, flip), flips=False)
        assert (flip, str(other.stack)) == (flip, str(flip.stack))
        assert str(other.stack) != str(decision.stack)


def applied(project: Spec, flip: Flip) -> Spec:
    body = project.model_dump(exclude_none=True)
    targets = (
        [body] if flip.workload is None else [w for w in body["workloads"] if w["name"] == flip.workload]
    )
    for target in targets:
        target["answers"][flip.answer] = written(flip.to)
    return Spec.model_validate(body)


def test_what_all_workloads_share_flips_once_for_all() -> None:
    flips = decide_project(PROJECTS[0]).flips
    assert [flip.workload for flip in flips if flip.answer == "existing"] == [None]
    assert "workload" not in decision_to_json(decide_project(PROJECTS[0]))["flips"][0]
    assert {"answer", "from", "to", "stack", "workload"} == set(
        decision_to_json(decide_project(PROJECTS[0]))["flips"][-1]
    )


def test_the_flips_of_many_workloads_cost_little_and_grow_with_their_number() -> None:
    """Processor time; a hundred workloads were measured at 0.6 s."""
    kinds = [{**kind["typical"], "workload": name} for name, kind in C.workloads.items()]
    parts = [
        {**kinds[place % len(kinds)], "rate_peak_per_s": 500 + place, "payload_kb": 4 + place % 7}
        for place in range(100)
    ]
    spent = {}
    for count in (25, 100):
        project = spec(parts[:count])
        before = time.process_time()
        assert decide_project(project).flips
        spent[count] = time.process_time() - before
    assert spent[100] < 2
    assert spent[100] < 8 * spent[25]
