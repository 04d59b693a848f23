# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Periodic tasks as data; the worker framework's scheduler enqueues them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from .task import Task


@dataclass(frozen=True, slots=True)
class Periodic:
    name: str
    task: Task[Any]
    payload: BaseModel
    cron: str | None = None
    """Five fields, in UTC: `0 3 * * *`."""
    every_s: int | None = None


_PERIODIC: dict[str, Periodic] = {}


def periodic(
    name: str, task: Task[Any], payload: BaseModel, *, cron: str | None = None, every_s: int | None = None
) -> None:
    """Declares that `task` is enqueued with `payload` at the times of `cron` (UTC), or every `every_s` seconds."""
    if (cron is None) == (every_s is None):
        raise ValueError(f"{name}: give either cron or every_s")
    if every_s is not None and every_s < 1:
        raise ValueError(f"{name}: every_s must be at least 1")
    if name in _PERIODIC and _PERIODIC[name].task.name != task.name:
        raise ValueError(f"two periodic tasks are called {name}")
    _PERIODIC[name] = Periodic(name, task, payload, cron, every_s)


def periodic_tasks() -> dict[str, Periodic]:
    return dict(_PERIODIC)
