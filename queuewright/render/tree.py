"""A rendered project in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    OWNED = "owned"
    """Refreshed by `qw render`, checked by `qw check`."""
    SEEDED = "seeded"
    """Written once, then the user's."""


@dataclass(frozen=True, slots=True)
class File:
    """One rendered file. `path` is relative to the project's root, in POSIX form; `content` has LF line ends."""

    path: str
    content: str
    owner: Owner
    mode: int = 0o644


Tree = Mapping[str, File]
"""Path to file, in path order."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """A tree, and what of it a live broker would refuse to change (identity name to value)."""

    tree: Tree
    identities: Mapping[str, str]
