"""A sentence is backed by a page on what it speaks of, never by that of a sister."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from advice_samples import C, random_answers

from queuewright.advisor import decide, decision_to_json
from queuewright.spec.model import Answers

SCENARIOS = Path(__file__).parents[2] / "scenarios"
RANDOM_SETS = 600

PAGES = (
    ("backends-and-brokers/redis", "celery redis"),
    ("backends-and-brokers/rabbitmq", "celery rabbitmq"),
    ("backends-and-brokers/sqs", "celery sqs"),
    ("backends-and-brokers/kafka", "celery kafka"),
    ("celeryq.dev|github.com/celery/", "celery"),
    ("rabbitmq.com/docs/compare/kafka", "rabbitmq kafka"),
    ("rabbitmq.com|github.com/rabbitmq/|amazon-mq", "rabbitmq"),
    ("dramatiq_sqs", "dramatiq sqs"),
    ("dramatiq-azure", "dramatiq azure_service_bus"),
    ("dramatiq-kafka", "dramatiq kafka"),
    ("dramatiq", "dramatiq"),
    ("python-rq.org|github.com/rq/", "rq"),
    ("huey", "huey"),
    ("taskiq-redis", "taskiq redis"),
    ("taskiq-aio-pika", "taskiq rabbitmq"),
    ("taskiq-aio-sqs", "taskiq sqs"),
    ("taskiq-service-bus", "taskiq azure_service_bus"),
    ("taskiq-aio-kafka", "taskiq kafka"),
    ("taskiq", "taskiq"),
    ("arq-docs|python-arq|pypi.org/project/arq", "arq"),
    ("sidekiq", "sidekiq"),
    ("integrate/bullmq|upstash.com/docs/redis/integrations/bullmq", "bullmq redis"),
    ("bullmq|bull-board|kaireonai", "bullmq"),
    ("redis.io|valkey|[Ee]lasti[Cc]ache|memorydb|azure/redis|memorystore|upstash.com", "redis"),
    ("AWSSimpleQueueService|aws.amazon.com/sqs|lambda/latest/dg/with-sqs", "sqs"),
    ("/msk", "kafka"),
    ("compare-messaging-services", ""),  # Microsoft's list of what Azure manages
    ("service-bus|servicebus", "azure_service_bus"),
    ("cloud.google.com/tasks|triggering/using-tasks", "cloud_tasks http"),
    ("kafka.apache.org|github.com/apache/kafka|docs.confluent.io|confluentinc", "kafka"),
)
"""Where a page's address says what it is about; a page that is not here is about queues in general."""

WORDS = {
    "redis": r"Redis|Valkey",
    "rabbitmq": r"RabbitMQ|AMQP|[Qq]uorum queue",
    "sqs": r"SQS|FIFO",
    "azure_service_bus": "Service Bus",
    "cloud_tasks": "Cloud Tasks",
    "kafka": "Kafka",
    "celery": "Celery",
    "rq": r"\bRQ\b",
    "dramatiq": "Dramatiq",
    "huey": "Huey",
    "taskiq": "TaskIQ",
    "arq": r"\barq\b",
    "sidekiq": "Sidekiq",
    "bullmq": "BullMQ",
    "http": "HTTP handler",
    "consumer": "[Pp]lain consumer",
}
"""How a sentence names a part."""


def about(page: str) -> set[str]:
    return next((set(parts.split()) for where, parts in PAGES if re.search(where, page)), set())


def strays(sentence: str, page: str, stack: tuple[str, ...]) -> bool:
    """Whether the page is on a part that the sentence does not speak of. One that names none speaks of the stack.

    What is said of a broker is not proved by a library's page, unless it is said of the library too.
    """
    parts = about(page)
    libraries = (parts & set(C.workers)) - {"http"}
    spoken = {part for part, words in WORDS.items() if re.search(words, sentence)} or set(stack)
    return bool(parts) and not spoken & (libraries or parts)


def sentences(body: dict[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every sentence with a source, and the stack that it stands beside."""
    stack = (body["stack"]["broker"], body["stack"]["worker"]) if body["stack"] else ()
    refused = body["refusal"]["reasons"] if body["refusal"] else []
    for each in (*body["reasons"], *body["warnings"], *body["contradictions"], *refused):
        yield each["message"], each["source"], stack
    for each in body["rejected"]:
        yield each["reason"], each["source"], ()
    for other in body["alternatives"]:
        for each in other["reasons"]:
            yield each["message"], each["source"], (other["broker"], other["worker"])


def many_answers() -> Iterator[dict[str, Any]]:
    files = sorted(SCENARIOS.glob("own*.yaml"))
    if os.environ.get("QW_SHARED"):
        files.append(Path(os.environ["QW_SHARED"]) / "scenarios" / "public.yaml")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in files:
        yield from (
            scenario["answers"] for scenario in yaml.load(file.read_text("utf-8"), loader)["scenarios"]
        )
    chance = random.Random(7)
    yield from (random_answers(chance) for _ in range(RANDOM_SETS))


def test_no_sentence_cites_the_page_of_another_part() -> None:
    found = set()
    for answers in many_answers():
        body = decision_to_json(decide(Answers.model_validate(answers), flips=False))
        found |= {(text, page) for text, page, stack in sentences(body) if strays(text, page, stack)}
    assert sorted(found) == []


@pytest.mark.parametrize(
    ("sentence", "page", "stray"),
    [
        ("RQ keeps a task.", "https://dramatiq.io/guide.html", True),
        ("Redis or Valkey is a server.", "https://docs.celeryq.dev/en/stable/faq.html", True),
        ("Redis or Valkey is a server.", "https://redis.io/docs/latest/", False),
        ("Celery on Redis waits.", "https://docs.celeryq.dev/en/stable/faq.html", False),
        ("A waiting task cannot be cancelled.", "https://docs.bullmq.io/", True),
        ("A waiting task cannot be cancelled.", "https://12factor.net/", False),
    ],
)
def test_a_stray_source_is_seen(sentence: str, page: str, stray: bool) -> None:
    assert strays(sentence, page, ("redis", "rq")) is stray
