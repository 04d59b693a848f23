# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What a worker process does once, before it takes work: load a model, open a connection, warm up."""

from __future__ import annotations

from collections.abc import Callable

from . import stacks

Hook = Callable[[], object]

_HOOKS: dict[str, list[Hook]] = {}


def on_worker_start(workload: str) -> Callable[[Hook], Hook]:
    """Declares a function that each worker process of this workload runs before its first task.

    The worker counts as started only once it has returned; where it raises, the process ends and is started anew.
    """

    def declare(function: Hook) -> Hook:
        _HOOKS.setdefault(workload, []).append(function)
        return function

    return declare


def run_worker_start(workload: str) -> None:
    """For the adapter: in the process that runs the tasks, never in one that forks them."""
    # a model that never finishes loading hangs here
    stacks.listen()
    for hook in _HOOKS.get(workload, ()):
        hook()
