# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Enqueues tasks from a shell, and prints their ids, one a line.

    python -m shop.runtime.enqueue WORKLOAD [--task NAME] [--count N] [--rate PER_S] [--payload JSON]

Without `--payload`, the task's own samples are sent. With `--rate`, the n-th is sent at its time whether or not the ones
before it are done (an open loop).
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from pydantic import BaseModel, ValidationError

from . import logs
from .config import RuntimeSettings
from .modules import load_tasks
from .producer import EnqueueError, enqueue
from .task import Task, tasks_of
from .workloads import WORKLOADS


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    logs.configure(RuntimeSettings.load().log_level, sys.stderr)
    load_tasks()
    try:
        task = _pick(options.workload, options.task)
        payloads = _payloads(task, options.payload)
        begin = time.monotonic()
        for index in range(options.count):
            if options.rate:
                time.sleep(max(0.0, begin + index / options.rate - time.monotonic()))
            key = f"{options.key}:{index}" if options.key and options.count > 1 else options.key
            print(
                enqueue(task, payloads(index), priority=options.priority, delay_s=options.delay, key=key),
                flush=True,
            )
    except (LookupError, EnqueueError, ValidationError) as error:
        print(f"enqueue: {error}", file=sys.stderr)
        return 2
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m shop.runtime.enqueue", description="Enqueues tasks"
    )
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument("--task", help="name of the task; default: the workload's first that has a sample")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument(
        "--rate", type=float, help="tasks a second; default: as fast as the broker takes them"
    )
    parser.add_argument("--priority", choices=["high", "default", "low"], default="default")
    parser.add_argument("--delay", type=float, default=0, help="seconds before they are due")
    parser.add_argument("--key", help="idempotency key; with --count, `:0`, `:1` … are added")
    parser.add_argument("--payload", help="JSON object; default: the task's samples")
    return parser.parse_args(argv)


def _pick(workload: str, name: str | None) -> Task[Any]:
    known = list(tasks_of(workload))
    for each in known:
        if name in (each.name, each.name.removeprefix(f"{workload}.")) or (name is None and each.sample):
            return each
    names = ", ".join(each.name for each in known) or "none"
    raise LookupError(
        f"no task {name!r} in {workload}; there are: {names}"
        if name
        else f"no task of {workload} has a sample"
    )


def _payloads(task: Task[Any], text: str | None) -> Any:
    if text is not None:
        payload: BaseModel = task.payload.model_validate_json(text)
        return lambda index: payload
    if task.sample is None:
        raise LookupError(f"{task.name} has no sample: give --payload")
    return task.sample


if __name__ == "__main__":
    sys.exit(main())
