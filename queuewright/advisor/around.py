"""What the rules say of answers that differ in a key or two, without asking again the rules that do not read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from queuewright.advisor.answers import Known
from queuewright.advisor.engine import CompiledRule, Engine, Weighed, add


class Around:
    """Built once for a set of answers (by their masks) and the keys that change."""

    def __init__(self, rules: Engine, masks: Mapping[CompiledRule, int], keys: Iterable[str]) -> None:
        reading, others = rules.parted(frozenset(keys))
        self._reading = reading
        alive = rules.everything
        for item in others.eliminations:
            alive &= ~masks[item]
        scores = [0.0] * len(rules.options)
        for item in others.preferences:
            add(scores, masks[item] & alive, item.signed_points)
        self._fixed = Weighed(alive, scores, any(masks[item] for item in others.refusals))

    def weigh(self, known: Known) -> Weighed:
        """As `Engine.weigh` does; `known` differs in the changing keys alone."""
        alive, scores = self._fixed.alive, self._fixed.scores.copy()
        for item in self._reading.eliminations:
            alive &= ~item.holds(known)
        for item in self._reading.preferences:
            add(scores, item.holds(known) & alive, item.signed_points)
        refused = self._fixed.refused or any(item.holds(known) for item in self._reading.refusals)
        return Weighed(alive, scores, refused)
