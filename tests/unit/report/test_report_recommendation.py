from __future__ import annotations

from dataclasses import replace

import pytest
from report_samples import RECOMMENDED, REFUSED, SPLIT

from queuewright.advisor.decision import Decision, Flip, Reason, Rejection, Warning_
from queuewright.report import markdown, plain, recommendation


def test_text_reads_from_the_stack_to_what_would_change_it() -> None:
    assert (
        plain.render(recommendation.document(RECOMMENDED))
        == """\
RabbitMQ + Celery

Variant quorum: Quorum queues and a topic exchange; delays are kept by the broker.

Why:

- +6 Quorum queues survive a node.
  https://example.org/quorum
- -1.5 A cluster is work: | pipes *and* stars.
  https://example.org/ops

Against what you asked:

- arq is in maintenance only.
  https://example.org/arq

What must be true:

- idempotency: A task may run twice.
  https://example.org/idem

What to watch:

- ops_burden: Someone must watch it.
  https://example.org/watch

What else survived:

Stack                     Points (winner 12.5)  Costs most                 Rendered
Redis or Valkey + Celery                     9  Loses a second of writes.  advised only

What was ruled out:

- kafka: Nothing is replayed.
  https://example.org/kafka
- redis+rq, redis+huey: The message of 2 MB is above 1 MB.
  https://example.org/rq

What would change this:

- loss no_loss -> may_lose_some: Redis or Valkey + Celery
- task_max 1m -> 25h: no stack at all

Assumed, because not answered:

latency: seconds, task_max: 1m, existing: none
"""
    )


def test_why_shows_what_is_otherwise_summed_up() -> None:
    shown = plain.render(recommendation.document(RECOMMENDED, why=True))
    assert "- -2 Loses a second of writes." in shown
    assert "- redis+huey: The message of 2 MB is above 1 MB." in shown


def test_what_one_limit_rules_out_is_one_line_and_where_the_work_runs_comes_last() -> None:
    page = "https://example.org/p"
    rejected = (
        Rejection("arq", "language-not-spoken", "arq is for Python.", page),
        Rejection("rq", "no-process", "RQ polls.", page),
        Rejection("huey", "no-process", "Huey polls.", page),
    )
    shown = plain.render(recommendation.document(replace(RECOMMENDED, rejected=rejected)))
    assert shown.index("- rq: RQ polls. Likewise huey.") < shown.index("- arq: arq is for Python.")


def test_what_speaks_against_a_wish_is_said_once_and_not_as_a_condition_of_the_stack() -> None:
    wish = Warning_("maintenance", "must", "arq is not recommended: it is old.", "https://example.org/a", "arq")
    more = Warning_("no_x", "must", "arq is not recommended: it has no x.", "https://example.org/x", "arq")
    asked = Reason("contradiction", "arq is asked for, but: it is old.", "https://example.org/a")
    decision = replace(RECOMMENDED, warnings=(wish, more), contradictions=(asked,))
    shown = plain.render(recommendation.document(decision))
    assert "What must be true" not in shown
    assert shown.count("it is old") == 1
    assert shown.count("it has no x") == 1


def test_a_flip_of_several_workloads_says_whose_answer_it_is() -> None:
    flips = tuple(Flip("task_max_s", 60, 3600, None, name) for name in ("mail", "web", "a", "b", "c", "d"))
    shown = plain.render(recommendation.document(replace(RECOMMENDED, flips=flips)))
    assert "- mail or web or a or b or 2 others: task_max 1m -> 1h: no stack at all" in shown


@pytest.mark.parametrize(
    ("decision", "parts"),
    [
        (
            REFUSED,
            ["No stack can do this", "Steps of days", "What would do it: a workflow engine such as Temporal"],
        ),
        (
            SPLIT,
            [
                "Two stacks",
                "Redis or Valkey + Celery for mail, web",
                "Apache Kafka + a plain consumer for events",
            ],
        ),
    ],
    ids=["refused", "split"],
)
def test_there_may_be_no_one_stack(decision: Decision, parts: list[str]) -> None:
    shown = plain.render(recommendation.document(decision))
    assert [part for part in parts if part not in shown] == []


def test_markdown_links_sources_and_keeps_text_text() -> None:
    shown = markdown.render(recommendation.document(RECOMMENDED))
    assert "# RabbitMQ + Celery\n" in shown
    assert "<https://example.org/quorum>" in shown
    assert r"A cluster is work: \| pipes \*and\* stars." in shown


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("task_max_s", 90, "90s"),
        ("rate_peak_per_s", 0.05, "3/m"),
        ("fanout", 2.0, "2"),
        ("cron", True, "yes"),
        ("constraints", ("offline", "portable"), "offline and portable"),
        ("existing", [], "none"),
        ("replay", None, "none"),
        ("loss", "strict", "strict"),
    ],
)
def test_answers_are_shown_as_they_are_written(key: str, value: object, expected: str) -> None:
    assert recommendation.written(key, value) == expected
