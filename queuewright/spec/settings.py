"""A `settings` mapping against the catalog: ids, types, bounds, scope, and settings that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from typing import Any

from queuewright.catalog import Setting
from queuewright.spec import quantities
from queuewright.spec.expect import Expect, shown
from queuewright.spec.nodes import Mapping, Node
from queuewright.spec.quantities import plain
from queuewright.spec.suggest import did_you_mean

BELOW = (("soft_time_limit", "time_limit"), ("time_limit", "visibility_timeout"))
"""The first must be below the second, or what the second protects never happens."""
NOT_ABOVE = (
    ("replicas_min", "replicas_max"),
    ("retry_backoff", "retry_backoff_max"),
    ("memory_per_task", "memory_limit"),
)


@dataclass(slots=True)
class ReadSettings:
    values: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Node] = field(default_factory=dict)


def read_settings(
    mapping: Mapping, scope: str, known: MappingType[str, Setting], expect: Expect
) -> ReadSettings:
    """`scope` is where the mapping stands: `project` takes every setting, `workload` only those of a workload."""
    read = ReadSettings()
    for key, node in mapping:
        setting = known.get(key.text)
        if setting is None:
            hint = did_you_mean(key.text, known, "`qw explain settings` lists them")
            expect.problems.add(key, f"unknown setting `{shown(key.text)}`", hint)
        elif scope == "workload" and setting.scope == "project":
            hint = "move it to the `settings` at the end of the file"
            expect.problems.add(key, f"`{key.text}` holds for the whole project, not for one workload", hint)
        else:
            value = _value(setting, node, expect)
            if value is not None and _within(setting, value, node, expect):
                read.values[key.text], read.where[key.text] = value, node
    return read


def contradictions(inner: ReadSettings, outer: ReadSettings, expect: Expect) -> None:
    """Notes settings of a workload that cannot hold together; `outer` fills in what `inner` does not say."""
    values = {**outer.values, **inner.values}
    where = {**outer.where, **inner.where}
    for low, high in (*BELOW, *NOT_ABOVE):
        if low not in values or high not in values:
            continue
        strict = (low, high) in BELOW
        if values[low] > values[high] or (strict and values[low] == values[high]):
            node = inner.where.get(low) or inner.where.get(high) or where[low]
            rule = "must be below" if strict else "must not be above"
            message = f"`{low}` ({plain(values[low])}) {rule} `{high}` ({plain(values[high])})"
            expect.problems.add(node, message, f"lower `{low}` or raise `{high}`")


def _value(setting: Setting, node: Node, expect: Expect) -> Any:
    what = f"`{setting.id}`"
    if setting.type == "duration":
        return expect.quantity(node, what, quantities.duration, bare_unit="seconds")
    if setting.type == "size":
        return expect.quantity(node, what, quantities.memory, bare_unit="MiB")
    if setting.type in ("int", "float"):
        return expect.number(node, what, setting.unit or "", whole=setting.type == "int")
    if setting.type == "bool":
        return expect.boolean(node, what)
    if setting.type == "choice":
        return expect.choice(node, what, setting.choices)
    return _text(setting, node, expect)


def _text(setting: Setting, node: Node, expect: Expect) -> str | None:
    text = expect.text(node, f"`{setting.id}`")
    if text is not None and setting.pattern and not re.fullmatch(setting.pattern, text):
        expect.problems.add(
            node, f"`{setting.id}` cannot be `{shown(text)}`", f"{setting.summary} It must match {setting.pattern}"
        )
        return None
    return text


def _within(setting: Setting, value: Any, node: Node, expect: Expect) -> bool:
    if isinstance(value, bool | str):
        return True
    low, high = setting.minimum, setting.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return True
    unit = f" {setting.unit}" if setting.unit else ""
    expect.problems.add(
        node, f"`{setting.id}` must be {_range(low, high)}{unit}, not {plain(value)}", setting.summary
    )
    return False


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"from {plain(low)} to {plain(high)}"
    return f"at least {plain(low)}" if low is not None else f"at most {plain(high or 0)}"
