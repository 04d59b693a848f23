"""Scalars as what a field expects; what does not fit is noted with its place, and None is returned."""

from __future__ import annotations

from collections.abc import Sequence as Seq
from dataclasses import dataclass

from queuewright.spec.nodes import Mapping, Node, Scalar, Sequence
from queuewright.spec.problems import Problems
from queuewright.spec.quantities import Quantity
from queuewright.spec.scalars import Reading, read_scalar
from queuewright.spec.suggest import did_you_mean, one_of

MAX_TEXT = 1000


@dataclass(frozen=True, slots=True)
class Expect:
    problems: Problems
    json_text: bool = False

    def read(self, node: Scalar) -> Reading:
        return read_scalar(node, json_text=self.json_text)

    def mapping(self, node: Node, what: str) -> Mapping | None:
        """A mapping; nothing at all counts as an empty one."""
        if isinstance(node, Mapping):
            return node
        if isinstance(node, Scalar) and self.read(node).value is None:
            return Mapping(node.line, node.column, [])
        self.problems.add(node, f"{what} must be a mapping of keys to values, not {kind(node)}")
        return None

    def sequence(self, node: Node, what: str) -> list[Node] | None:
        if isinstance(node, Sequence):
            return node.items
        self.problems.add(node, f"{what} must be a list, not {kind(node)}", "start each entry with `- `")
        return None

    def scalar(self, node: Node, what: str) -> Scalar | None:
        """A scalar that holds something."""
        if not isinstance(node, Scalar):
            self.problems.add(node, f"{what} must be one value, not {kind(node)}")
            return None
        if node.plain and self.read(node).value is None:
            self.problems.add(node, f"{what} has no value", "give it one, or remove the line")
            return None
        return node

    def text(self, node: Node, what: str) -> str | None:
        scalar = self.scalar(node, what)
        if scalar is None:
            return None
        reading = self.read(scalar)
        if reading.trap or not isinstance(reading.value, str):
            reads = (
                reading.trap.reads if reading.trap else f"is read as a {_type(reading.value)}, not as a text"
            )
            self.problems.add(
                node, f"{what}: `{shown(scalar.text)}` {reads}", f'quote it: "{shown(scalar.text)}"'
            )
            return None
        if len(scalar.text) > MAX_TEXT or not scalar.text.isprintable():
            self.problems.add(node, f"{what} must be one line of at most {MAX_TEXT} printable characters")
            return None
        return scalar.text

    def choice(self, node: Node, what: str, choices: Seq[str], otherwise: str | None = None) -> str | None:
        """One of `choices`; a number that is written like a choice (`team: 1`) is taken for it."""
        scalar = self.scalar(node, what)
        if scalar is None or scalar.text in choices:
            return scalar.text if scalar else None
        reading = self.read(scalar)
        reads = f", which {reading.trap.reads}" if reading.trap else ""
        hint = did_you_mean(
            scalar.text.strip().lower().replace("-", "_").replace(" ", "_"), choices, otherwise
        )
        self.problems.add(node, f"{what} takes {one_of(choices)}, not `{shown(scalar.text)}`{reads}", hint)
        return None

    def boolean(self, node: Node, what: str) -> bool | None:
        scalar = self.scalar(node, what)
        if scalar is None:
            return None
        value = self.read(scalar).value
        if isinstance(value, bool):
            return value
        self.problems.add(node, f"{what} takes true or false, not `{shown(scalar.text)}`")
        return None

    def number(
        self, node: Node, what: str, unit: str = "", *, whole: bool = False, hint: str | None = None
    ) -> float | None:
        """A plain number. `unit` names what it counts, `hint` the other way to write it."""
        scalar = self.scalar(node, what)
        if scalar is None:
            return None
        reading = self.read(scalar)
        wanted = f"a{' whole' if whole else ''} number{f' of {unit}' if unit else ''}"
        if reading.trap:
            fix = f"write {reading.trap.number}" if isinstance(reading.value, bool) else reading.trap.number
            fix = "write a number" if isinstance(reading.value, bool) else fix
            self.problems.add(
                node, f"{what} takes {wanted}; `{shown(scalar.text)}` {reading.trap.reads}", fix
            )
            return None
        value = reading.value
        if isinstance(value, bool) or not isinstance(value, int | float) or (whole and value != int(value)):
            quoted = "" if scalar.plain else '"'
            self.problems.add(node, f"{what} takes {wanted}, not {quoted}{shown(scalar.text)}{quoted}", hint)
            return None
        return int(value) if whole else value

    def quantity(
        self, node: Node, what: str, quantity: Quantity, *, bare_unit: str | None = None
    ) -> float | None:
        """A text with a unit; a plain number only where `bare_unit` says what it counts (or it is 0)."""
        scalar = self.scalar(node, what)
        if scalar is None:
            return None
        reading = self.read(scalar)
        if reading.trap:
            fix = reading.trap.number if "60" in reading.trap.reads else quantity.hint
            self.problems.add(node, f"{what}: `{shown(scalar.text)}` {reading.trap.reads}", fix)
            return None
        if bare_unit and isinstance(reading.value, int | float) and not isinstance(reading.value, bool):
            return float(reading.value)
        try:
            return quantity.parse(scalar.text)
        except ValueError as error:
            self.problems.add(node, f"{what}: {error}", quantity.hint)
            return None


def kind(node: Node) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    return f"`{shown(node.text)}`" if isinstance(node, Scalar) else "that"


def shown(text: str) -> str:
    """User text in a message: printable, short, and with nothing that ends the quotes around it."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= 60 else clean[:57] + "..."


def _type(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "null"
