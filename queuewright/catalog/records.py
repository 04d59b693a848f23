"""The catalog's records. All are frozen; a Catalog is safe to share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

PartKind = Literal["broker", "worker"]
Maturity = Literal["supported", "conditional", "experimental", "harmful", "impossible"]
Effect = Literal["eliminate", "prefer", "avoid", "warn", "refuse"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A value with its unit, the page it comes from, and the day (ISO) it was checked."""

    value: Any
    unit: str | None
    source: str
    checked: str
    note: str | None = None


Facts = Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Variant:
    """A named way to run a part or a pairing, whose facts override those of what it belongs to."""

    id: str
    summary: str
    facts: Facts
    uses: str | None = None
    """In a pairing: the variant of its broker that this one uses."""


@dataclass(frozen=True, slots=True)
class Part:
    """A broker or a worker."""

    id: str
    kind: PartKind
    name: str
    summary: str
    source: str
    checked: str
    facts: Facts
    variants: Mapping[str, Variant]


@dataclass(frozen=True, slots=True)
class Pairing:
    """A worker on a broker, or why there is no such thing."""

    broker: str
    worker: str
    maturity: Maturity
    summary: str
    """What to know; for `harmful` and `impossible`: why, and what to use instead."""
    source: str
    checked: str
    facts: Facts
    variants: Mapping[str, Variant]
    default_variant: str | None
    rendered: bool = False
    """Whether there is a templates/pairing/BROKER-WORKER."""
    proof: str | None = None
    """The e2e test that proves it; needed to be called supported where it is rendered."""

    @property
    def id(self) -> str:
        return f"{self.broker}-{self.worker}"

    @property
    def possible(self) -> bool:
        return self.maturity != "impossible"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison of a rule: `answer op value`, `answer op fact`, `fact op value`, or a named predicate."""

    op: str
    answer: str | None = None
    fact: str | None = None
    value: Any = None
    predicate: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """When all conditions hold for a candidate, its effect applies with the reason."""

    id: str
    effect: Effect
    reason: str
    """`{answer:KEY}`, `{fact:KEY}`, `{broker}`, `{worker}` and `{variant}` are filled in."""
    when: tuple[Condition, ...] = ()
    target: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """`broker`, `worker`, `variant`, `stack` (BROKER+WORKER): any of the values; all keys must match."""
    source: str | None = None
    """None: the source of the first fact that the rule compares or speaks of."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where each broker, worker or BROKER+WORKER has a page of its own."""
    source_of: str | None = None
    """`broker` or `worker`: its own page; else the fact whose page it is."""
    points: float = 0.0
    topic: str | None = None
    severity: Literal["must", "should"] = "should"
    scope: Literal["winner", "any", "refusal"] = "winner"
    """Of a warning: shown for the winner that it matches, whenever the answers match, or only where nothing won."""
    outside: str | None = None
    """The class of tool outside the catalog that would do it."""
    checked: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """What a warning or a reason for a refusal is about."""

    id: str
    title: str
    meaning: str
    source: str
    checked: str


@dataclass(frozen=True, slots=True)
class Pitfall:
    """A known trap: what one sees, why, and what to do."""

    id: str
    symptom: str
    cause: str
    fix: str
    why: str
    """One sentence for a comment beside the option that avoids it."""
    source: str
    checked: str
    parts: tuple[str, ...] = ()
    """Brokers, workers or pairings it concerns; taken from the id's prefix where not given."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value an answer may take, with the words that a person reads."""

    value: Any
    label: str
    help: str = ""
    languages: tuple[str, ...] = ()
    """Where it means something; empty: in all of them."""
    wish: Mapping[str, str] = field(default_factory=dict)
    """Of a constraint that asks for a part: `broker`, `worker`, `variant`."""


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """A key of `answers`: how to ask for it, and what is taken where it is not answered."""

    key: str
    type: Literal["choice", "choices", "number", "integer", "bool", "words"]
    unit: str | None
    default: Any
    """Documented default."""
    question: str
    help: str
    choices: tuple[Choice, ...] = ()
    examples: tuple[Any, ...] = ()
    """Of a number: values on both sides of what usually decides."""
    minimum: float | None = None
    why_default: str = ""
    need: str = ""
    """What to call it in a checklist of needs, where most people have only a few; empty: always a question of its own."""

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(choice.value for choice in self.choices)


@dataclass(frozen=True, slots=True)
class Setting:
    """What may be overridden under `settings` in a spec."""

    id: str
    type: Literal["int", "float", "bool", "str", "duration", "size", "choice"]
    summary: str
    scope: Literal["workload", "project"]
    source: str
    checked: str
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    default: Any = None
    """None: derived from the answers."""
    applies: str | None = None


@dataclass(frozen=True, slots=True)
class Preset:
    """A complete set of answers with the stack that it pins."""

    id: str
    summary: str
    stack: Mapping[str, str]
    answers: Mapping[str, Any]
    settings: Mapping[str, Any]
    title: str = ""
    workload: str = ""
    """Name of its one workload."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Anything that `qw explain` shows, in one shape."""

    id: str
    kind: str
    """pitfall | rule | topic | setting | broker | worker | pairing | fact | preset | answer | constraint"""
    title: str
    symptom: str
    cause: str
    fix: str
    why: str
    source: str
    checked: str
    record: Any
    """The typed record itself."""

    @property
    def full_id(self) -> str:
        return f"{self.kind}.{self.id}"
