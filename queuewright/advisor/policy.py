"""A platform team's policy: rules of its own, in the form of the catalog's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from queuewright import catalog
from queuewright.advisor.policyreader import PolicyReader
from queuewright.advisor.wording import part_name, stack_name
from queuewright.catalog import Rule
from queuewright.catalog.build import Sources, rule
from queuewright.spec.compose import compose, is_json
from queuewright.spec.loader import read_text
from queuewright.spec.problems import Problems


@dataclass(frozen=True, eq=False)
class Policy:
    """Compared by identity, so that an engine can be kept for it."""

    name: str
    rules: tuple[Rule, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings that every spec under the policy must have: id to value."""
    file: str | None = None
    source: str = ""
    """Page or file that its reasons point at, unless a rule has its own."""


def load(path: Path) -> Policy:
    """A policy file; SpecError says all that is wrong in it, and where.

    ```yaml
    name: platform team
    source: https://wiki.example.com/queues     # default source of its rules
    allowed: {brokers: [rabbitmq, redis], workers: [celery]}
    forbidden: {brokers: [kafka], stacks: [redis+celery]}
    settings: {max_retries: 3}
    rules: [{id: house-celery, effect: prefer, points: 10, target: {worker: celery}, reason: We know it.}]
    ```
    """
    text = read_text(path).removeprefix("\N{BYTE ORDER MARK}")
    problems = Problems(str(path))
    root = compose(text, problems, empty="for instance `forbidden: {brokers: [kafka]}`")
    problems.stop_if_any()
    assert root is not None
    return _build(path, PolicyReader(problems, json_text=is_json(text)).read(root))


def _build(path: Path, raw: Mapping[str, Any]) -> Policy:
    name = str(raw.get("name") or path.stem)
    source = str(raw.get("source") or path.resolve().as_uri())
    sources = Sources(str(path), {"sources": raw["sources"], "checked": raw.get("checked")})
    rules = [
        _parts_rule(name, source, verb, kind.removesuffix("s"), tuple(parts))
        for verb in ("allowed", "forbidden")
        for kind, parts in raw[verb].items()
    ]
    for item in raw["rules"]:
        built = rule(str(path), item, sources)
        rules.append(built if built.source is not None else replace(built, source=source))
    return Policy(name, tuple(rules), dict(raw["settings"]), str(path), source)


def _parts_rule(name: str, source: str, verb: str, kind: str, parts: tuple[str, ...]) -> Rule:
    """`allowed` is an elimination of all others; the others are found by the engine through `not_KIND`."""
    target_key = kind if verb == "forbidden" else f"not_{kind}"
    known = catalog.load()
    named = [
        stack_name(known, *part.split("+")) if kind == "stack" else part_name(known, part) for part in parts
    ]
    forbidden = {"broker": "{broker}", "worker": "{worker}", "stack": "{worker} on {broker}"}[kind]
    sentence = f"forbids {forbidden}" if verb == "forbidden" else f"allows only {', '.join(named)} as {kind}"
    return Rule(
        id=f"policy-{verb}-{kind}s",
        effect="eliminate",
        reason=f"The policy of {name} {sentence}.",
        target={target_key: parts},
        source=source,
        topic="broker_not_allowed",
    )
