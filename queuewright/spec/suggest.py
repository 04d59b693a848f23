"""Did you mean: the known words nearest to what was written."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

NEAR = 0.78
"""Similarity (difflib ratio) from which a word counts as a misspelling rather than another word."""


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word that is most like `word`, or None."""
    matches = get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return matches[0] if matches else None


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str | None:
    """A hint for an unknown word; `otherwise` where nothing is near."""
    match = nearest(word, known)
    return f"did you mean `{match}`?" if match else otherwise


def one_of(choices: Iterable[str]) -> str:
    return "one of " + ", ".join(choices)
