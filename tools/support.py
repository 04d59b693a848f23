"""Writes docs/support.md: what the last end-to-end run measured, one row a stack. `make e2e` calls it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from queuewright import catalog
from queuewright.stack import is_rendered

ROOT = Path(__file__).resolve().parent.parent
OUTCOMES = ROOT / "build" / "e2e.json"
TARGET = ROOT / "docs" / "support.md"

HEAD = """# What was run

Made by the end-to-end tests (`make e2e`): every project as it is rendered, on Docker Compose, on real brokers. Nothing here
is written by hand.

- **1000 tasks**: seconds from the first enqueue to the last result, through the rendered producer, two workers.
- **Worker killed**: SIGKILL to all processes of one of two workers while tasks run. *Lost* must be 0. *Again*: starts beyond
  one a task. *After*: seconds until the last task was done, the work that was left included.
- **Broker restarted**: while tasks run.
- **Poison**: a message that is refused ends in the dead letters, and is done after a replay. *Deadly*: starts of a task that
  kills its worker each time, until it rests in the dead letters.
- **Stop**: `docker compose stop` while a task of 6 s runs: the task is done, exit code 0.
"""
COLUMNS = (
    "stack", "images", "1000 tasks", "worker killed: lost", "again", "after", "broker restarted: lost", "again", "after",
    "poison replayed", "deadly", "stop",
)  # fmt: skip


def row(measured: Mapping[str, Any]) -> list[str]:
    def seconds(key: str) -> str:
        return f"{measured[key]:g} s"

    return [
        measured["stack"],
        ", ".join(f"`{image}`" for image in measured["images"]),
        seconds("thousand_tasks_s"),
        str(measured["killed_worker_lost"]),
        str(measured["killed_worker_worked_again"]),
        seconds("killed_worker_recovered_s"),
        str(measured["restarted_broker_lost"]),
        str(measured["restarted_broker_worked_again"]),
        seconds("restarted_broker_recovered_s"),
        "yes" if measured["poison_dead_lettered"] and measured["dead_letter_replayed"] else "no",
        f"{measured['deadly_task_starts']} starts",
        f"done, {measured['stop_took_s']:g} s" if measured["stop_finished_running_task"] else "not done",
    ]


def render(outcomes: Mapping[str, Mapping[str, Any]]) -> str:
    lines = [HEAD, f"| case | {' | '.join(COLUMNS)} |", f"| --- |{' --- |' * len(COLUMNS)}"]
    lines += [f"| {name} | {' | '.join(row(measured))} |" for name, measured in sorted(outcomes.items())]
    return "\n".join(lines) + "\n"


def untested(outcomes: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Rendered stacks that no row is about."""
    shown = {str(measured["stack"]).split(" ")[0] for measured in outcomes.values()}
    pairings = catalog.load().pairings.values()
    return {
        f"{each.broker}+{each.worker}" for each in pairings if is_rendered(each.broker, each.worker)
    } - shown


def main() -> int:
    outcomes = json.loads(OUTCOMES.read_text())
    missing = untested(outcomes)
    if missing:
        sys.stderr.write(f"not run: {', '.join(sorted(missing))}; docs/support.md is left as it is\n")
        return 1
    TARGET.write_text(render(outcomes), encoding="utf-8")
    sys.stdout.write(f"{TARGET.relative_to(ROOT)}: {len(outcomes)} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
