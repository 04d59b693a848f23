"""What the rules say of answers that differ in a key or two, without asking again the rules that do not read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from queuewright.advisor.answers import Known
from queuewright.advisor.engine import CompiledRule, Engine, Weighed


class Around:
    """Built once for a set of answers (by their masks) and the keys that change."""

    def __init__(self, rules: Engine, masks: Mapping[CompiledRule, int], keys: Iterable[str]) -> None:
        self._reading, others = rules.parted(frozenset(keys))
        self._fixed = others.weigh(masks.__getitem__, rules.unweighed)

    def weigh(self, known: Known) -> Weighed:
        """What all rules say; `known` differs in the changing keys alone."""
        return self._reading.weigh(lambda item: item.holds(known), self._fixed)
