"""One stack for several workloads: it survives in all, and scores weigh by peak load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from queuewright.advisor.answers import Known
from queuewright.advisor.engine import Engine, Weighed
from queuewright.advisor.options import Option


@dataclass(frozen=True, slots=True)
class Judged:
    """A workload with its answers, those of them that were assumed, and what the rules say."""

    name: str
    known: Known
    assumed: Known
    verdict: Weighed

    @property
    def weight(self) -> float:
        return weight(self.known)


def weight(known: Known) -> float:
    return float(known["rate_peak_per_s"])


def best(rules: Engine, judged: Sequence[Judged]) -> Option | None:
    """Survives in all, with the highest score by peak load; None where nothing does."""
    alive = rules.everything
    for part in judged:
        alive &= 0 if part.verdict.refused else part.verdict.alive
    return rules.best(alive, weighed(judged))


def weighed(judged: Sequence[Judged]) -> list[float]:
    total = sum(part.weight for part in judged)
    shares = [part.weight / total if total else 1 / len(judged) for part in judged]
    return [
        sum(share * score for share, score in zip(shares, scores, strict=True))
        for scores in zip(*(part.verdict.scores for part in judged), strict=True)
    ]
