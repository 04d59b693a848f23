"""Reasons as a person reads them: placeholders filled in, numbers with units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from queuewright.catalog import Catalog, Fact

PLACEHOLDER = re.compile(r"\{(?:(answer|fact):)?([a-z_]+)\}")


WORDS = {
    "aws": "AWS", "azure": "Azure", "gcp": "Google Cloud", "on_prem": "own servers", "paas": "a platform or a small host",
    "self_hosted_product": "customers' machines", "any": "anything",
    "python": "Python", "ruby": "Ruby", "node": "Node.js", "typescript": "TypeScript", "javascript": "JavaScript",
    "redis": "Redis", "rabbitmq": "RabbitMQ", "kafka": "Kafka", "sqs": "SQS", "azure_service_bus": "Service Bus", "cloud_tasks": "Cloud Tasks",
    "celery": "Celery", "rq": "RQ", "dramatiq": "Dramatiq", "huey": "Huey", "taskiq": "TaskIQ", "sidekiq": "Sidekiq", "bullmq": "BullMQ",
    "go": "Go", "java": "Java", "dotnet": ".NET", "php": "PHP", "rust": "Rust", "elixir": "Elixir",
}  # fmt: skip
UNCAPITALISED = ("arq ", "allkeys-lru ")
"""Names that keep their small letter at the start of a sentence."""
STARTS = frozenset(
    [
        "A",
        "An",
        "The",
        "What",
        "Where",
        "Who",
        "No",
        "Not",
        "Only",
        "Other",
        "Order",
        "On",
        "In",
        "Of",
        "Each",
        "Everything",
        "Nothing",
        "Messages",
        "Tasks",
        "Steps",
        "Devices",
        "Workers",
        "Receive",
        "Scale",
        "Fifty",
        "Millions",
        "Ten",
        "Above",
        "From",
        "This",
        "One",
        "Little",
        "Open",
        "Free",
        "With",
        "So",
        "Idle",
    ]
)
"""First words of reasons that are no names."""


def sentence(text: str) -> str:
    return text if text.startswith(UNCAPITALISED) else text[:1].upper() + text[1:]


def clause(text: str) -> str:
    """A sentence as it stands after a colon: small, but for a name."""
    return text[0].lower() + text[1:] if text.split(" ", 1)[0] in STARTS else text


def about(name: str, text: str) -> str:
    """A sentence as a clause after the name of what it speaks of, which is not said again."""
    rest = text.removeprefix(f"{name} ")
    return f"it {rest}" if rest != text and not rest.startswith(("on ", "(")) else clause(text)


def duration(seconds: float) -> str:
    """1800 is `30 min`, 5400 is `1.5 h`."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= size:
            number = f"{seconds / size:.1f}".removesuffix(".0")
            return f"{number} {'day' if (unit, number) == ('days', '1') else unit}"
    return f"{seconds * 1000:g} ms" if 0 < seconds < 1 else f"{seconds:g} s"


def size(kib: float) -> str:
    """1024 is `1 MiB`."""
    for factor, unit in ((1024 * 1024, "GiB"), (1024, "MiB")):
        if kib >= factor:
            return f"{kib / factor:.1f}".removesuffix(".0") + f" {unit}"
    return f"{kib:g} KiB"


def value_text(value: Any, key: str, unit: str | None = None) -> str:
    """A value in the unit of its key or fact."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(WORDS.get(str(item), str(item).replace("_", " ")) for item in value) or "none"
    if isinstance(value, (int, float)):
        if unit == "s" or (unit is None and key.endswith("_s") and not key.endswith("_per_s")):
            return duration(value)
        if unit == "KiB" or (unit is None and key.endswith("_kb")):
            return size(value)
        number = f"{value:,.0f}" if value >= 1000 else f"{value:g}"
        per_second = "/s" if unit is None and key.endswith("_per_s") else ""
        return f"{number}{f' {unit}' if unit and unit[0] not in '01' else ''}{per_second}"
    return WORDS.get(str(value), str(value).replace("_", " "))


def fill(text: str, answers: Mapping[str, Any], facts: Mapping[str, Fact], names: Mapping[str, str]) -> str:
    """`{answer:KEY}`, `{fact:KEY}` and `{broker}`, `{worker}`, `{variant}`. KeyError where a name is missing."""

    def one(match: re.Match[str]) -> str:
        kind, key = match.groups()
        if kind == "answer":
            return value_text(answers[key], key)
        if kind == "fact":
            return value_text(facts[key].value, key, facts[key].unit)
        return names[key]

    return PLACEHOLDER.sub(one, text)


def stack_name(catalog: Catalog, broker: str, worker: str) -> str:
    """A stack as prose names it: the worker on the broker."""
    return f"{part_name(catalog, worker)} on {part_name(catalog, broker)}"


def part_name(catalog: Catalog, id_: str) -> str:
    """The name of a broker or worker as prose has it in the middle of a sentence."""
    name = catalog.part(id_).name
    return name[0].lower() + name[1:] if name.startswith(("A ", "An ")) else name
