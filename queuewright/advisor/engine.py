"""Rules over options, quickly: what a rule says of the facts is worked out once, what it says of answers is remembered.

A set of options is an int, one bit an option.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from queuewright import catalog
from queuewright.advisor.answers import Known
from queuewright.advisor.conditions import Compiled, compile_condition
from queuewright.advisor.decision import Reason
from queuewright.advisor.options import Option, options_of
from queuewright.advisor.policy import Policy
from queuewright.advisor.wording import PLACEHOLDER, fill, part_name, sentence
from queuewright.catalog import Catalog, CatalogError, Rule
from queuewright.errors import Problem, SpecError

MATURITY_RANK = {"supported": 0, "conditional": 1, "experimental": 2, "harmful": 3}


class CompiledRule:
    """One rule; `holds` gives the options it applies to."""

    __slots__ = ("_cache", "answer_tests", "mask", "mixed_tests", "reads", "rule", "signed_points")

    def __init__(self, rule: Rule, options: tuple[Option, ...], answer_keys: frozenset[str]) -> None:
        try:
            conditions: list[Compiled] = [compile_condition(item, answer_keys) for item in rule.when]
        except CatalogError as error:
            raise CatalogError(f"rule {rule.id}: {error}") from error
        self.rule = rule
        self.signed_points = -rule.points if rule.effect == "avoid" else rule.points
        self.reads = tuple(sorted({key for condition in conditions for key in condition.reads}))
        self.answer_tests = tuple(item.of_answers for item in conditions if item.of_answers)
        fact_tests = [item.of_option for item in conditions if item.of_option]
        mixed = [item.of_both for item in conditions if item.of_both]
        fitting = [
            option
            for option in options
            if option.matches(rule.target) and all(test(option) for test in fact_tests)
        ]
        if not any(condition.predicate for condition in rule.when):
            _check_words(rule, fitting)
            _check_pages(rule, fitting)
        self.mask = sum(1 << option.bit for option in fitting)
        self.mixed_tests = [(option, tuple(mixed)) for option in fitting] if mixed else []
        self._cache: dict[tuple[Any, ...], int] = {}

    def holds(self, known: Known) -> int:
        key = tuple([known[name] for name in self.reads])
        found = self._cache.get(key)
        if found is None:
            if len(self._cache) > 512:
                self._cache.clear()
            found = self._cache[key] = self._evaluate(known)
        return found

    def _evaluate(self, known: Known) -> int:
        for test in self.answer_tests:
            if not test(known):
                return 0
        if not self.mixed_tests:
            return self.mask
        mask = 0
        for option, tests in self.mixed_tests:
            for mixed in tests:
                if not mixed(known, option):
                    break
            else:
                mask |= 1 << option.bit
        return mask


def _check_words(rule: Rule, fitting: Iterable[Option]) -> None:
    """Every fact that the reason speaks of must be there for whatever the rule may be said of."""
    compared = {condition.fact for condition in rule.when}
    spoken = {key for kind, key in PLACEHOLDER.findall(rule.reason) if kind == "fact"} - compared
    mute = sorted(
        {f"{key} of {option.stack}" for option in fitting for key in spoken if key not in option.facts}
    )
    if mute and rule.scope == "winner":
        raise CatalogError(f"rule {rule.id}: its reason names {', '.join(mute)}, which is no fact")


def _check_pages(rule: Rule, fitting: Iterable[Option]) -> None:
    """A rule that has a page for each part has one for whatever it may be said of."""
    for option in fitting:
        if rule.sources and not any(name in rule.sources for name in option.names):
            raise CatalogError(f"rule {rule.id}: it has no source for {option.stack}")
        if rule.source_of not in (None, "broker", "worker", *option.facts):
            raise CatalogError(
                f"rule {rule.id}: {option.stack} has no fact {rule.source_of} to be its source"
            )


@dataclass(frozen=True, slots=True)
class Weighed:
    """What survives one set of answers, and with how many points."""

    alive: int
    scores: list[float]
    """By bit; of what is not alive without meaning."""
    refused: bool


@dataclass(frozen=True, slots=True)
class Verdict(Weighed):
    """What the rules say of one set of answers."""

    winner: Option | None
    """Best of what is alive; None where nothing is, or where a rule refuses."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """The rules that decide on the winner, or some of them."""

    eliminations: list[CompiledRule]
    preferences: list[CompiledRule]
    refusals: list[CompiledRule]

    def weigh(self, applies: Callable[[CompiledRule], int], before: Weighed) -> Weighed:
        """`before`, and what these rules say; `applies` gives the options that a rule applies to."""
        alive, scores = before.alive, before.scores.copy()
        for item in self.eliminations:
            alive &= ~applies(item)
        for item in self.preferences:
            add(scores, applies(item) & alive, item.signed_points)
        return Weighed(alive, scores, before.refused or any(applies(item) for item in self.refusals))


def add(scores: list[float], mask: int, points: float) -> None:
    """The points to every option of the mask."""
    while mask:
        low = mask & -mask
        scores[low.bit_length() - 1] += points
        mask ^= low


class Engine:
    """The catalog's rules and perhaps a policy's, compiled. Holds no state that answers could change but caches."""

    def __init__(self, known: Catalog, policy: Iterable[Rule] = ()) -> None:
        self.catalog = known
        self.options = options_of(known)
        self.everything = (1 << len(self.options)) - 1
        keys = frozenset(known.answers)
        rules = [CompiledRule(rule, self.options, keys) for rule in (*known.rules.values(), *policy)]
        self.eliminations = [item for item in rules if item.rule.effect == "eliminate"]
        self.preferences = [item for item in rules if item.rule.effect in ("prefer", "avoid")]
        self.warnings = [item for item in rules if item.rule.effect == "warn"]
        self.refusals = [item for item in rules if item.rule.effect == "refuse"]
        self.ruling = Ruling(self.eliminations, self.preferences, self.refusals)
        self.unweighed = Weighed(self.everything, [0.0] * len(self.options), False)
        self.rules = rules
        self._limits: dict[str, frozenset[float]] = {}
        self._parted: dict[frozenset[str], tuple[Ruling, Ruling]] = {}
        self._tie_order = tuple(
            (MATURITY_RANK[option.pairing.maturity], not option.is_default, -option.bit)
            for option in self.options
        )

    def masks(self, known: Known) -> dict[CompiledRule, int]:
        """The options that each rule applies to."""
        return {item: item.holds(known) for item in self.rules}

    def judge(self, known: Known) -> Verdict:
        weighed = self.ruling.weigh(self.masks(known).__getitem__, self.unweighed)
        winner = None if weighed.refused else self.best(weighed.alive, weighed.scores)
        return Verdict(weighed.alive, weighed.scores, weighed.refused, winner)

    def parted(self, keys: frozenset[str]) -> tuple[Ruling, Ruling]:
        """The rules that read one of these answers, and those that do not."""
        if keys not in self._parted:
            kinds = (self.eliminations, self.preferences, self.refusals)
            reading = [[item for item in kind if not keys.isdisjoint(item.reads)] for kind in kinds]
            others = [[item for item in kind if keys.isdisjoint(item.reads)] for kind in kinds]
            self._parted[keys] = Ruling(*reading), Ruling(*others)
        return self._parted[keys]

    def best(self, alive: int, scores: Sequence[float]) -> Option | None:
        """As by `rank`, which only those with the most points need."""
        left = list(self.members(alive))
        if not left:
            return None
        most = round(max(scores[option.bit] for option in left), 6)
        tied = [option for option in left if round(scores[option.bit], 6) == most]
        return max(tied, key=lambda option: self.rank(option, most))

    def rank(self, option: Option, score: float) -> tuple[float, int, bool, int]:
        """Higher is better: the score, then maturity, the default variant, the order of the catalog."""
        maturity, not_default, bit = self._tie_order[option.bit]
        return (round(score, 6), -maturity, not not_default, bit)

    def best_known(self, options: Iterable[Option]) -> list[Option]:
        """Most mature first: the one to speak of where a reason holds for several."""
        return sorted(
            options,
            key=lambda option: (MATURITY_RANK[option.pairing.maturity], not option.is_default, option.bit),
        )

    def members(self, mask: int) -> Iterator[Option]:
        return (option for option in self.options if mask >> option.bit & 1)

    def option(self, broker: str, worker: str, variant: str | None = None) -> Option | None:
        """The named variant, or the default one."""
        for option in self.options:
            stack = option.stack
            if (stack.broker, stack.worker) == (broker, worker) and (
                option.is_default if variant is None else stack.variant == variant
            ):
                return option
        return None

    def reason(self, item: CompiledRule, known: Known, option: Option) -> Reason:
        """The rule's sentence for this option, with its source."""
        rule, stack = item.rule, option.stack
        names = {
            "broker": part_name(self.catalog, stack.broker),
            "worker": part_name(self.catalog, stack.worker),
            "variant": stack.variant,
        }
        text = rule.reason if len(option.pairing.variants) > 1 else rule.reason.replace(" ({variant})", "")
        message = sentence(fill(text, known, option.facts, names))
        return Reason(rule.id, message, self.source(rule, option), item.signed_points)

    def source(self, rule: Rule, option: Option) -> str:
        """The rule's own page, that of the part or fact that it names, or of the first fact that it compares or speaks of."""
        if rule.source is not None:
            return rule.source
        if rule.sources:
            return next(rule.sources[name] for name in option.names if name in rule.sources)
        if rule.source_of in ("broker", "worker"):
            return self.catalog.part(getattr(option.stack, rule.source_of)).source
        if rule.source_of is not None:
            return option.facts[rule.source_of].source
        compared = [condition.fact for condition in rule.when if condition.fact is not None]
        spoken = [key for kind, key in PLACEHOLDER.findall(rule.reason) if kind == "fact"]
        known = [key for key in (*compared, *spoken) if key in option.facts]
        return option.facts[known[0]].source if known else option.pairing.source

    def limits(self, key: str) -> frozenset[float]:
        """The documented limits of this answer: every fact that a rule for or against a stack compares it with."""
        if key not in self._limits:
            compared = {
                condition.fact
                for item in (*self.eliminations, *self.preferences)
                for condition in item.rule.when
                if condition.answer == key and condition.fact is not None
            }
            self._limits[key] = frozenset(
                option.facts[fact].value
                for option in self.options
                for fact in compared
                if fact in option.facts
            )
        return self._limits[key]


@lru_cache(maxsize=8)
def engine(policy: Policy | None = None) -> Engine:
    """The engine of the catalog, with the rules of a policy; built once."""
    try:
        return Engine(catalog.load(), policy.rules if policy else ())
    except CatalogError as error:
        if policy is None:
            raise
        hint = (
            "a rule is said of every stack that it fits: narrow its `target`, or ask for the fact in `when`"
        )
        raise SpecError(Problem(str(error), policy.file, hint=hint)) from error
