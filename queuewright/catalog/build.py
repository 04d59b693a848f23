"""From plain data to records. Every mistake in a file is reported with the file and the id it is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from queuewright.catalog.records import (
    AnswerKey,
    Choice,
    Condition,
    Fact,
    Pairing,
    Part,
    PartKind,
    Pitfall,
    Preset,
    Rule,
    Setting,
    Topic,
    Variant,
)

Raw = Mapping[str, Any]


class CatalogError(Exception):
    """A file of the catalog is wrong: a bug of ours, not of the user."""


class Sources:
    """Short names for pages, `sources:` at the top of a file, and the file's default `checked` date."""

    def __init__(self, file: str, raw: Raw) -> None:
        self.file = file
        self._names: Mapping[str, str] = raw.get("sources") or {}
        self.checked = str(raw.get("checked") or "")

    def url(self, where: str, source: str | None) -> str:
        if source is None:
            raise CatalogError(f"{self.file}: {where} has no source")
        expanded = self._names.get(source, source)
        if not expanded.startswith("https://"):
            raise CatalogError(
                f"{self.file}: {where}: the source {source!r} is neither a URL nor named under sources:"
            )
        return expanded


def facts(raw: Raw | None, sources: Sources, where: str) -> dict[str, Fact]:
    built = {}
    for key, fact in (raw or {}).items():
        if not isinstance(fact, Mapping) or "value" not in fact:
            raise CatalogError(f"{sources.file}: {where}.{key} needs value and source")
        built[key] = Fact(
            value=fact["value"],
            unit=fact.get("unit"),
            source=sources.url(f"{where}.{key}", fact.get("source")),
            checked=str(fact.get("checked") or sources.checked),
            note=fact.get("note"),
        )
    return built


def variants(raw: Raw | None, sources: Sources, where: str) -> dict[str, Variant]:
    return {
        key: Variant(
            key,
            value.get("summary", ""),
            facts(value.get("facts"), sources, f"{where}.{key}"),
            value.get("uses"),
        )
        for key, value in (raw or {}).items()
    }


def part(kind: PartKind, file: str, raw: Raw) -> Part:
    sources, where = Sources(file, raw), raw["id"]
    return Part(
        id=where,
        kind=kind,
        name=raw["name"],
        summary=raw["summary"],
        source=sources.url(where, raw.get("source")),
        checked=sources.checked,
        facts=facts(raw.get("facts"), sources, where),
        variants=variants(raw.get("variants"), sources, where),
    )


def pairings(file: str, raw: Raw) -> Iterator[Pairing]:
    sources = Sources(file, raw)
    for item in raw.get("pairings", [raw]):
        where = f"{item['broker']}-{item['worker']}"
        built = variants(item.get("variants"), sources, where)
        default = item.get("default_variant") or next(iter(built), None)
        if default is not None and default not in built:
            raise CatalogError(f"{file}: {where}: there is no variant {default}")
        yield Pairing(
            broker=item["broker"],
            worker=item["worker"],
            maturity=item["maturity"],
            summary=item["summary"],
            source=sources.url(where, item.get("source")),
            checked=str(item.get("checked") or sources.checked),
            facts=facts(item.get("facts"), sources, where),
            variants=built,
            default_variant=default,
            rendered=bool(item.get("rendered", False)),
            proof=item.get("proof"),
        )


def condition(raw: Raw) -> Condition:
    """`{answer|fact, op: value|fact}` in short (`{answer: loss, eq: strict}`), or `{predicate: name}`."""
    if "predicate" in raw:
        return Condition(op="predicate", predicate=raw["predicate"])
    if "op" in raw:
        return Condition(raw["op"], raw.get("answer"), raw.get("fact"), raw.get("value"))
    operators = [key for key in raw if key not in {"answer", "fact"}]
    if len(operators) != 1:
        raise CatalogError(f"a condition needs one operator: {dict(raw)}")
    operator = operators[0]
    value = raw[operator]
    if isinstance(value, Mapping):
        return Condition(operator, raw["answer"], value["fact"])
    return Condition(operator, raw.get("answer"), raw.get("fact"), value)


def rule(file: str, raw: Raw, sources: Sources) -> Rule:
    """One rule, of the catalog or of a policy file."""
    where = raw.get("id", "a rule without id")
    unknown = set(raw) - {
        "id", "effect", "when", "target", "reason", "source", "source_of", "points", "topic", "severity", "scope", "outside", "checked",
    }  # fmt: skip
    if unknown:
        raise CatalogError(f"{file}: {where}: unknown key {', '.join(sorted(unknown))}")
    for needed in ("id", "effect", "reason"):
        if needed not in raw:
            raise CatalogError(f"{file}: {where}: {needed} is missing")
    try:
        conditions = tuple(condition(item) for item in raw.get("when", ()))
    except (CatalogError, KeyError, AttributeError, TypeError) as error:
        raise CatalogError(f"{file}: {where}: {error}") from error
    source = raw.get("source")
    pages = source if isinstance(source, Mapping) else {}
    return Rule(
        id=where,
        effect=raw["effect"],
        reason=" ".join(str(raw["reason"]).split()),
        when=conditions,
        target={
            key: tuple(value) if isinstance(value, list) else (str(value),)
            for key, value in (raw.get("target") or {}).items()
        },
        source=None if source is None or pages else sources.url(where, source),
        sources={part: sources.url(where, page) for part, page in pages.items()},
        source_of=raw.get("source_of"),
        points=float(raw.get("points", 0)),
        topic=raw.get("topic"),
        severity=raw.get("severity", "should"),
        scope=raw.get("scope", "winner"),
        outside=raw.get("outside"),
        checked=str(raw.get("checked") or sources.checked),
    )


def rules(file: str, raw: Raw) -> Iterator[Rule]:
    sources = Sources(file, raw)
    for item in raw.get("rules", ()):
        yield rule(file, item, sources)


def topics(file: str, raw: Raw) -> Iterator[Topic]:
    sources = Sources(file, raw)
    for key, item in raw.get("topics", {}).items():
        yield Topic(
            key, item["title"], item["meaning"], sources.url(key, item.get("source")), sources.checked
        )


def pitfalls(file: str, raw: Raw) -> Iterator[Pitfall]:
    sources = Sources(file, raw)
    for item in raw.get("pitfalls", ()):
        where = item["id"]
        yield Pitfall(
            id=where,
            symptom=item["symptom"],
            cause=item["cause"],
            fix=item["fix"],
            why=item["why"],
            source=sources.url(where, item.get("source")),
            checked=str(item.get("checked") or sources.checked),
            parts=tuple(item.get("parts") or (where.split(".", 1)[0],)),
        )


def choice(raw: Any) -> Choice:
    if not isinstance(raw, Mapping):
        return Choice(raw, str(raw))
    return Choice(
        raw["value"],
        raw.get("label", str(raw["value"])),
        raw.get("help", ""),
        tuple(raw.get("languages", ())),
        raw.get("wish") or {},
    )


def answer_keys(raw: Raw) -> Iterator[AnswerKey]:
    for key, item in raw.get("answers", {}).items():
        yield AnswerKey(
            key=key,
            type=item["type"],
            unit=item.get("unit"),
            default=tuple(item["default"]) if isinstance(item["default"], list) else item["default"],
            question=item["question"],
            help=item.get("help", ""),
            choices=tuple(choice(value) for value in item.get("choices", ())),
            examples=tuple(item.get("examples", ())),
            minimum=item.get("minimum"),
            why_default=item.get("why_default", ""),
            need=item.get("need", ""),
        )


def settings(file: str, raw: Raw) -> Iterator[Setting]:
    sources = Sources(file, raw)
    for key, item in _by_id(raw.get("settings")):
        source = item.get("source")
        yield Setting(
            id=key,
            type=item["type"],
            summary=item.get("summary", ""),
            scope=item["scope"],
            source=source or "",
            checked=str(item.get("checked") or sources.checked),
            unit=item.get("unit"),
            minimum=item.get("minimum"),
            maximum=item.get("maximum"),
            choices=tuple(item.get("choices") or ()),
            pattern=item.get("pattern"),
            default=item.get("default"),
            applies=item.get("applies"),
        )


def presets(raw: Raw) -> Iterator[Preset]:
    for key, item in _by_id(raw.get("presets")):
        yield Preset(
            id=key,
            summary=item.get("summary", ""),
            stack=item.get("stack") or {},
            answers=item.get("answers") or {},
            settings=item.get("settings") or {},
            title=item.get("title", key),
            workload=item.get("workload", key),
            source=item.get("source", ""),
        )


def _by_id(raw: Any) -> Iterator[tuple[str, Raw]]:
    """A mapping by id, or a list of mappings that have one."""
    if isinstance(raw, Mapping):
        yield from raw.items()
    else:
        for item in raw or ():
            yield item["id"], item
