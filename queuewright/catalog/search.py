"""Finds entries by what a person sees: `worker hangs`, `task runs twice`, `PRECONDITION_FAILED`."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache

from queuewright.catalog.records import Entry

FIELDS = (("id", 3.0), ("title", 1.5), ("symptom", 3.0), ("cause", 1.5), ("fix", 1.0), ("why", 1.0))
"""What a word weighs where it stands. A pitfall's title is its symptom, which counts once."""
KINDS = {"pitfall": 1.5, "topic": 1.1, "fact": 0.4, "rule": 0.6, "answer": 0.5, "constraint": 0.4}
"""Who searches in words has a symptom; what the catalog is made of comes behind that."""
ALIKE = 0.6
"""A word that means the same counts this much of the word itself."""
SPELLING = 0.84
"""Similarity from which a word that stands nowhere is taken for one that does."""
SAYS_NOTHING = (
    "a all although an and are as at be been but by can cannot do does doesn for from get gets has have how i if in "
    "into is it its me my no not of on only or our so some t that the their them then there they this to too up was "
    "we what when where which who why will with without you your"
)
SAME = (
    "gone lost lose loses vanish disappear missing dropped discarded swallowed",
    "twice duplicate repeated double",
    "redelivered redelivery delivered",
    "hang stuck freeze frozen blocked wedged idle",
    "killed sigkill oom crash crashed crashes died dies evicted exit exits",
    "memory ram oom heap leak",
    "grow grows fill fills full increase leak",
    "slow late delayed latency minutes wait",
    "ignored effect nothing inverted useless",
    "refuse refused rejected denied declined precondition",
    "deploy deployment rollout release restart",
    "stop shutdown sigterm terminate",
    "eta countdown delay delayed scheduled",
    "periodic cron beat schedule",
    "job task message",
    "loop endless infinite ever",
    "dlq dead letter letters",
    "flower inspect monitoring events",
    "scale autoscaler autoscaling keda hpa replicas",
    "cost bill price expensive",
    "model load loaded reloaded",
    "gpu cuda",
    "rce pickle code",
)


class Index:
    """All entries with the words they are made of; built once a process."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple({entry.full_id: entry for entry in entries}.values())
        self._weights = tuple(_weights(entry) for entry in self._entries)
        counts = Counter(word for weights in self._weights for word in weights)
        self._rarity = {word: math.log(1 + len(self._entries) / count) for word, count in counts.items()}

    def find(self, text: str, limit: int) -> tuple[Entry, ...]:
        """The best first; none where no word of the text stands anywhere."""
        words = [each for word in self._asked(text) if (each := self._known(word))]
        scored = (
            (self._score(weights, words) * KINDS.get(entry.kind, 0.9), entry)
            for entry, weights in self._pairs()
        )
        best = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: (-pair[0], pair[1].full_id))
        return tuple(entry for _, entry in best[:limit])

    def has(self, word: str) -> bool:
        return _stem(word.lower()) in self._rarity

    def _asked(self, text: str) -> list[str]:
        """The words of a question without those that say nothing; `WorkerLostError` is three where it is not known."""
        words: dict[str, None] = {}
        for token in re.findall(r"[A-Za-z0-9]+", text):
            parts = [token] if self.has(token) else _parts(token)
            words.update(dict.fromkeys(part.lower() for part in parts))
        return [_stem(word) for word in words if word not in _silent() and len(word) > 1]

    def _pairs(self) -> Iterator[tuple[Entry, Mapping[str, float]]]:
        return zip(self._entries, self._weights, strict=True)

    def _known(self, word: str) -> str | None:
        if word in self._rarity or not _alike(word).isdisjoint(self._rarity):
            return word
        near = get_close_matches(word, self._rarity, 1, SPELLING) if len(word) > 4 else []
        return near[0] if near else None

    def _score(self, weights: Mapping[str, float], words: Sequence[str]) -> float:
        """The words' weights by their rarity, times the share of what was asked for that was found."""
        total = found = points = 0.0
        for word in words:
            rarity = self._rarity.get(word) or max(
                self._rarity[each] for each in _alike(word) & self._rarity.keys()
            )
            total += rarity
            alike = max((weights[each] for each in _alike(word) if each in weights), default=0.0)
            weight = max(weights.get(word, 0.0), ALIKE * alike)
            if weight:
                points += rarity * weight
                found += rarity if word in weights else ALIKE * rarity
        return points * (found / total) ** 1.5 if total else 0.0


def _weights(entry: Entry) -> dict[str, float]:
    """Each word of an entry with the weight of the best fields it stands in; long texts weigh a little less."""
    weights: dict[str, float] = {}
    for field, weight in FIELDS:
        text = str(getattr(entry, field))
        if field == "title" and text == entry.symptom:
            continue
        words = set(_words(text))
        for word in words:
            weights[word] = weights.get(word, 0.0) + weight / (1 + len(words) / 40)
    return weights


@cache
def _silent() -> frozenset[str]:
    return frozenset(SAYS_NOTHING.split())


def _words(text: str) -> Iterator[str]:
    """Stems; `PreconditionFailed` is also two words."""
    for token in re.findall(r"[A-Za-z0-9]+", text):
        yield _stem(token.lower())
        parts = _parts(token)
        if len(parts) > 1:
            yield from (_stem(part.lower()) for part in parts)


def _parts(token: str) -> list[str]:
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", token)


@cache
def _stem(word: str) -> str:
    """Without the commonest endings of English: `grows`, `growing` and `grow` are one."""
    for ending in ("ations", "ation", "ings", "ing", "ied", "ies", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


@cache
def _alike(word: str) -> frozenset[str]:
    groups = ({_stem(each) for each in group.split()} for group in SAME)
    return frozenset(each for group in groups if word in group for each in group) - {word}
