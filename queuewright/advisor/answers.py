"""Answers as the rules read them: every key present, a default where nothing was answered, spellings made one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from queuewright.catalog import Catalog
from queuewright.errors import Problem, SpecError
from queuewright.spec.answers import NOT_ABOVE
from queuewright.spec.model import Answers

Known = Mapping[str, Any]
"""Answer key to value; lists are tuples."""

LANGUAGES = {
    "py": "python", "js": "node", "javascript": "node", "typescript": "node", "ts": "node", "nodejs": "node",
    "golang": "go", "csharp": "dotnet", "c#": "dotnet", ".net": "dotnet", "kotlin": "java", "scala": "java", "jvm": "java",
}  # fmt: skip
PARTS = {
    "valkey": "redis", "service_bus": "azure_service_bus", "servicebus": "azure_service_bus", "aws_sqs": "sqs",
    "google_cloud_tasks": "cloud_tasks", "msk": "kafka", "amazon_mq": "rabbitmq", "amqp": "rabbitmq",
    "memorystore": "redis", "elasticache": "redis", "azure_redis": "redis", "upstash": "redis",
}  # fmt: skip
SPELLINGS = {"language": LANGUAGES, "existing": PARTS, "excluded": PARTS}


def complete(answers: Answers, catalog: Catalog) -> tuple[dict[str, Any], dict[str, Any]]:
    """All answers, and those of them that were assumed. SpecError names unknown words."""
    given = answers.answered()
    _check(given, catalog)
    known: dict[str, Any] = {}
    assumed: dict[str, Any] = {}
    for key, answer in catalog.answers.items():
        if key in given:
            known[key] = normal(key, given[key])
        else:
            known[key] = assumed[key] = _assume(key, answer.default, given)
    return known, assumed


def changed(known: Known, assumed: Known, key: str, value: Any, catalog: Catalog) -> Known:
    """The answers with another value for one key; of a pair, the one that was assumed follows again."""
    given = {**{each: known[each] for each in known if each not in assumed}, key: value}
    follows = {
        each: _assume(each, catalog.answers[each].default, given)
        for pair in NOT_ABOVE
        if key in pair
        for each in pair
        if each != key and each in assumed
    }
    return {**known, key: value, **follows}


def normal(key: str, value: Any) -> Any:
    """Lists as sorted tuples of lower-case words, so that the order of answers cannot matter."""
    if isinstance(value, (list, tuple)):
        spellings = SPELLINGS.get(key, {})
        words = {str(word).strip().lower().replace("-", "_").replace(" ", "_") for word in value}
        return tuple(sorted({spellings.get(word, word) for word in words}))
    return value


def _assume(key: str, default: Any, given: Known) -> Any:
    """Of a pair (average and peak, typical and longest) the missing one follows the one that was given."""
    if key == "rate_peak_per_s" and given.get("rate_avg_per_s") is not None:
        return max(default, 10 * given["rate_avg_per_s"])
    if key == "rate_avg_per_s" and given.get("rate_peak_per_s") is not None:
        return min(default, given["rate_peak_per_s"])
    if key == "task_max_s" and given.get("task_typical_s") is not None:
        return max(default, 3 * given["task_typical_s"])
    if key == "task_typical_s" and given.get("task_max_s") is not None:
        return min(default, given["task_max_s"])
    return default


def _check(given: Known, catalog: Catalog) -> None:
    unknown = [word for word in given.get("constraints", ()) if word not in catalog.constraints]
    if unknown:
        raise SpecError(
            Problem(
                f"constraints: {', '.join(map(repr, unknown))} is not known",
                hint=f"known are {', '.join(catalog.constraints)}",
            )
        )
