"""Finds and reads components, and picks those that a stack is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from queuewright.catalog.read import parsed
from queuewright.errors import StackError
from queuewright.stack.component import Component
from queuewright.stack.templating import templates_dir

TARGETS = ("compose", "kubernetes", "monitoring", "documents", "ci", "loadtest")


@dataclass(frozen=True, slots=True)
class Components:
    """The components of one stack."""

    language: Component
    broker: Component
    worker: Component
    pairing: Component
    workloads: tuple[Component, ...]
    targets: tuple[Component, ...]

    def __iter__(self) -> Iterator[Component]:
        yield from (self.language, self.broker, self.worker, self.pairing)
        yield from self.workloads
        yield from self.targets


def folder(kind: str, component_id: str) -> str:
    """A component's folder relative to templates/."""
    return f"{kind}/{component_id}"


@cache
def _files() -> dict[str, Any]:
    """Every component.yaml, by its path under templates/ without suffix."""
    root = templates_dir()
    return parsed(
        "components", root, sorted([*root.glob("*/*/component.yaml"), *root.glob("*/*/*/component.yaml")])
    )


@cache
def read(kind: str, component_id: str) -> Component | None:
    raw = _files().get(f"{folder(kind, component_id)}/component")
    return None if raw is None else Component.model_validate(raw)


def is_rendered(broker: str, worker: str) -> bool:
    """Whether there are templates for the pairing."""
    return (templates_dir() / folder("pairing", f"{broker}-{worker}") / "component.yaml").is_file()


def select(language: str, broker: str, worker: str, kinds: Iterable[str]) -> Components:
    """Raises StackError where the stack, or a kind of work in its language, is advised but not rendered yet."""

    def need(kind: str, component_id: str, what: str) -> Component:
        found = read(kind, component_id)
        if found is None:
            raise StackError(
                f"{what} can be advised, but not rendered yet",
                hint="`qw list` shows what is rendered; `qw recommend` gives the advice alone",
            )
        return found

    return Components(
        language=need("language", language, f"a project in {language}"),
        broker=need("broker", broker, f"the broker {broker}"),
        worker=need("worker", worker, f"the worker {worker}"),
        pairing=need("pairing", f"{broker}-{worker}", f"the stack {broker}+{worker}"),
        workloads=tuple(
            need("workload", f"{kind}/{language}", f"`workload: {kind}` in {language}") for kind in kinds
        ),
        targets=tuple(found for target in TARGETS if (found := read("target", target)) is not None),
    )
