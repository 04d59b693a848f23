"""What holds for all answers."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from advice_samples import C, any_answers, own_scenarios
from hypothesis import given, settings
from hypothesis import strategies as st

from queuewright.advisor import decide, decision_to_json
from queuewright.advisor.answers import complete
from queuewright.advisor.engine import CompiledRule, engine
from queuewright.catalog import Condition
from queuewright.spec.model import Answers

E = engine()
TIGHTER: dict[str, list[Any]] = {
    "loss": ["may_lose_some", "no_loss", "strict"],
    "task_max_s": [1, 100, 400, 2_000, 50_000, 100_000],
    "payload_kb": [1, 100, 300, 2_000, 50_000, 600_000],
    "delay_max_s": [0, 1_000, 100_000, 3_000_000],
}


def known(answers: dict[str, Any]) -> dict[str, Any]:
    return complete(Answers.model_validate(answers), C)[0]


@settings(max_examples=150, deadline=None)
@given(any_answers())
def test_no_winner_breaks_a_hard_limit(answers: dict[str, Any]) -> None:
    """Checked against the facts directly, not through the rules."""
    decision = decide(Answers.model_validate(answers), flips=False)
    if decision.stack is None:
        assert decision.verdict == "refuse"
        assert decision.refusal is not None
        assert decision.refusal.reasons
        return
    stack, full = decision.stack, known(answers)
    facts = {
        key: fact.value for key, fact in C.facts_of(f"{stack.broker}-{stack.worker}", stack.variant).items()
    }
    assert facts.get("any_language") or set(facts["languages"]) & set(full["language"])
    assert full["cloud"] in (*facts["clouds"], "any", "paas")
    assert not {stack.broker, stack.worker, str(stack)} & set(full["excluded"])
    must = {warning.id for warning in decision.warnings if warning.severity == "must"}
    assert full["payload_kb"] <= facts["max_message_kb"] or {"claim_check", "payload_limit"} <= must
    assert full["payload_kb"] <= facts["max_message_kb"] or stack.broker != "redis"
    assert full["task_max_s"] <= facts.get("max_task_s", float("inf"))
    assert stack.broker != "sqs" or full["task_max_s"] <= facts["lock_max_s"]
    assert full["ordering"] != "per_key" or "per_key" in facts["ordering"]
    assert full["replay"] == "none" or full["replay"] in facts["replay"]
    assert not (facts["memory_bound"] and "backlog_exceeds_memory" in full["constraints"])
    assert not (facts.get("needs_long_lived_process") and full["hosting"] == "serverless")
    assert not (facts.get("windows") is False and full["hosting"] == "windows_server")


@settings(max_examples=100, deadline=None)
@given(any_answers(), st.sampled_from(sorted(TIGHTER)), st.data())
def test_a_tighter_requirement_revives_nothing(
    answers: dict[str, Any], key: str, data: st.DataObject
) -> None:
    steps = TIGHTER[key]
    low = data.draw(st.integers(0, len(steps) - 2))
    high = data.draw(st.integers(low + 1, len(steps) - 1))
    loose, tight = (E.judge({**known(answers), key: steps[step]}).alive for step in (low, high))
    assert tight & ~loose == 0


@settings(max_examples=60, deadline=None)
@given(any_answers(), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(answers: dict[str, Any], chance: random.Random) -> None:
    items = [
        (key, chance.sample(value, len(value)) if isinstance(value, list) else value)
        for key, value in answers.items()
    ]
    chance.shuffle(items)
    assert text(dict(items)) == text(answers)


@settings(max_examples=40, deadline=None)
@given(any_answers())
def test_the_same_answers_give_the_same_advice(answers: dict[str, Any]) -> None:
    assert text(answers) == text(answers)


def text(answers: dict[str, Any]) -> str:
    return json.dumps(decision_to_json(decide(Answers.model_validate(answers))))


@settings(max_examples=100, deadline=None)
@given(any_answers())
def test_every_reason_is_complete(answers: dict[str, Any]) -> None:
    """No placeholder is left, and each has a page to open."""
    body = decision_to_json(decide(Answers.model_validate(answers), flips=False))
    shown = [*body["warnings"], *body["rejected"], *body["contradictions"], *body["reasons"]]
    shown += [reason for other in body["alternatives"] for reason in other["reasons"]]
    shown += body["refusal"]["reasons"] if body["refusal"] else []
    for reason in shown:
        sentence = reason.get("message") or reason["reason"]
        assert "{" not in sentence
        assert sentence.endswith((".", "!"))
        assert reason["source"].startswith("https://")
    topics = {warning["id"] for warning in body["warnings"]}
    assert topics <= set(C.topics)
    assert len(topics) == len(body["warnings"])


@pytest.mark.parametrize("item", E.rules, ids=lambda item: item.rule.id)
def test_every_rule_can_fire(item: CompiledRule) -> None:
    """For one of our scenarios, or for one turned so that its conditions hold."""
    assert any(item.holds(known(answers)) for base in BASES for answers in (base, {**base, **wanted(item)}))


BASES: list[dict[str, Any]] = [
    *({"language": ["python"], "excluded": words} for words in ([], ["kafka"], ["rq"], ["redis+rq"])),
    *own_scenarios(),
]


def wanted(item: CompiledRule) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for condition in item.rule.when:
        if condition.answer is not None:
            found[condition.answer] = satisfying(condition, found.get(condition.answer))
    return found


def satisfying(condition: Condition, held: Any) -> Any:
    value = condition.value
    if condition.fact is not None:
        numbers = [
            option.facts[condition.fact].value for option in E.options if condition.fact in option.facts
        ]
        if condition.op in ("gt", "ge"):
            return max(numbers) + 1
        return min(numbers) / 2 if condition.op == "lt" else min(numbers)
    answer = C.answers[condition.answer or ""]
    if condition.op == "contains":
        return [*(held or ()), value]
    if condition.op == "in":
        return value[0]
    if condition.op == "ne":
        return next(choice for choice in answer.values if choice != value)
    if condition.op == "lacks":
        return list(held or ())
    return value + 1 if condition.op == "gt" else value
