"""A platform team's rules, and several workloads in one project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from advice_samples import plain

from queuewright.advisor import decide, decide_project, policy
from queuewright.errors import SpecError
from queuewright.spec.model import Spec

FULL = """
name: platform team
source: https://wiki.example.com/queues
allowed: {brokers: [rabbitmq, redis]}
forbidden: {stacks: [redis+celery]}
settings: {max_retries: 3}
rules:
  - id: house-dramatiq
    effect: prefer
    points: 50
    target: {worker: dramatiq}
    reason: "We run {worker} everywhere."
  - id: small-messages
    effect: warn
    topic: payload_limit
    severity: must
    when: [{answer: payload_kb, gt: 32}]
    reason: "Messages above 32 KiB need a review."
"""


def write(tmp_path: Path, text: str) -> policy.Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    return policy.load(path)


def test_a_policy_allows_forbids_weighs_and_warns(tmp_path: Path) -> None:
    rules = write(tmp_path, FULL)
    decision = decide(plain(existing=["redis"], payload_kb=50), policy=rules)
    assert decision.winner is not None
    assert str(decision.stack) == "redis+dramatiq"
    assert ("house-dramatiq", 50.0) in {(reason.id, reason.points) for reason in decision.winner.reasons}
    assert all(candidate.stack.broker in ("rabbitmq", "redis") for candidate in decision.alternatives)
    assert "redis+celery" not in {str(candidate.stack) for candidate in decision.alternatives}
    warning = next(warning for warning in decision.warnings if warning.id == "payload_limit")
    assert warning.source == "https://wiki.example.com/queues"
    assert rules.settings == {"max_retries": 3}
    without = decide(plain(existing=["redis"], payload_kb=50))
    assert "house-dramatiq" not in {
        reason.id for reason in (without.winner.reasons if without.winner else ())
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a", "a policy is a mapping"),
        ("rulez: []", "unknown key rulez"),
        ("rules: [{id: a, effect: forbid, reason: b}]", "effect is one of"),
        ("allowed: {colours: [red]}", "not one of brokers, workers, stacks"),
        ("rules: [{effect: warn}]", "id is missing"),
        ("a: [", "no YAML"),
    ],
)
def test_a_wrong_policy_is_an_error_of_the_user(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        write(tmp_path, text)


def test_a_missing_policy_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read"):
        policy.load(tmp_path / "none.yaml")


def project(*workloads: dict[str, Any], **common: Any) -> Spec:
    parts = [{"name": f"w{place}", "answers": answers} for place, answers in enumerate(workloads)]
    stack = common.pop("stack", None)
    return Spec.model_validate(
        {
            "version": 1,
            "name": "demo",
            "answers": {"language": ["python"], **common},
            "workloads": parts,
            "stack": stack,
        }
    )


def test_one_workload_is_decided_as_such() -> None:
    answers = {"existing": ["redis"], "rate_peak_per_s": 5}
    assert decide_project(project(answers)) == decide(plain(**answers))


def test_the_stack_survives_in_all_workloads() -> None:
    decision = decide_project(
        project({"rate_peak_per_s": 500}, {"payload_kb": 4000, "rate_peak_per_s": 1}, existing=["redis"])
    )
    assert decision.stack is not None
    assert decision.stack.broker == "rabbitmq"
    assert "claim_check" in {warning.id for warning in decision.warnings}
    assert decision.splits == ()


def test_scores_weigh_by_peak_load() -> None:
    quiet, busy = {"workflow": "fan_in"}, {"loss": "may_lose_some", "bound": "async_io"}
    heavy_async = decide_project(
        project({**quiet, "rate_peak_per_s": 1}, {**busy, "rate_peak_per_s": 900}, existing=["redis"])
    )
    heavy_graph = decide_project(
        project({**quiet, "rate_peak_per_s": 900}, {**busy, "rate_peak_per_s": 1}, existing=["redis"])
    )
    assert (str(heavy_async.stack), str(heavy_graph.stack)) == ("redis+dramatiq", "redis+celery")


def test_where_no_stack_serves_all_the_workloads_are_split() -> None:
    decision = decide_project(
        project(
            {"replay": "long_history", "workload": "event", "rate_peak_per_s": 900, "rate_avg_per_s": 200},
            {"constraints": ["keep_celery", "worker_remote_control_required"], "rate_peak_per_s": 10},
            {
                "priorities": "few_levels",
                "constraints": ["worker_remote_control_required"],
                "rate_peak_per_s": 5,
            },
            existing=["redis"],
        )
    )
    assert decision.winner is None
    assert [(split.workloads, split.stack.broker) for split in decision.splits] == [
        (("w0",), "kafka"),
        (("w1", "w2"), "redis"),
    ]
    assert decision.refusal is not None
    assert [reason.id for reason in decision.refusal.reasons] == ["split_workloads"]


def test_a_workload_that_nothing_serves_is_a_refusal() -> None:
    decision = decide_project(project({"workflow": "durable"}, {"rate_peak_per_s": 3}))
    assert decision.verdict == "refuse"
    assert decision.refusal is not None
    assert "workflow_engine_needed" in {reason.id for reason in decision.refusal.reasons}
    assert [split.workloads for split in decision.splits] == [("w1",)]


def test_a_pinned_stack_of_a_project_is_final() -> None:
    decision = decide_project(
        project({}, {"task_max_s": 7200}, stack={"broker": "redis", "worker": "celery"})
    )
    assert str(decision.stack) == "redis+celery"
    assert "visibility_timeout" in {warning.id for warning in decision.warnings if warning.severity == "must"}
