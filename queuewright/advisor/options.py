"""What can be recommended: every variant of every pairing that exists, with the facts that hold for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from queuewright.advisor.decision import StackId
from queuewright.catalog import Catalog, Fact, Pairing

LIBRARY_FREE = ("consumer", "http")
"""Worker kinds that are no library; scenarios and people call both `none`."""


@dataclass(frozen=True, slots=True)
class Option:
    """One variant of one pairing. `bit` is its place in the bit masks of the engine."""

    bit: int
    stack: StackId
    pairing: Pairing
    facts: Mapping[str, Fact]
    is_default: bool

    def matches(self, target: Mapping[str, Sequence[str]]) -> bool:
        """Every key of the target names this option; `not_KEY` the others."""
        return all(
            (self._part(key.removeprefix("not_")) in values) is not key.startswith("not_")
            for key, values in target.items()
        )

    def _part(self, key: str) -> str:
        return str(self.stack) if key == "stack" else str(getattr(self.stack, key))

    @property
    def names(self) -> tuple[str, str, str]:
        """As a rule's pages may be filed under, the narrowest first."""
        return str(self.stack), self.stack.worker, self.stack.broker

    @property
    def rendered(self) -> bool:
        return self.pairing.rendered and self.is_default


def _options(catalog: Catalog) -> Iterator[Option]:
    pairings = [pairing for pairing in catalog.pairings.values() if pairing.possible]
    bit = 0
    for pairing in sorted(pairings, key=lambda pairing: pairing.id):
        names = sorted(pairing.variants, key=lambda name: (name != pairing.default_variant, name))
        for name in names:
            facts = dict(catalog.facts_of(pairing.id, name))
            stack = StackId(pairing.broker, pairing.worker, name)
            yield Option(bit, stack, pairing, facts, name == pairing.default_variant)
            bit += 1


def options_of(catalog: Catalog) -> tuple[Option, ...]:
    """All options, ordered by pairing, the default variant of each first."""
    return tuple(_options(catalog))
