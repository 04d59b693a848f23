"""A platform team's policy: rules of its own, in the form of the catalog's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from queuewright.catalog import CatalogError, Rule
from queuewright.catalog.build import Sources, rule
from queuewright.errors import Problem, SpecError

KEYS = {"version", "name", "source", "checked", "sources", "allowed", "forbidden", "settings", "rules"}


@dataclass(frozen=True, eq=False)
class Policy:
    """Compared by identity, so that an engine can be kept for it."""

    name: str
    rules: tuple[Rule, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings that every spec under the policy must have: id to value."""


def load(path: Path) -> Policy:
    """A policy file; SpecError says what is wrong in it.

    ```yaml
    name: platform team
    source: https://wiki.example.com/queues     # default source of its rules
    allowed: {brokers: [rabbitmq, redis], workers: [celery]}
    forbidden: {brokers: [kafka], stacks: [redis+celery]}
    settings: {max_retries: 3}
    rules: [{id: house-celery, effect: prefer, points: 10, target: {worker: celery}, reason: We know it.}]
    ```
    """
    import yaml

    try:
        raw = yaml.safe_load(path.read_text("utf-8")) or {}
    except (OSError, UnicodeDecodeError) as error:
        raise SpecError(Problem(f"the policy cannot be read: {error}", file=str(path))) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        raise SpecError(
            Problem(f"the policy is no YAML: {getattr(error, 'problem', error)}", file=str(path), line=line)
        ) from error
    if not isinstance(raw, Mapping):
        raise SpecError(Problem("a policy is a mapping", file=str(path)))
    unknown = sorted(set(raw) - KEYS)
    if unknown:
        raise SpecError(
            Problem(
                f"unknown key {', '.join(unknown)}",
                file=str(path),
                hint=f"known are {', '.join(sorted(KEYS))}",
            )
        )
    try:
        return _build(path, raw)
    except (CatalogError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise SpecError(Problem(f"the policy is wrong: {error}", file=str(path))) from error


def _build(path: Path, raw: Mapping[str, Any]) -> Policy:
    name = str(raw.get("name", path.stem))
    source = str(raw.get("source", path.resolve().as_uri()))
    sources = Sources(
        str(path),
        {"sources": {"policy": source, **(raw.get("sources") or {})}, "checked": raw.get("checked")},
    )
    rules = [
        _parts_rule(name, source, verb, kind.removesuffix("s"), tuple(map(str, parts)))
        for verb in ("allowed", "forbidden")
        for kind, parts in (raw.get(verb) or {}).items()
    ]
    for item in raw.get("rules") or ():
        built = rule(str(path), {**item, "source": None}, sources)
        own = item.get("source")
        rules.append(_with_source(built, source if own is None else sources.url(built.id, own)))
    effects = {"eliminate", "prefer", "avoid", "warn", "refuse"}
    wrong = [item.id for item in rules if item.effect not in effects]
    if wrong:
        raise CatalogError(f"{', '.join(wrong)}: effect is one of {', '.join(sorted(effects))}")
    return Policy(name, tuple(rules), dict(raw.get("settings") or {}))


def _parts_rule(name: str, source: str, verb: str, kind: str, parts: tuple[str, ...]) -> Rule:
    """`allowed` is an elimination of all others; the others are found by the engine through `not_KIND`."""
    if kind not in ("broker", "worker", "stack"):
        raise CatalogError(f"{verb}: {kind}s is not one of brokers, workers, stacks")
    target_key = kind if verb == "forbidden" else f"not_{kind}"
    sentence = (
        "forbids {broker} with {worker}"
        if verb == "forbidden"
        else f"allows only {', '.join(parts)} as {kind}"
    )
    return Rule(
        id=f"policy-{verb}-{kind}s",
        effect="eliminate",
        reason=f"The policy of {name} {sentence}.",
        target={target_key: parts},
        source=source,
        topic="broker_not_allowed",
    )


def _with_source(item: Rule, source: str) -> Rule:
    return Rule(
        id=item.id, effect=item.effect, reason=item.reason, when=item.when, target=item.target, source=source,
        points=item.points, topic=item.topic, severity=item.severity, scope=item.scope, outside=item.outside,
        checked=item.checked,
    )  # fmt: skip
