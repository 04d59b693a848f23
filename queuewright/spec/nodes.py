"""YAML as a tree with positions, and nothing constructed from it.

Built from PyYAML's events rather than by `yaml.compose`: depth and alias expansion are bounded here, libyaml composes
recursively in C, and a composed node no longer says whether a key came twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Node:
    line: int
    column: int
    size: int = field(default=1, kw_only=True)
    """Nodes in it, aliases expanded."""


@dataclass(slots=True)
class Scalar(Node):
    text: str
    plain: bool
    """Written without quotes, so that YAML gives it a type."""


@dataclass(slots=True)
class Sequence(Node):
    items: list[Node]


@dataclass(slots=True)
class Mapping(Node):
    entries: list[tuple[Scalar, Node]]

    def keys(self) -> list[str]:
        return [key.text for key, _ in self.entries]

    def get(self, name: str) -> Node | None:
        return next((value for key, value in self.entries if key.text == name), None)

    def key(self, name: str) -> Scalar | None:
        return next((key for key, _ in self.entries if key.text == name), None)

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.entries)
