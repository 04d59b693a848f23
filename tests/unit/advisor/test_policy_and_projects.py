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


RULE = "rules: [{id: a, effect: warn, reason: b, %s}]"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("- a", "a policy is a mapping of keys to values, not a list", "forbidden"),
        ("rulez: []", "unknown key `rulez`", "did you mean `rules`?"),
        ("rules: [{id: a, effect: forbid, reason: b}]", "`effect` takes one of eliminate", None),
        ("allowed: {colours: [red]}", "unknown key `colours`", "`allowed` has brokers, workers, stacks"),
        ("allowed: {brokers: [rabitmq]}", "`brokers` does not know `rabitmq`", "did you mean `rabbitmq`?"),
        ("forbidden: {stacks: [redis+celary]}", "`stacks` does not know", "did you mean `redis+celery`?"),
        ("rules: [{effect: warn, reason: b}]", "`id` of the rule is missing", "id: house-celery"),
        ("rules: [{id: a, effect: prefer, reason: b}]", "`points` are missing", "points: 10"),
        (RULE % "points: 3", "`points` do nothing for `warn`", "remove"),
        (RULE % "topic: payload_limits", "`topic` does not know `payload_limits`", "`payload_limit`"),
        (RULE % "target: {brokr: redis}", "unknown key `brokr`", "did you mean `broker`?"),
        (RULE % "target: {worker: [celery, rqq]}", "`worker` does not know `rqq`", "did you mean `rq`?"),
        (RULE % "source: wiki", "neither an https address nor named", "https"),
        (RULE % "when: [{answer: payload, gt: 3}]", "there is no answer `payload`", "write `payload_kb`"),
        (RULE % "when: [{answer: payload_kb, gtt: 3}]", "unknown key `gtt`", "did you mean `gt`?"),
        (RULE % "when: [{answer: payload_kb, gt: 32KB}]", "takes a number of KiB, not 32KB", None),
        (RULE % "when: [{answer: loss, eq: none_lost}]", "does not know `none_lost`", "did you mean `no_loss`?"),
        (RULE % "when: [{answer: payload_kb, contains: 3}]", "`contains` does not go with `payload_kb`, which is a number", "ge"),
        (RULE % "when: [{answer: language, eq: python}]", "`eq` does not go with `language`, which is a list", "contains"),
        (RULE % "when: [{fact: max_message_kb, gt: big}]", "`gt` for `max_message_kb` takes a number", None),
        (RULE % "when: [{answer: payload_kb, gt: {fact: languages}}]", "the fact `languages` is a list", "one kind"),
        (RULE % "when: [{fact: server, eq: yes}, {fact: languages, contains: go, gt: 1}]", "a condition has one comparison", "contains"),
        (RULE % "when: [{answer: payload_kb, gt: {fact: max_mesage_kb}}]", "no fact `max_mesage_kb`", "max_message_kb"),
        (RULE % "when: [{predicate: broker_is_ther}]", "does not know `broker_is_ther`", "broker_is_there"),
        (RULE % "when: [{gt: 3}]", "a condition asks for an `answer`", "payload_kb"),
        ("rules: [{id: a, effect: warn, reason: 'On {brokr}.'}]", "no name `brokr` to fill in", "`broker`"),
        ("settings: {max_retrys: 3}", "unknown setting `max_retrys`", "did you mean `max_retries`?"),
        ("name: 'a {b}'", "no braces", "remove"),
        ("a: [", "not valid YAML", None),
        ("", "the file is empty", "forbidden"),
    ],
)  # fmt: skip
def test_a_wrong_policy_is_an_error_of_the_user(tmp_path: Path, text: str, message: str, hint: str | None) -> None:
    with pytest.raises(SpecError) as caught:
        write(tmp_path, text)
    problem = caught.value.problems[0]
    assert message in problem.message
    assert hint is None or hint in (problem.hint or "")
    assert (problem.file, bool(problem.line), bool(problem.column)) == (str(tmp_path / "policy.yaml"), True, True)


def test_all_mistakes_of_a_policy_come_at_once_with_their_places(tmp_path: Path) -> None:
    text = "allowed: {brokers: [rabitmq]}\nrules:\n  - id: a\n    effect: forbid\n    reason: b\n  - id: a\n    effect: warn\n"
    with pytest.raises(SpecError) as caught:
        write(tmp_path, text)
    assert [(each.line, each.column, each.message.split(",")[0]) for each in caught.value.problems] == [
        (1, 21, "`brokers` does not know `rabitmq`"),
        (4, 13, "`effect` takes one of eliminate"),
        (6, 5, "`reason` of the rule is missing"),
        (6, 9, "a rule `a` is there already"),
    ]


def test_a_missing_policy_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        policy.load(tmp_path / "none.yaml")
    (problem,) = caught.value.problems
    assert (problem.message, problem.hint) == ("there is no such file", "is the path right?")


def test_a_reason_with_a_fact_that_not_every_stack_has_is_an_error_of_the_user(tmp_path: Path) -> None:
    rules = write(tmp_path, 'rules: [{id: a, effect: warn, reason: "At most {fact:max_delay_s}."}]')
    with pytest.raises(SpecError, match="rule a: its reason names max_delay_s") as caught:
        decide(plain(), policy=rules)
    assert caught.value.problems[0].file == str(tmp_path / "policy.yaml")


def test_a_fact_that_is_a_word_for_some_is_compared_with_either(tmp_path: Path) -> None:
    text = 'rules: [{id: a, effect: eliminate, reason: "No {worker}.", when: [{fact: windows, in: [false, partly]}]}]'
    decision = decide(plain(), policy=write(tmp_path, text))
    assert str(decision.stack) in {"redis+dramatiq", "rabbitmq+dramatiq"}


def test_a_policy_may_be_json_and_name_its_pages(tmp_path: Path) -> None:
    text = (
        '{"sources": {"wiki": "https://wiki.example.com"}, "rules": [{"id": "a", "effect": "eliminate", "source": "wiki",'
        ' "reason": "No {broker}.", "target": {"not_broker": "redis"}, "when": [{"answer": "loss", "in": ["no_loss"]},'
        ' {"fact": "proprietary", "eq": true}, {"answer": "existing", "lacks": "sqs"}]}]}'
    )
    decision = decide(plain(loss="no_loss"), policy=write(tmp_path, text))
    found = {(each.reason, each.source) for each in decision.rejected if each.id == "a"}
    assert ("No Amazon SQS.", "https://wiki.example.com") in found


def test_a_policy_names_parts_as_prose_does(tmp_path: Path) -> None:
    rules = write(tmp_path, "name: house\nallowed: {brokers: [rabbitmq, redis]}\nforbidden: {stacks: [redis+celery]}")
    reasons = {each.reason for each in decide(plain(), policy=rules).rejected}
    assert "The policy of house allows only RabbitMQ, Redis or Valkey as broker." in reasons
    assert "The policy of house forbids Celery on Redis or Valkey." in reasons


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


def test_a_spec_is_held_to_the_settings_that_a_policy_requires(tmp_path: Path) -> None:
    rules = write(tmp_path, "name: platform team\nsettings: {max_retries: 3, time_limit: 60s}\n")
    answers = plain().answered()
    workloads = [
        {"name": "orders", "answers": answers, "settings": {"max_retries": 5}},
        {"name": "mails", "answers": answers},
    ]

    def said(settings: dict[str, Any]) -> list[str]:
        decision = decide_project(Spec(version=1, name="shop", workloads=workloads, settings=settings), policy=rules)
        assert decision.verdict == "warn" or not decision.contradictions
        return [reason.message for reason in decision.contradictions]

    assert said({"max_retries": 3, "time_limit": 60.0}) == [
        "platform team requires `max_retries: 3`; orders has `max_retries: 5`."
    ]
    assert said({"time_limit": 30.0})[1:] == [
        "platform team requires `max_retries: 3`; mails does not set it.",
        "platform team requires `time_limit: 1m`; orders has `time_limit: 30s`.",
        "platform team requires `time_limit: 1m`; mails has `time_limit: 30s`.",
    ]
