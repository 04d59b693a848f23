# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Does the workload keep the waits that it was sized for? README.md beside this file says how to run it.

Open loop: tasks are enqueued at random times (Poisson) whether or not those before them are done, and each wait counts from
the time at which the task was meant to be enqueued. A generator that falls behind would hide waits; then the run is void.

Exit code 0: within the band; 1: outside of it; 2: the run tells nothing.
"""

from __future__ import annotations

import argparse
import itertools
import json
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from measure import LATE_S, Outcome, Void, outcome, send, wait_for
from plans import PLANS, Plan
from theory import arrivals, predicted_mean, predicted_quantile

from shop.runtime.ledger import Ledger
from shop.runtime.modules import load_tasks
from shop.runtime.producer import enqueue
from shop.runtime.task import Task, tasks_of

TOLERANCE = 2.0
"""What is measured may be so many times what was sized, or what the measured run time explains ..."""
SLACK_S = 0.25
"""... plus so much, for the way through the broker."""
FEWEST = 100
LONGEST_S = 900


@dataclass(frozen=True)
class Line:
    """One comparison. Seconds."""

    what: str
    sized: float
    """The sizing's formula with the answered run time."""
    predicted: float
    """The same with the measured run time."""
    measured: float
    bound: float

    @property
    def holds(self) -> bool:
        """Never where more arrives than the slots can work: the queue only grows."""
        return isfinite(self.predicted) and self.measured <= self.bound


def compare(
    plan: Plan, slots: int, steady: Outcome, burst: int, drained_s: float, sent_s: float
) -> list[Line]:
    """At the rate and on the slots of this run."""

    def line(what: str, measured: float, formula: Callable[[float], float]) -> Line:
        sized, predicted = formula(plan.typical_s), formula(steady.run_mean_s)
        expected = max(value for value in (sized, predicted, 0.0) if isfinite(value))
        return Line(what, sized, predicted, measured, TOLERANCE * expected + SLACK_S)

    def mean(run_s: float) -> float:
        return predicted_mean(slots, steady.rate * run_s, run_s)

    def p95(run_s: float) -> float:
        return predicted_quantile(0.95, slots, steady.rate * run_s, run_s)

    def drain(run_s: float) -> float:
        return max(sent_s, burst * run_s / slots)

    return [
        Line("run, mean", plan.typical_s, steady.run_mean_s, steady.run_mean_s, TOLERANCE * plan.typical_s),
        line("wait, mean", steady.wait_mean_s, mean),
        line("wait, p95", steady.wait_p95_s, p95),
        Line(
            "wait, p95: objective",
            p95(plan.typical_s),
            p95(steady.run_mean_s),
            steady.wait_p95_s,
            plan.objective_s,
        ),
        line(f"drain of {burst}", drained_s, drain),
    ]


def sampled(workload: str, name: str | None) -> tuple[Task[Any], Callable[[int], Any]]:
    """A task of the workload that has samples, and what makes them."""
    for task in tasks_of(workload):
        if task.sample is not None and name in (None, task.name):
            return task, task.sample
    raise Void(f"{name or 'no task of ' + workload} has no sample to enqueue: see `sample` of @task")


def running_replicas(workload: str, plan: Plan) -> int:
    """As many as the service's name resolves to on Compose; elsewhere what was planned."""
    try:
        found = socket.getaddrinfo(f"worker-{workload}", None, proto=socket.IPPROTO_TCP)
    except OSError:
        return plan.replicas
    return len({address[4][0] for address in found})


def run(options: argparse.Namespace) -> tuple[dict[str, Any], list[Line]]:
    plan = PLANS[options.workload]
    rate = options.rate or plan.rate
    if rate <= 0:
        raise Void("the answered rate is 0: give --rate")
    replicas = options.replicas or running_replicas(options.workload, plan)
    slots = replicas * plan.slots
    count = options.count or int(min(2000, max(200, rate * 120)))
    if count < FEWEST:
        raise Void(f"{count} tasks are too few to tell a p95: give --count {FEWEST} or more")
    if count / rate > LONGEST_S and not options.rate:
        raise Void(
            f"{count} tasks at the answered {rate:g}/s take {count / rate / 60:.0f} minutes: give --rate; "
            f"{0.8 * slots / plan.typical_s:.3g}/s loads {slots} slots to 80 % where a task takes {plan.typical_s:g} s"
        )
    load_tasks()
    task, sample = sampled(options.workload, options.task)
    numbers = itertools.count()
    ledger = Ledger()

    def one() -> str:
        return enqueue(task, sample(next(numbers)))

    patience = max(60.0, plan.patience_s)
    note(f"warm-up: {2 * slots} tasks")
    wait_for([one() for _ in range(2 * slots)], patience, ledger)
    note(
        f"steady: {count} tasks at {rate:g}/s, about {count / rate:.0f} s, on {replicas} x {plan.slots} slots"
    )
    sent = send(arrivals(rate, count, options.seed), one)
    if sent.late_p99_s > LATE_S:
        raise Void(
            f"the generator fell {sent.late_p99_s:.2f} s behind: enqueue less, or from another machine"
        )
    steady = outcome(sent, wait_for(sent.ids, patience, ledger))
    note(f"burst: {options.burst} tasks at once")
    begin = time.time()
    burst = send([0.0] * options.burst, one)
    sent_s = time.time() - begin
    ended = wait_for(burst.ids, patience + 3 * options.burst * steady.run_mean_s / slots, ledger)
    # a retry waits out its delay; that is not the queue's
    drained_s = max((record.ended or begin for record in ended if record.starts == 1), default=begin) - begin
    lines = compare(plan, slots, steady, options.burst, drained_s, sent_s)
    utilisation = steady.rate * steady.run_mean_s / slots
    report = {
        "workload": options.workload,
        "task": task.name,
        "slots": slots,
        "utilisation": round(utilisation, 4),
        "steady": asdict(steady),
        "burst": {"tasks": options.burst, "sent_s": sent_s, "drained_s": drained_s},
        "lines": [{**asdict(line), "holds": line.holds} for line in lines],
        "holds": all(line.holds for line in lines),
    }
    return report, lines


def table(report: dict[str, Any], lines: Sequence[Line]) -> str:
    steady = report["steady"]
    head = ("", "sized", "predicted", "measured", "at most", "")
    rows = [head] + [
        (
            line.what,
            *(seconds(value) for value in (line.sized, line.predicted, line.measured, line.bound)),
            "ok" if line.holds else "OUT",
        )
        for line in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    text = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    text.append("")
    text.append(
        f"{steady['tasks']} tasks at {steady['rate']:.3g}/s on {report['slots']} slots: {report['utilisation']:.0%} busy; "
        f"{steady['retried']} retried, {steady['failed']} failed"
    )
    return "\n".join(text)


def seconds(value: float) -> str:
    if not isfinite(value):
        return "never ends"
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Does the workload keep the waits that it was sized for?")
    parser.add_argument("workload", nargs="?", choices=sorted(PLANS), default=next(iter(PLANS)))
    parser.add_argument("--task", help="its full name; default: the first that has a sample")
    parser.add_argument("--rate", type=float, help="tasks a second; default: the answered average")
    parser.add_argument("--count", type=int, help="tasks; default: two minutes' worth, from 200 to 2000")
    parser.add_argument(
        "--burst", type=int, default=500, help="tasks that are enqueued at once (default 500)"
    )
    parser.add_argument(
        "--replicas", type=int, help="workers that run; default: as the name resolves, or as planned"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the arrival times (default 1)")
    parser.add_argument("--json", action="store_true", help="the result as JSON on standard output")
    options = parser.parse_args(argv)
    try:
        report, lines = run(options)
    except Void as void:
        note(f"loadtest: void: {void}")
        return 2
    print(table(report, lines), file=sys.stderr if options.json else sys.stdout)
    if options.json:
        print(json.dumps(report))
    return 0 if report["holds"] else 1


if __name__ == "__main__":
    sys.exit(main())
