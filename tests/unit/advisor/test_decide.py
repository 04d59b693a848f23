"""Advice for one kind of work."""

from __future__ import annotations

import random
import time

import pytest
from advice_samples import own_scenarios, plain, random_answers

from queuewright.advisor import Warning_, broken_limits, decide, decision_to_json
from queuewright.advisor.decide import merge
from queuewright.errors import SpecError, StackError
from queuewright.spec.model import Answers, StackChoice


def test_missing_answers_are_assumed_and_said() -> None:
    decision = decide(plain())
    assert decision.assumed["latency"] == "seconds"
    assert "language" not in decision.assumed
    assert decide(Answers()).assumed["language"] == ("python",)


def test_the_missing_one_of_two_rates_or_durations_follows_the_other() -> None:
    assumed = decide(plain(rate_avg_per_s=50, task_typical_s=600)).assumed
    assert assumed["rate_peak_per_s"] == 500
    assert assumed["task_max_s"] == 1800


def test_every_survivor_shows_its_points_and_every_other_its_limit() -> None:
    decision = decide(plain(existing=["redis"]))
    assert decision.winner is not None
    for candidate in (decision.winner, *decision.alternatives):
        assert round(sum(reason.points for reason in candidate.reasons), 6) == candidate.score
    assert {rejection.what for rejection in decision.rejected} >= {"sidekiq", "bullmq", "kafka+consumer"}
    stacks = {str(candidate.stack) for candidate in decision.alternatives}
    assert not stacks & {rejection.what for rejection in decision.rejected}


def test_an_existing_part_weighs() -> None:
    assert (
        decide(plain(existing=["rabbitmq", "celery"])).stack
        == decide(plain(existing=["celery", "rabbitmq"])).stack
    )
    assert str(decide(plain(existing=["rabbitmq", "celery"])).stack) == "rabbitmq+celery"
    assert str(decide(plain(existing=["redis", "rq"])).stack) == "redis+rq"


def test_strict_priorities_are_not_left_to_what_one_worker_has_fetched() -> None:
    """Dramatiq on Redis orders only what a worker already holds; its RabbitMQ broker has priorities."""
    decision = decide(plain(existing=["redis"], priorities="strict"))
    assert decision.stack is not None
    assert (decision.stack.broker, decision.stack.worker != "dramatiq") == ("redis", True)
    ranked = {str(candidate.stack): candidate.score for candidate in decision.alternatives}
    assert ranked["redis+dramatiq"] < ranked["rabbitmq+dramatiq"]


def test_a_few_levels_of_priority_are_no_reason_for_a_broker_with_priorities() -> None:
    def points(priorities: str) -> set[str]:
        decision = decide(plain(existing=["rabbitmq"], priorities=priorities))
        assert decision.winner is not None
        assert decision.winner.stack.broker == "rabbitmq"
        return {reason.id for reason in decision.winner.reasons}

    assert points("strict") - points("few_levels") == {"priorities-native"}


def test_celery_on_sqs_shows_nothing_on_a_dashboard_that_is_required() -> None:
    answers = {"language": ["python"], "cloud": "aws", "existing": ["celery", "sqs"]}
    with_page, without = (
        decide(Answers.model_validate({**answers, "constraints": constraints})).stack
        for constraints in (["dashboard_required"], [])
    )
    assert (str(with_page), str(without)) == ("redis+celery", "sqs+celery")


def test_a_celery_that_stays_outweighs_tastes_but_no_order_that_it_cannot_keep() -> None:
    answers = {"language": ["python"], "cloud": "azure", "delay_max_s": 1_728_000, "ops": "low"}
    kept = ["keep_celery", "azure_managed_only"]
    stays, wished, ordered = (
        decide(Answers.model_validate({**answers, "constraints": constraints, **more})).stack
        for constraints, more in (
            (kept, {}),
            (["user_asks_for_celery", "azure_managed_only"], {}),
            (kept, {"ordering": "per_key"}),
        )
    )
    assert stays is not None
    assert stays.worker == "celery"
    assert (str(wished), str(ordered)) == ("azure_service_bus+consumer",) * 2


def test_a_reply_over_rabbitmq_counts_only_for_what_uses_it() -> None:
    decision = decide(plain(constraints=["request_reply"]))
    assert decision.winner is not None
    native = {
        str(candidate.stack)
        for candidate in (decision.winner, *decision.alternatives)
        if candidate.stack.broker == "rabbitmq"
        and "request-reply-native" in {reason.id for reason in candidate.reasons}
    }
    assert native == {"rabbitmq+celery", "rabbitmq+consumer"}


@pytest.mark.parametrize("constraint", ["backlog_over_5_million", "queue_size_300_gb"])
def test_a_backlog_of_millions_is_no_trickle(constraint: str) -> None:
    decision = decide(plain(workload="event", rate_peak_per_s=20, constraints=[constraint]))
    assert decision.winner is not None
    candidates = (decision.winner, *decision.alternatives)
    log = {reason.id for item in candidates if item.stack.broker == "kafka" for reason in item.reasons}
    assert log & {"medium-ops-log", "log-for-a-trickle"} == {"medium-ops-log"}


def test_a_fork_for_each_job_weighs_where_jobs_take_milliseconds() -> None:
    def first(task_typical_s: float) -> str:
        return str(
            decide(plain(existing=["redis"], ops="low", task_typical_s=task_typical_s, task_max_s=1)).stack
        )

    assert (first(0.5), first(0.005)) == ("redis+rq", "redis+dramatiq")


@pytest.mark.parametrize("cloud", ["azure", "gcp"])
def test_a_broker_that_is_there_does_not_count_as_a_server_to_come(cloud: str) -> None:
    answers = {"language": ["go"], "cloud": cloud, "hosting": "kubernetes"}
    there, new = (
        decide(Answers.model_validate({**answers, "existing": existing})) for existing in (["rabbitmq"], [])
    )
    assert (there.stack and there.stack.broker, new.stack and new.stack.broker != "rabbitmq") == (
        "rabbitmq",
        True,
    )


def test_ruby_keeps_a_rabbitmq_that_is_there_rather_than_pay_for_redis_and_sidekiq_pro() -> None:
    answers = {"language": ["ruby"], "cloud": "on_prem", "loss": "no_loss"}
    there = decide(Answers.model_validate({**answers, "existing": ["rabbitmq"]})).stack
    both = decide(Answers.model_validate({**answers, "existing": ["rabbitmq", "redis"]})).stack
    assert (str(there), str(both)) == ("rabbitmq+consumer", "redis+sidekiq")


def test_a_wish_is_contradicted_with_the_reason() -> None:
    decision = decide(plain(hosting="windows_server", existing=["redis"], constraints=["user_asks_for_rq"]))
    assert decision.verdict == "warn"
    assert str(decision.stack) == "redis+dramatiq"
    assert any(
        "RQ is asked for" in reason.message and "Windows" in reason.message
        for reason in decision.contradictions
    )


def test_what_is_said_of_the_stack_stands_before_what_is_said_of_a_wish() -> None:
    own = Warning_("visibility_timeout", "should", "Set it.", "https://example.org")
    wish = Warning_("visibility_timeout", "must", "SQS is not recommended: no.", "https://example.org", "SQS")
    assert merge([own, wish]) == (own,)
    assert merge([own, wish], refused=True) == (wish,)


def test_a_broker_that_is_there_is_judged_with_the_worker_that_is_there() -> None:
    answers = plain(cloud="aws", existing=["sqs", "celery"], constraints=["worker_remote_control_required"])
    (reason,) = decide(answers).contradictions
    assert reason.message.startswith("Amazon SQS is there, but: Celery on Amazon SQS has no remote control")


def test_a_limit_is_named_rather_than_a_preference_where_no_stack_of_the_part_survives() -> None:
    decision = decide(plain(ordering="global", loss="no_loss", cloud="on_prem", existing=["redis"]))
    (reason,) = decision.contradictions
    assert reason.message.startswith("Redis or Valkey is there, but: everything must keep its order")


def test_a_broker_without_any_library_for_the_language_is_ruled_out_as_such() -> None:
    reasons = {each.what: each.reason for each in decide(plain(language=["java"])).rejected}
    assert reasons["redis"] == "No worker library on Redis or Valkey speaks Java."


def test_a_granted_wish_is_no_contradiction() -> None:
    decision = decide(plain(existing=["redis"], constraints=["user_asks_for_huey"], loss="may_lose_some"))
    assert str(decision.stack) == "redis+huey"
    assert decision.contradictions == ()


def test_a_refusal_names_limits_and_the_class_of_tool() -> None:
    decision = decide(plain(workflow="durable"))
    assert decision.verdict == "refuse"
    assert decision.winner is None
    assert decision.alternatives == ()
    assert decision.refusal is not None
    assert {reason.id for reason in decision.refusal.reasons} >= {
        "workflow_engine_needed",
        "outside_catalogue",
    }
    assert "Temporal" in decision.refusal.outside


def test_a_refusal_tells_what_rules_out_the_part_that_is_nearest() -> None:
    """Cloud Tasks breaks two limits, none of which alone decides; one of them must be told all the same."""
    answers = plain(cloud="gcp", hosting="serverless", task_max_s=3000, delay_max_s=4_000_000)
    refusal = decide(answers).refusal
    assert refusal is not None
    assert any("Cloud Tasks may run 30 min at most" in reason.message for reason in refusal.reasons)


def test_the_paid_edition_is_told_how_it_keeps_the_running_job() -> None:
    choice = StackChoice(broker="redis", worker="sidekiq", variant="pro")
    decision = decide(Answers(language=("ruby",), loss="no_loss"), pinned=choice)
    (warning,) = [each for each in decision.warnings if each.id == "job_loss_on_crash"]
    assert "super_fetch" in warning.message
    assert "Free Sidekiq" not in warning.message


def test_flips_change_the_winner() -> None:
    answers = plain(existing=["redis"])
    decision = decide(answers)
    assert decision.flips
    for flip in decision.flips:
        value = list(flip.to) if isinstance(flip.to, tuple) else flip.to
        other = decide(Answers.model_validate({**answers.answered(), flip.answer: value}), flips=False)
        assert str(other.stack) == str(flip.stack)
        assert str(other.stack) != str(decision.stack)


def test_a_number_flips_at_the_nearest_threshold() -> None:
    decision = decide(plain(cloud="gcp", hosting="serverless", task_max_s=60))
    flip = next(flip for flip in decision.flips if flip.answer == "task_max_s")
    assert flip.to == 3600, "the first round number above 30 minutes"
    assert flip.stack is None


def test_a_pinned_stack_is_final_and_contradicted() -> None:
    decision = decide(plain(loss="no_loss"), pinned=StackChoice(broker="redis", worker="huey"))
    assert str(decision.stack) == "redis+huey"
    assert decision.verdict == "warn"
    assert "job_loss_on_crash" in {warning.id for warning in decision.warnings if warning.severity == "must"}
    assert any(reason.id == "pinned" for reason in decision.contradictions)


def test_a_pinned_variant_is_kept() -> None:
    decision = decide(plain(), pinned=StackChoice(broker="rabbitmq", worker="celery", variant="classic"))
    assert decision.stack is not None
    assert decision.stack.variant == "classic"


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"broker": "kafka", "worker": "rq"}, "rq cannot run on kafka"),
        ({"broker": "nats", "worker": "rq"}, "there is no broker nats"),
        ({"broker": "redis", "worker": "resque"}, "there is no worker resque"),
        ({"broker": "kafka", "worker": "celery"}, "does harm"),
        ({"broker": "redis", "worker": "rq", "variant": "quorum"}, "no variant quorum"),
    ],
)
def test_an_impossible_or_harmful_pinned_stack_is_an_error(choice: dict[str, str], message: str) -> None:
    with pytest.raises(StackError, match=message) as caught:
        decide(plain(), pinned=StackChoice(**choice))
    assert all(problem.hint for problem in caught.value.problems)


def test_the_limits_that_answers_break_of_a_stack_are_named() -> None:
    choice = StackChoice(broker="redis", worker="rq", variant="list")
    assert broken_limits(plain(), choice) == ()
    (limit,) = broken_limits(plain(payload_kb=4000), choice)
    assert limit.id == "payload-congests"
    assert "3.9 MiB" in limit.message


@pytest.mark.parametrize(
    ("excluded", "reason"),
    [
        (["redis", "rq"], "The answers rule out Redis or Valkey."),
        (["celery", "kafka"], "The answers rule out Celery."),
        (["redis+dramatiq"], "The answers rule out Dramatiq on Redis or Valkey."),
    ],
)
def test_what_is_ruled_out_has_its_name(excluded: list[str], reason: str) -> None:
    assert reason in {rejection.reason for rejection in decide(plain(excluded=excluded)).rejected}


@pytest.mark.parametrize("worker", ["celery", "rq", "dramatiq"])
def test_global_order_without_loss_is_beyond_a_library_on_redis(worker: str) -> None:
    """A killed worker's task comes back behind those that followed it."""
    choice = StackChoice(broker="redis", worker=worker)
    (limit,) = broken_limits(plain(ordering="global", loss="no_loss"), choice)
    assert limit.id == "global-order-lost-with-a-worker"
    assert broken_limits(plain(ordering="global", loss="may_lose_some"), choice) == ()
    decision = decide(plain(ordering="global", loss="may_lose_some"), pinned=choice)
    assert "no_ordering" in {warning.id for warning in decision.warnings if warning.severity == "must"}


def test_global_order_is_within_reach_of_one_consumer_on_rabbitmq() -> None:
    choice = StackChoice(broker="rabbitmq", worker="consumer")
    assert broken_limits(plain(ordering="global", loss="strict"), choice) == ()


def test_warnings_on_what_a_broker_lacks_speak_of_the_stack_alone() -> None:
    """Of order, priorities, replies, copies and replay; another broker's limits are no concern of who does not use it."""
    spoken = {"no_priorities", "no_ordering", "no_fanout", "no_replay", "delay_limit"}
    names = {"redis": "Redis", "rabbitmq": "RabbitMQ", "sqs": "SQS", "azure_service_bus": "Service Bus",
             "cloud_tasks": "Cloud Tasks", "kafka": "Kafka"}  # fmt: skip
    chance = random.Random(3)
    for answers in (*own_scenarios(), *(random_answers(chance) for _ in range(300))):
        decision = decide(Answers.model_validate(answers), flips=False)
        if decision.stack is None:
            continue
        others = [name for broker, name in names.items() if broker != decision.stack.broker]
        own = [w for w in decision.warnings if w.id in spoken and "not recommended" not in w.message]
        assert [(w.id, w.message) for w in own if any(name in w.message for name in others)] == []


def test_harm_may_be_accepted_by_its_id() -> None:
    decision = decide(plain(), pinned=StackChoice(broker="kafka", worker="celery"), accept=("kafka-celery",))
    assert str(decision.stack) == "kafka+celery"
    assert "experimental_transport" in {warning.id for warning in decision.warnings}


def test_none_stands_for_no_library() -> None:
    assert (
        str(decide(plain(cloud="aws"), pinned=StackChoice(broker="sqs", worker="none")).stack)
        == "sqs+consumer"
    )
    assert (
        str(decide(plain(cloud="gcp"), pinned=StackChoice(broker="cloud_tasks", worker="none")).stack)
        == "cloud_tasks+http"
    )


def test_an_unknown_constraint_is_named() -> None:
    with pytest.raises(SpecError, match="'fast_please' is not known"):
        decide(plain(constraints=["fast_please"]))


def test_spellings_are_made_one() -> None:
    assert str(decide(plain(language=["TypeScript"], existing=["Valkey"])).stack) == "redis+bullmq"


def test_one_decision_with_flips_costs_little() -> None:
    """Processor time of the dearest of our scenarios; measured at 60 ms."""
    answers = [Answers.model_validate(scenario) for scenario in own_scenarios()[::8]]
    decide(answers[0])
    spent = []
    for item in answers:
        before = time.process_time()
        decide(item)
        spent.append(time.process_time() - before)
    assert max(spent) < 0.3


def test_the_contract_is_plain_json() -> None:
    body = decision_to_json(decide(plain(existing=["redis"])))
    assert list(body)[:3] == ["version", "verdict", "stack"]
    assert body["version"] == 1
    assert set(body["stack"]) == {"broker", "worker", "variant"}
    assert body["refusal"] is None
    assert {"id", "severity", "message", "source"} == set(body["warnings"][0])
    assert {"answer", "from", "to", "stack"} == set(body["flips"][0])
    refused = decision_to_json(decide(plain(workflow="durable")))
    assert refused["stack"] is None
    assert set(refused["refusal"]) == {"reasons", "outside"}
