"""A Spec as a tidy YAML file: quantities with units, a comment where a person will look for one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from queuewright import catalog
from queuewright.spec.model import Answers, Spec, StackChoice, Workload
from queuewright.spec.nodes import Scalar
from queuewright.spec.quantities import BARE, QUANTITY_OF, duration, memory
from queuewright.spec.scalars import read_scalar

SCHEMA_FILE = "queuewright.schema.json"
"""Beside the spec; what `qw schema` prints."""
MODELINE = f"# yaml-language-server: $schema={SCHEMA_FILE}"

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./+-]*")


def dump(spec: Spec) -> str:
    """YAML that loads to the same Spec. The order of keys is the model's."""
    lines = [
        MODELINE,
        "# What this project is, for queuewright. Edit it, then: qw render",
        "",
        f"version: {spec.version}",
        f"name: {_scalar(spec.name)}",
    ]
    if spec.answers.answered():
        lines += [
            "",
            "# What holds for the whole project; `qw explain answers` lists what can be said.",
            "answers:",
        ]
        lines += _indent(_answers(spec.answers))
    if spec.stack:
        lines += ["", "# Final: render and check never change it.", f"stack: {_stack(spec.stack)}"]
    lines += ["", "# Each has its own queues and its own workers.", "workloads:"]
    for workload in spec.workloads:
        lines += _workload(workload)
    if spec.settings:
        lines += [
            "",
            "# Instead of derived values, for all workloads; `qw size` shows what they would be.",
            "settings:",
        ]
        lines += _indent(_settings(spec.settings))
    if spec.accept:
        lines += ["", "# Harms that are known and accepted.", f"accept: {_flow(spec.accept)}"]
    return "\n".join(lines) + "\n"


def _workload(workload: Workload) -> Iterator[str]:
    yield f"  - name: {_scalar(workload.name)}"
    if workload.answers.answered():
        yield "    answers:"
        yield from _indent(_answers(workload.answers), 6)
    if workload.settings:
        yield "    settings:"
        yield from _indent(_settings(workload.settings), 6)


def _answers(answers: Answers) -> Iterator[str]:
    for key, value in answers.answered().items():
        if key in QUANTITY_OF:
            yield f"{BARE[key]}: {QUANTITY_OF[key].format(value)}"
        else:
            yield f"{key}: {_value(value)}"


def setting_line(key: str, value: Any) -> str:
    """As it is written in a spec: `time_limit: 30s`."""
    return next(_settings({key: value}))


def _settings(settings: Mapping[str, Any]) -> Iterator[str]:
    known = catalog.load().settings
    for key, value in settings.items():
        kind = known[key].type if key in known else None
        if kind == "duration":
            yield f"{key}: {duration.format(value)}"
        elif kind == "size":
            yield f"{key}: {memory.format(value)}"
        else:
            yield f"{key}: {_value(value)}"


def _stack(stack: StackChoice) -> str:
    parts = stack.model_dump(exclude_none=True)
    return "{" + ", ".join(f"{key}: {_scalar(value)}" for key, value in parts.items()) + "}"


def _value(value: Any) -> str:
    return _flow(value) if isinstance(value, tuple | list) else _scalar(value)


def _flow(values: tuple[Any, ...] | list[Any]) -> str:
    return "[" + ", ".join(_scalar(value) for value in values) + "]"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        from decimal import Decimal

        return format(Decimal(repr(value)), "f")
    text = str(value)
    reading = read_scalar(Scalar(1, 1, text, True))
    if _PLAIN.fullmatch(text) and reading.trap is None and isinstance(reading.value, str):
        return text
    quoted: str = yaml.dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    return quoted.removesuffix("\n")


def _indent(lines: Iterator[str], by: int = 2) -> list[str]:
    return [" " * by + line for line in lines]
