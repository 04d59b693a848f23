"""The words that answers are made of, from the model's types and the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin

from queuewright import catalog
from queuewright.spec.model import Answers

LANGUAGE_ALIASES: Mapping[str, str] = {
    "javascript": "node",
    "typescript": "node",
    "js": "node",
    "ts": "node",
    "nodejs": "node",
    "node.js": "node",
    "py": "python",
    "python3": "python",
    "rb": "ruby",
}


@cache
def choices(key: str) -> tuple[str, ...]:
    """The values of a closed answer, () for any other."""
    return tuple(_literal(Answers.model_fields[key].annotation))


def _literal(annotation: Any) -> Iterable[str]:
    if get_origin(annotation) is Literal:
        return [str(value) for value in get_args(annotation)]
    return [value for part in get_args(annotation) for value in _literal(part)]


@cache
def value_type(key: str) -> type:
    """bool, int, float, str or tuple."""
    annotation = Answers.model_fields[key].annotation
    for part in get_args(annotation) or (annotation,):
        if get_origin(part) is tuple:
            return tuple
        if part in (bool, int, float):
            return part  # type: ignore[no-any-return]
    return str


def constraints() -> tuple[str, ...]:
    return tuple(str(value) for value in catalog.load().constraints)


def languages() -> tuple[str, ...]:
    return tuple(str(value) for value in catalog.load().answers["language"].values)


def brokers() -> tuple[str, ...]:
    return tuple(catalog.load().brokers)


def workers() -> tuple[str, ...]:
    return tuple(catalog.load().workers)


def parts() -> tuple[str, ...]:
    """Ids of all brokers and workers."""
    return (*brokers(), *workers())
