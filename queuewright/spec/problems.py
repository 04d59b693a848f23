"""Collects every problem of one file, so that all are shown at once."""

from __future__ import annotations

from queuewright.errors import Problem, SpecError
from queuewright.spec.nodes import Node

SHOWN = 200
"""More problems than this in one file help nobody."""


class Problems:
    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Problem] = []

    def add(self, where: Node | None, message: str, hint: str | None = None) -> None:
        line, column = (where.line, where.column) if where else (None, None)
        self.at(line, column, message, hint)

    def at(self, line: int | None, column: int | None, message: str, hint: str | None = None) -> None:
        self.found.append(Problem(message, self.file, line, column, hint))

    def stop_if_any(self) -> None:
        """Raises SpecError with what was found, in the order of the file."""
        if self.found:
            unique = dict.fromkeys(self.found)
            raise SpecError(sorted(unique, key=lambda p: (p.line or 0, p.column or 0))[:SHOWN])
