"""The catalog as it ships: complete, consistent, and every statement with a source."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from queuewright import catalog
from queuewright.advisor import predicates
from queuewright.advisor.wording import PLACEHOLDER
from queuewright.report.subjects import SUBJECT_OF

C = catalog.load()
ROOT = Path(catalog.__file__).parents[2]


def test_all_brokers_and_workers_are_there() -> None:
    assert set(C.brokers) == {"redis", "rabbitmq", "sqs", "azure_service_bus", "cloud_tasks", "kafka"}
    assert set(C.workers) == {
        "celery", "rq", "dramatiq", "huey", "taskiq", "arq", "sidekiq", "bullmq", "consumer", "http",
    }  # fmt: skip


def test_every_library_has_a_word_on_every_broker() -> None:
    missing = [
        f"{broker}-{worker}"
        for worker in set(C.workers) - {"consumer", "http"}
        for broker in C.brokers
        if f"{broker}-{worker}" not in C.pairings
    ]
    assert missing == []


@pytest.mark.parametrize("pairing", C.pairings.values(), ids=lambda pairing: pairing.id)
def test_a_pairing_is_of_known_parts_and_says_something(pairing: catalog.Pairing) -> None:
    assert pairing.broker in C.brokers
    assert pairing.worker in C.workers
    assert pairing.summary
    assert pairing.possible == bool(pairing.variants)
    used = {variant.uses for variant in pairing.variants.values() if variant.uses}
    assert used <= set(C.brokers[pairing.broker].variants)


def test_rendered_pairings_are_those_with_templates() -> None:
    folders = {
        path.name for path in (ROOT / "templates" / "pairing").iterdir() if (path / "component.yaml").exists()
    }
    assert {pairing.id for pairing in C.pairings.values() if pairing.rendered} == folders


def test_every_fact_has_an_open_source_and_a_date() -> None:
    for path, fact in C.all_facts():
        assert fact.source.startswith("https://"), path
        assert date.fromisoformat(fact.checked), path


def test_every_rule_topic_is_known_and_its_source_can_be_found() -> None:
    for rule in C.rules.values():
        assert rule.topic is None or rule.topic in C.topics, rule.id
        assert rule.topic or rule.effect in ("prefer", "avoid"), rule.id
        of_a_fact = "{fact:" in rule.reason or any(condition.fact for condition in rule.when)
        assert rule.source or rule.sources or rule.source_of or of_a_fact, rule.id
        assert (rule.points > 0) == (rule.effect in ("prefer", "avoid")), rule.id


def test_every_topic_is_spoken_of_by_a_rule() -> None:
    assert set(C.topics) - {rule.topic for rule in C.rules.values()} == set()


def test_every_fact_is_used() -> None:
    """Decided on by a rule, written by a template, or set beside another's under a subject of `qw compare`."""
    used = set(SUBJECT_OF)
    for rule in C.rules.values():
        used |= {condition.fact for condition in rule.when if condition.fact}
        used |= {key for kind, key in PLACEHOLDER.findall(rule.reason) if kind == "fact"}
    source = Path(predicates.__file__).read_text("utf-8")
    used |= set(re.findall(r'value\(option, "([a-z_]+)"\)', source))
    for file in (ROOT / "templates").rglob("*"):
        if file.is_file():
            named = re.findall(r"""fact\(["']([\w.-]+)["']""", file.read_text("utf-8", errors="ignore"))
            used |= {path.rpartition(".")[2] for path in named}
    assert {path.rpartition(".")[2] for path, _ in C.all_facts()} - used == set()


def test_every_constraint_means_something() -> None:
    """In a rule, as a wish, or in a predicate."""
    source = Path(predicates.__file__).read_text("utf-8")
    spoken = {
        condition.value
        for rule in C.rules.values()
        for condition in rule.when
        if condition.answer == "constraints"
    }
    harmless = {"no_wsl", "redis_licence_forbidden_valkey_available"}
    silent = [
        word
        for word, constraint in C.constraints.items()
        if word not in spoken and not constraint.wish and word not in source
    ]
    assert set(silent) == harmless


def test_facts_are_looked_up_from_the_variant_down_to_the_broker() -> None:
    assert C.fact("redis.max_message_kb") == 524288
    assert C.fact("redis-celery.max_message_kb") == 524288
    assert C.fact("redis-celery.visibility_timeout_default_s") == 3600
    assert C.fact("sqs-consumer.fifo", "fifo") is True
    assert C.fact("sqs-consumer.fifo") is False
    assert C.fact("rabbitmq-celery.eta_in_memory", "quorum") is False
    assert C.fact("rabbitmq-celery.eta_in_memory", "classic") is True
    with pytest.raises(KeyError, match=r"there is no fact redis\.wishes"):
        C.fact("redis.wishes")


def test_entries_are_found_by_id_and_by_kind() -> None:
    assert C.entry("topic.visibility_timeout").record is C.topics["visibility_timeout"]
    with pytest.raises(KeyError, match=r"topic\.visibility_timeout, setting\.visibility_timeout"):
        C.entry("visibility_timeout")
    assert C.entry("rule.payload-over-limit").record is C.rules["payload-over-limit"]
    assert C.entry("broker.redis").title == "Redis or Valkey"
    assert C.entry("redis.max_message_kb").kind == "fact"
    with pytest.raises(KeyError, match="nothing has this id"):
        C.entry("no-such-thing")


@pytest.mark.parametrize("words", ["redelivered", "crash lost", "eviction", "timeout"])
def test_entries_are_found_by_what_one_sees(words: str) -> None:
    found = C.find(words)
    assert found
    assert found == C.find(words)
    stem = words.split()[0][:8]
    assert any(stem in f"{entry.id} {entry.title} {entry.symptom} {entry.cause}".lower() for entry in found)


def test_a_question_speaks_the_words_that_stand_on_the_screen() -> None:
    """Labels are shown, values are not: a help that names a value helps nobody."""
    for key in catalog.load().answers.values():
        named = set(re.findall(r"`([^`]+)`", f"{key.question} {key.help}"))
        assert not named & {str(value) for value in key.values}, key.key
        assert len(key.help.split()) <= 25, key.key
        assert not key.need or len(key.need.split()) > 1, key.key
