# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The one place where rendered code names yours: the modules that declare tasks."""

from __future__ import annotations

import importlib

TASK_MODULES: tuple[str, ...] = (
    "shop.tasks.inference",
)


def load_tasks() -> None:
    """Imports them, so that every task is known."""
    for module in TASK_MODULES:
        importlib.import_module(module)
