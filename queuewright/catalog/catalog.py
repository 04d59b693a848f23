"""The Catalog: everything that is known, looked up by id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from queuewright.catalog import build
from queuewright.catalog.build import CatalogError
from queuewright.catalog.entries import entries
from queuewright.catalog.read import DATA, read
from queuewright.catalog.records import (
    AnswerKey,
    Choice,
    Entry,
    Fact,
    Pairing,
    Part,
    Pitfall,
    Preset,
    Rule,
    Setting,
    Topic,
)
from queuewright.catalog.search import Index

__all__ = ["Catalog", "CatalogError", "load"]


@dataclass(frozen=True)
class Catalog:
    """All records, by id. Mappings keep the order of the files, which is alphabetical."""

    brokers: Mapping[str, Part]
    workers: Mapping[str, Part]
    pairings: Mapping[str, Pairing]
    """By BROKER-WORKER."""
    rules: Mapping[str, Rule]
    topics: Mapping[str, Topic]
    pitfalls: Mapping[str, Pitfall]
    answers: Mapping[str, AnswerKey]
    constraints: Mapping[str, Choice]
    settings: Mapping[str, Setting]
    presets: Mapping[str, Preset]
    sizing: Mapping[str, Any]
    """The assumptions of sizing.yaml, as they stand there."""
    workloads: Mapping[str, Mapping[str, Any]]
    """Kind of work to `title`, `name` and `typical` answers, from workloads.yaml."""

    def part(self, id_: str) -> Part:
        """A broker or worker; KeyError where there is none."""
        return self.brokers.get(id_) or self.workers[id_]

    def pairing(self, broker: str, worker: str) -> Pairing | None:
        return self.pairings.get(f"{broker}-{worker}")

    def lookup(self, owner: str, key: str, variant: str | None = None) -> Fact | None:
        """The fact of a part or pairing. A pairing falls back to its broker's variant, its worker, its broker."""
        return next((facts[key] for facts in self._chain(owner, variant) if key in facts), None)

    def facts_of(self, owner: str, variant: str | None = None) -> Mapping[str, Fact]:
        """All facts that hold for a part or pairing, overridden as `lookup` does."""
        merged: dict[str, Fact] = {}
        for facts in reversed(list(self._chain(owner, variant))):
            merged.update(facts)
        return MappingProxyType(merged)

    def fact(self, path: str, variant: str | None = None) -> Any:
        """The value of `OWNER.KEY`: `redis.max_message_kb`, `redis-celery.visibility_timeout_default_s`.

        KeyError where there is no such fact.
        """
        owner, _, key = path.rpartition(".")
        found = self.lookup(owner, key, variant)
        if found is None:
            raise KeyError(f"there is no fact {path}" + (f" for the variant {variant}" if variant else ""))
        return found.value

    def _chain(self, owner: str, variant: str | None) -> Iterator[Mapping[str, Fact]]:
        pairing = self.pairings.get(owner)
        if pairing is not None:
            chosen = pairing.variants.get(variant or pairing.default_variant or "")
            broker = self.brokers[pairing.broker]
            if chosen is not None:
                yield chosen.facts
            yield pairing.facts
            yield self.workers[pairing.worker].facts
            used = broker.variants.get(chosen.uses) if chosen is not None and chosen.uses else None
            if used is not None:
                yield used.facts
            yield broker.facts
            return
        part = self.brokers.get(owner) or self.workers.get(owner)
        if part is None:
            raise KeyError(f"there is no broker, worker or pairing {owner}")
        if variant is not None and variant in part.variants:
            yield part.variants[variant].facts
        yield part.facts

    def all_facts(self) -> Iterator[tuple[str, Fact]]:
        """Every fact with its path, `OWNER.KEY` or `OWNER@VARIANT.KEY`."""
        owners: list[Part | Pairing] = [
            *self.brokers.values(),
            *self.workers.values(),
            *self.pairings.values(),
        ]
        for owner in owners:
            for key, fact in owner.facts.items():
                yield f"{owner.id}.{key}", fact
            for variant in owner.variants.values():
                for key, fact in variant.facts.items():
                    yield f"{owner.id}@{variant.id}.{key}", fact

    @cached_property
    def _index(self) -> Index:
        return Index(entries(self))

    @cached_property
    def _entries(self) -> Mapping[str, tuple[Entry, ...]]:
        found: dict[str, list[Entry]] = {}
        for entry in entries(self):
            found.setdefault(entry.id, []).append(entry)
            found.setdefault(entry.full_id, []).append(entry)
        return {key: tuple(value) for key, value in found.items()}

    def entry(self, id_: str) -> Entry:
        """By `kind.name`, or by the name alone where only one kind has it. KeyError lists what is meant otherwise."""
        found = self._entries.get(id_, ())
        if len(found) != 1:
            options = ", ".join(entry.full_id for entry in found) or "nothing has this id"
            raise KeyError(f"{id_}: {options}")
        return found[0]

    def find(self, text: str, limit: int = 10) -> tuple[Entry, ...]:
        """Entries that speak of these words, best first: a symptom (`memory grows`), a part, an option."""
        return self._index.find(text, limit)

    def speaks_of(self, word: str) -> bool:
        """Whether the word stands anywhere in the catalog as it is written."""
        return self._index.has(word)


def assemble(raw: Mapping[str, Any]) -> Catalog:
    """A Catalog of what `read` gave; CatalogError names the file that is wrong."""

    def folder(name: str) -> Iterator[tuple[str, Any]]:
        return ((file, value) for file, value in raw.items() if file.startswith(f"{name}/"))

    def unique(kind: str, records: Iterator[Any], key: str = "id") -> Mapping[str, Any]:
        built: dict[str, Any] = {}
        for record in records:
            id_ = getattr(record, key)
            if id_ in built:
                raise CatalogError(f"{kind} {id_} is defined twice")
            built[id_] = record
        return MappingProxyType(built)

    answers = raw.get("answers", {})
    topics, settings, presets = raw.get("topics", {}), raw.get("settings", {}), raw.get("presets", {})
    return Catalog(
        brokers=unique("broker", (build.part("broker", file, value) for file, value in folder("brokers"))),
        workers=unique("worker", (build.part("worker", file, value) for file, value in folder("workers"))),
        pairings=unique(
            "pairing", (item for file, value in folder("pairings") for item in build.pairings(file, value))
        ),
        rules=unique("rule", (item for file, value in folder("rules") for item in build.rules(file, value))),
        topics=unique("topic", build.topics("topics", topics)),
        pitfalls=unique(
            "pitfall", (item for file, value in folder("pitfalls") for item in build.pitfalls(file, value))
        ),
        answers=unique("answer", build.answer_keys(answers), "key"),
        constraints=unique(
            "constraint", (build.choice(item) for item in answers.get("constraints", ())), "value"
        ),
        settings=unique("setting", build.settings("settings", settings)),
        presets=unique("preset", build.presets(presets)),
        sizing=MappingProxyType(raw.get("sizing", {})),
        workloads=MappingProxyType(raw.get("workloads", {}).get("workloads", {})),
    )


@lru_cache(maxsize=4)
def load(data: Path = DATA) -> Catalog:
    """The catalog; read once a process."""
    return assemble(read(data))
