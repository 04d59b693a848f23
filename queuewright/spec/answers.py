"""An `answers` mapping: keys, quantities under either form of the key, the vocabulary, contradictions."""

from __future__ import annotations

from collections.abc import Mapping as Mapping_
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from queuewright.errors import Problem
from queuewright.spec import vocabulary
from queuewright.spec.expect import Expect, shown
from queuewright.spec.model import Answers, StackChoice
from queuewright.spec.nodes import Mapping, Node, Scalar, Sequence
from queuewright.spec.quantities import ANSWERS as QUANTITIES
from queuewright.spec.quantities import BARE, QUANTITY_OF
from queuewright.spec.suggest import NEAR, did_you_mean, nearest

UNITS = {"rate_avg_per_s": "tasks a second", "rate_peak_per_s": "tasks a second", "task_typical_s": "seconds"}
UNITS |= {"task_max_s": "seconds", "delay_max_s": "seconds", "payload_kb": "KB"}
NOT_ABOVE = (("task_typical_s", "task_max_s"), ("rate_avg_per_s", "rate_peak_per_s"))
"""The first must not exceed the second."""
PROJECT_WIDE = (
    "language",
    "cloud",
    "hosting",
    "existing",
    "team",
    "ops",
    "budget",
    "constraints",
    "excluded",
)
"""Answers that hold for the whole project; the others are about one kind of work."""


@dataclass(slots=True)
class ReadAnswers:
    """What could be read, and where each answer stands (by its name in the model)."""

    values: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """The key as it was written."""

    def answers(self) -> Answers:
        return Answers.model_validate(self.values)


def read_answers(mapping: Mapping, expect: Expect, outer: frozenset[str] = frozenset()) -> ReadAnswers:
    """`outer`: keys of the spec around it, for a hint where one landed here."""
    read = ReadAnswers()
    for key, node in mapping:
        name = QUANTITIES[key.text][0] if key.text in QUANTITIES else key.text
        if name not in Answers.model_fields:
            expect.problems.add(key, f"unknown answer `{shown(key.text)}`", _unknown_hint(key.text, outer))
        elif name in read.where:
            other = read.keys[name]
            expect.problems.add(key, f"`{other}` and `{key.text}` are the same answer", "keep one of them")
        elif not _unanswered(node, expect):
            read.where[name], read.keys[name] = node, key.text
            value = _value(key, name, node, expect)
            if value is not None:
                read.values[name] = value
    _bounds(read, expect)
    contradictions(read, read, expect)
    return read


def contradictions(inner: ReadAnswers, outer: ReadAnswers, expect: Expect) -> None:
    """Notes what cannot hold together; `outer` fills in what `inner` does not say."""
    for low, high in NOT_ABOVE:
        if inner is not outer and (low in inner.where) == (high in inner.where):
            continue  # both or neither here: judged where they stand together
        message = _contradiction(low, high, {**outer.values, **inner.values})
        if message:
            where = inner.where.get(low) or inner.where[high]
            there = {**outer.where, **inner.where}
            other = high if there[low] is where else low
            named = {key: f"`{BARE[key]}`" for key in (low, high)}
            if there[other].line:
                named[other] += f" (line {there[other].line})"
            expect.problems.add(where, message, f"lower {named[low]} or raise {named[high]}")


def conflicts(answers: Answers, over: Answers | None = None, places: tuple[str, str] = ("", "")) -> list[Problem]:
    """What in merged answers cannot hold together.

    `places` are where those of `over`, and all others, stand.
    """
    values, first = answers.answered(), over.answered() if over else {}
    found = []
    for low, high in NOT_ABOVE:
        message = _contradiction(low, high, values)
        if message:
            of = {key: places[0] if key in first else places[1] for key in (low, high)}
            named = {key: f"`{BARE[key]}`{f' ({of[key]})' if of[key] else ''}" for key in of}
            found.append(Problem(message, hint=f"lower {named[low]} or raise {named[high]}"))
    return found


def _contradiction(low: str, high: str, values: Mapping_[str, Any]) -> str | None:
    small, large = values.get(low), values.get(high)
    if small is None or large is None or small <= large:
        return None
    quantity = QUANTITY_OF[low]
    return f"`{BARE[low]}` ({quantity.format(small)}) is above `{BARE[high]}` ({quantity.format(large)})"


def _unanswered(node: Node, expect: Expect) -> bool:
    """`null` and `~` say that there is no answer; a bare `key:` is more likely an oversight."""
    return isinstance(node, Scalar) and node.text != "" and expect.read(node).value is None


def _value(key: Scalar, name: str, node: Node, expect: Expect) -> Any:
    what = f"`{key.text}`"
    if key.text in QUANTITIES:
        return expect.quantity(node, what, QUANTITIES[key.text][1])
    if name in BARE:
        return expect.number(node, what, UNITS[name], hint=f"a unit goes with the key `{BARE[name]}`")
    kind = vocabulary.value_type(name)
    if kind is tuple:
        return _words(key.text, node, expect)
    if kind is bool:
        return expect.boolean(node, what)
    if kind in (int, float):
        return expect.number(node, what, whole=kind is int)
    return expect.choice(node, what, vocabulary.choices(name))


def _words(name: str, node: Node, expect: Expect) -> tuple[str, ...] | None:
    items = node.items if isinstance(node, Sequence) else [node]
    words = [_word(name, item, expect) for item in items]
    known = [word for word in words if word]
    if name == "language" and not known:
        if not items:
            expect.problems.add(node, "`language` names no language", "for instance [python]")
        return None
    return tuple(dict.fromkeys(known))


def _word(name: str, node: Node, expect: Expect) -> str | None:
    text = expect.text(node, f"`{name}`")
    if text is None:
        return None
    if name == "constraints":
        known = vocabulary.constraints()
        if text not in known:
            hint = did_you_mean(text, known, "`qw explain constraints` lists them")
            expect.problems.add(node, f"unknown constraint `{shown(text)}`", hint)
            return None
        return text
    if name == "language":
        text = vocabulary.LANGUAGE_ALIASES.get(text.lower(), text.lower())
        return _open(name, text, vocabulary.languages(), node, expect)
    if name == "excluded":
        return _open(name, text, vocabulary.parts(), node, expect)
    return text


def _open(name: str, text: str, known: tuple[str, ...], node: Node, expect: Expect) -> str | None:
    """A word of an open list: refused only where it looks like a known one misspelt."""
    near = None if text in known or "+" in text else nearest(text, known, NEAR)
    if near:
        expect.problems.add(node, f"`{name}` does not know `{shown(text)}`", f"did you mean `{near}`?")
        return None
    return text


_BOUNDS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


def _bounds(read: ReadAnswers, expect: Expect) -> None:
    try:
        read.answers()
    except ValidationError as error:
        for found in error.errors():
            name = str(found["loc"][0])
            bound = next(
                (
                    f"{_BOUNDS[k]} {_written(name, v)}"
                    for k, v in found.get("ctx", {}).items()
                    if k in _BOUNDS
                ),
                "a finite number",
            )
            expect.problems.add(read.where[name], f"`{read.keys[name]}` must be {bound}")
            read.values.pop(name, None)


def _written(name: str, bound: float) -> str:
    return QUANTITY_OF[name].format(bound) if name in QUANTITY_OF and bound else f"{bound:g}"


def _unknown_hint(key: str, outer: frozenset[str]) -> str | None:
    if key in outer:
        return f"`{key}` stands beside `answers`, not in it"
    if key in StackChoice.model_fields:
        return f"`{key}` goes under `stack:`"
    known = [*Answers.model_fields, *QUANTITIES]
    return did_you_mean(key, known, "`qw explain answers` lists them")
