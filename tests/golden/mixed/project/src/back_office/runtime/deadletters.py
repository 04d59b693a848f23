# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Dead letters: tasks that failed for good, kept until someone has looked at them.

python -m back_office.runtime.deadletters {list,count,replay,purge} WORKLOAD [--id ID]
"""

from __future__ import annotations

import argparse
import sys
import time

from . import adapter
from .deadletter import DeadLetterStore
from .deadletter_store import open_store
from .envelope import Envelope
from .ledger import Ledger
from .workloads import WORKLOADS, workload


def replay(name: str, task_id: str | None = None) -> int:
    """Sends dead letters to their queue again, each as a new first attempt. Gives how many."""
    ledger = Ledger()

    def send(envelope: Envelope) -> None:
        ledger.forget(envelope.id)
        adapter.send(
            envelope.model_copy(update={"due_at": time.time()}), priority=envelope.priority, delay_s=0
        )

    with _open(name) as store:
        return store.replay(task_id, send)


def purge(name: str, task_id: str | None = None) -> int:
    """Deletes dead letters. Gives how many."""
    with _open(name) as store:
        return store.purge(task_id)


def count(name: str) -> int:
    with _open(name) as store:
        return store.count()


def _open(name: str) -> DeadLetterStore:
    return open_store(workload(name))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m back_office.runtime.deadletters", description="Dead letters"
    )
    parser.add_argument("action", choices=["list", "count", "replay", "purge"])
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument("--id", help="only the task with this id")
    parser.add_argument("--limit", type=int, default=100, help="list: at most so many (default 100)")
    options = parser.parse_args(argv)
    if options.action == "list":
        with _open(options.workload) as store:
            for letter in store.list(options.limit):
                if options.id in (None, letter.id):
                    print(letter.model_dump_json())
        return 0
    if options.action == "count":
        print(count(options.workload))
        return 0
    act = replay if options.action == "replay" else purge
    changed = act(options.workload, options.id)
    print(changed)
    if options.id and not changed:
        print(f"no dead letter of {options.workload} has the id {options.id}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
