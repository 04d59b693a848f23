# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What each process of a worker does first: the main one, and those that run the tasks, forked or spawned."""

from __future__ import annotations

import logging
from typing import Any

from billiard import get_logger
from billiard.process import current_process
from celery import signals

from . import logs, metrics, stacks, stores
from .config import RuntimeSettings
from .hooks import run_worker_start
from .modules import load_tasks
from .workloads import workload


def prepare() -> None:
    """In the main process; a forked child inherits it, a spawned one does it again."""
    logs.configure(RuntimeSettings.load().log_level)
    stacks.listen()
    metrics.name_slots(_slot)
    load_tasks()
    signals.setup_logging.connect(_keep_logging)
    signals.worker_process_init.connect(_start_child)


def _slot() -> int:
    """0 in the main process, 1 to n in its children."""
    index = getattr(current_process(), "index", None)
    return metrics.MAIN_SLOT if index is None else int(index) + 1


def _start_child(**_: Any) -> None:
    work = workload(RuntimeSettings.load().workload)
    stores.forget_connections()
    metrics.IN_FLIGHT.labels(work.name).set(0)
    run_worker_start(work.name)


def _keep_logging(**_: Any) -> None:
    """A receiver of this signal keeps Celery from setting up logging of its own."""
    # the runtime says once how each task ended, with more
    for name in ("celery.app.trace", "celery.worker.strategy"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # the pool's own logger has no handler, and would write plain text; at info it tells of each process and mapping
    get_logger().propagate = True
    get_logger().setLevel(logging.WARNING)
