# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Enqueues in open loop, and reads from the ledger what became of the tasks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf

from theory import quantile

from shop.runtime.ledger import Ledger, Record

LATE_S = 0.1
"""A generator that is later than this, in one send of a hundred, has fallen behind."""
POLL_S = 0.5


class Void(Exception):
    """The run tells nothing, and why."""


@dataclass
class Sent:
    """Ids and the Unix times at which they were meant to be enqueued."""

    ids: list[str] = field(default_factory=list)
    due: list[float] = field(default_factory=list)
    late_p99_s: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What was measured, in seconds."""

    tasks: int
    failed: int
    retried: int
    rate: float
    run_mean_s: float
    wait_mean_s: float
    wait_p95_s: float
    wait_max_s: float


def send(times: Iterable[float], one: Callable[[], str]) -> Sent:
    """Enqueues each at its time, from many threads, so that a slow broker does not hold up the next."""
    sent = Sent()
    late: list[float] = []
    begin = time.time() + 0.1
    with ThreadPoolExecutor(max_workers=32) as pool:

        def at(due: float) -> str:
            late.append(time.time() - due)
            return one()

        futures: list[Future[str]] = []
        for offset in times:
            time.sleep(max(0.0, begin + offset - time.time()))
            sent.due.append(begin + offset)
            futures.append(pool.submit(at, begin + offset))
        sent.ids = [future.result() for future in futures]
    sent.late_p99_s = quantile(late, 0.99)
    return sent


def wait_for(ids: Sequence[str], timeout_s: float, ledger: Ledger) -> list[Record]:
    """Their records, once each is done or dead. Raises Void where some are not in time."""
    until = time.monotonic() + timeout_s
    while True:
        found = list(ledger.records(ids))
        ended = [record for record in found if record is not None and record.ending in ("success", "dead")]
        if len(ended) == len(ids):
            return ended
        if time.monotonic() > until:
            raise Void(
                f"{len(ids) - len(ended)} of {len(ids)} tasks have no outcome after {timeout_s:.0f} s: "
                "are the workers running, and is their time limit enough?"
            )
        time.sleep(POLL_S)


def outcome(sent: Sent, records: Sequence[Record]) -> Outcome:
    by_id = {record.id: record for record in records}
    started = [(by_id[task].started or due, due) for task, due in zip(sent.ids, sent.due, strict=True)]
    waits = [start - due for start, due in started]
    if min(waits) < -LATE_S:
        raise Void(
            "tasks started before they were enqueued: the clocks of workers and of this machine differ"
        )
    runs = [
        record.ended - record.started
        for record in records
        if record.started and record.ended and record.starts == 1
    ]
    if not runs:
        raise Void("every task was retried, so that there is no run time to predict from")
    span = sent.due[-1] - sent.due[0]
    return Outcome(
        tasks=len(records),
        failed=sum(record.ending == "dead" for record in records),
        retried=sum(record.starts > 1 for record in records),
        rate=(len(sent.due) - 1) / span if span > 0 else inf,
        run_mean_s=sum(runs) / len(runs),
        wait_mean_s=max(0.0, sum(waits) / len(waits)),
        wait_p95_s=max(0.0, quantile(waits, 0.95)),
        wait_max_s=max(waits),
    )
