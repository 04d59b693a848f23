"""Rules over options, quickly: what a rule says of the facts is worked out once, what it says of answers is remembered.

A set of options is an int, one bit an option.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from queuewright import catalog
from queuewright.advisor.answers import Known
from queuewright.advisor.conditions import Compiled, compile_condition
from queuewright.advisor.decision import Reason
from queuewright.advisor.options import Option, options_of
from queuewright.advisor.policy import Policy
from queuewright.advisor.predicates import PREDICATES
from queuewright.advisor.wording import PLACEHOLDER, fill, part_name, sentence
from queuewright.catalog import Catalog, CatalogError, Rule

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
            raise CatalogError(f"rule {rule.id}: {option.stack} has no fact {rule.source_of} to be its source")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one set of answers."""

    alive: int
    scores: tuple[float, ...]
    """By bit; of what is not alive without meaning."""
    refused: bool
    winner: Option | None
    """Best of what is alive; None where nothing is, or where a rule refuses."""


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
        self.rules = rules
        self._reading: dict[str, list[CompiledRule]] = {}
        for item in rules:
            for key in item.reads:
                self._reading.setdefault(key, []).append(item)
        self._tie_order = tuple(
            (MATURITY_RANK[option.pairing.maturity], not option.is_default, -option.bit)
            for option in self.options
        )

    def masks(self, known: Known) -> dict[CompiledRule, int]:
        """The options that each rule applies to."""
        return {item: item.holds(known) for item in self.rules}

    def masks_near(
        self, masks: Mapping[CompiledRule, int], known: Known, key: str
    ) -> dict[CompiledRule, int]:
        """Those of answers that differ from the ones of `masks` in this key alone."""
        return {**masks, **{item: item.holds(known) for item in self._reading.get(key, ())}}

    def judge(self, known: Known, masks: Mapping[CompiledRule, int] | None = None) -> Verdict:
        """`masks` where they are at hand."""
        masks = self.masks(known) if masks is None else masks
        alive = self.everything
        for item in self.eliminations:
            alive &= ~masks[item]
        scores = [0.0] * len(self.options)
        for item in self.preferences:
            hit = masks[item] & alive
            if not hit:
                continue
            points = item.signed_points
            while hit:
                low = hit & -hit
                scores[low.bit_length() - 1] += points
                hit ^= low
        refused = any(masks[item] for item in self.refusals)
        winner = None if refused else self._best(alive, scores)
        return Verdict(alive, tuple(scores), refused, winner)

    def _best(self, alive: int, scores: list[float]) -> Option | None:
        return max(
            self.members(alive), key=lambda option: self.rank(option, scores[option.bit]), default=None
        )

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

    def thresholds(self, key: str) -> list[float]:
        """Every number at which a rule changes its mind about this answer."""
        numbers: set[float] = set()
        for item in self.rules:
            for condition in item.rule.when:
                if condition.predicate is not None:
                    numbers.update(PREDICATES[condition.predicate].thresholds.get(key, ()))
                elif condition.answer == key and condition.fact is not None:
                    numbers.update(
                        float(option.facts[condition.fact].value)
                        for option in self.options
                        if condition.fact in option.facts
                    )
                elif condition.answer == key and isinstance(condition.value, (int, float)):
                    numbers.add(float(condition.value))
        return sorted(numbers)


@lru_cache(maxsize=8)
def engine(policy: Policy | None = None) -> Engine:
    """The engine of the catalog, with the rules of a policy; built once."""
    return Engine(catalog.load(), policy.rules if policy else ())
