"""Answers for the advisor's tests: plain ones, random ones, and ones that make a given rule fire."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from queuewright import catalog
from queuewright.spec.model import Answers

C = catalog.load()
SCENARIOS = Path(__file__).parents[2] / "scenarios" / "own.yaml"
NUMBERS = {
    "rate_avg_per_s": [0.001, 0.5, 5, 900, 5_000, 20_000, 200_000],
    "rate_peak_per_s": [0.1, 5, 200, 400, 1_200, 30_000, 500_000],
    "task_typical_s": [0.01, 1, 60, 900],
    "task_max_s": [0.5, 10, 45, 100, 250, 400, 700, 1_900, 3_000, 8_000, 50_000, 100_000],
    "delay_max_s": [0, 60, 950, 4_000, 100_000, 3_000_000],
    "payload_kb": [1, 4, 70, 220, 300, 1_500, 20_000, 150_000, 900_000],
    "fanout": [1, 2, 5],
}


def plain(**answers: Any) -> Answers:
    return Answers.model_validate({"language": ["python"], **answers})


def own_scenarios() -> list[dict[str, Any]]:
    scenarios: list[dict[str, Any]] = yaml.safe_load(SCENARIOS.read_text("utf-8"))["scenarios"]
    return [scenario["answers"] for scenario in scenarios]


def random_answers(chance: random.Random) -> dict[str, Any]:
    """A language, and half of the other keys."""
    answers: dict[str, Any] = {
        "language": [chance.choice(["python", "python", "ruby", "node", "go", "java"])]
    }
    for key, answer in C.answers.items():
        if key == "language" or chance.random() < 0.5:
            continue
        if key in NUMBERS:
            answers[key] = chance.choice(NUMBERS[key])
        elif answer.type == "bool":
            answers[key] = chance.random() < 0.5
        elif answer.type == "choice":
            answers[key] = chance.choice(answer.values)
        else:
            words = {"constraints": [*C.constraints], "excluded": [*C.brokers, *C.workers]}
            known = words.get(key, [*answer.values])
            answers[key] = chance.sample(known, chance.randint(0, 2))
    return answers


def _values(key: str) -> st.SearchStrategy[Any]:
    answer = C.answers[key]
    if key in NUMBERS:
        return st.sampled_from(NUMBERS[key])
    if answer.type == "bool":
        return st.booleans()
    if answer.type == "choice":
        return st.sampled_from(answer.values)
    if key == "constraints":
        return st.lists(st.sampled_from(sorted(map(str, C.constraints))), max_size=3, unique=True)
    if key == "excluded":
        return st.lists(st.sampled_from([*C.brokers, *C.workers]), max_size=2, unique=True)
    return st.lists(st.sampled_from(answer.values), min_size=int(key == "language"), max_size=2, unique=True)


def any_answers() -> st.SearchStrategy[dict[str, Any]]:
    """Some keys answered, with values on both sides of every limit."""
    return st.fixed_dictionaries(
        {"language": _values("language")},
        optional={key: _values(key) for key in C.answers if key != "language"},
    )
