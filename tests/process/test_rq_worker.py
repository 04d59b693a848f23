"""The rendered RQ worker, as processes on an embedded Valkey: what it keeps, and what it survives."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from queuewright import catalog
from queuewright.render import render_spec
from queuewright.spec import loads
from tools.local_project import LocalProject, local_project

pytestmark = pytest.mark.process

SPEC = """
version: 1
name: keeper
stack: {broker: redis, worker: rq}
answers: {language: [python], workload: ml, task_typical_s: 0.1, task_max_s: 2}
settings: {time_limit: 3, soft_time_limit: 2, max_retries: 1, retry_backoff: 1, retry_backoff_max: 1}
workloads:
  - {name: single, settings: {time_limit: 20, soft_time_limit: 15}}
  - {name: batched}
  - {name: ranked, answers: {priorities: few_levels}}
"""
COMMAND = ("python", "-m", "keeper.runtime.worker")
LEASE_S = 30
"""Of runtime/supervisor.py: how long the task of a killed worker stays its own."""


class Bench:
    """A rendered project with workers to start, orders to send, and the trace of what ran."""

    def __init__(self, project: LocalProject, folder: Path) -> None:
        self._trace = folder / "trace"
        self._folder = folder
        self.project = replace(project, env={**project.env, "TRACE": str(self._trace)})

    def send(
        self, workload: str, do: str = "work", seconds: float = 0, count: int = 1, **options: str
    ) -> list[str]:
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        order = json.dumps({"do": do, "seconds": seconds})
        return self.project.enqueue(workload, count, "--task", workload, "--payload", order, *flags)

    @contextmanager
    def worker(self, workload: str, name: str = "one") -> Iterator[subprocess.Popen[bytes]]:
        """Ready for tasks once it is given."""
        beat = self._folder / f"heartbeat-{name}"
        project = replace(self.project, env={**self.project.env, "HEARTBEAT_FILE": str(beat)})
        with project.worker(workload, COMMAND, self._folder / f"{name}.log") as process:
            wait_for(beat.exists, 30)
            yield process

    def ends(self, ids: list[str], within_s: float) -> dict[str, int]:
        text = self.project.module(
            "runtime.status",
            "--wait",
            "--timeout",
            str(within_s),
            stdin="\n".join(ids),
            timeout_s=within_s + 30,
        )
        found = json.loads(text)
        assert found["missing"] == []
        return {"done": found["done"], "dead": found["dead"]}

    def result(self, task_id: str) -> object:
        code = (
            f"from keeper.runtime.producer import result; import json; print(json.dumps(result({task_id!r})))"
        )
        done = subprocess.run(
            [self.project.python, "-c", code],
            env=self.project.env,
            cwd=self.project.root,
            capture_output=True,
            check=True,
        )
        return json.loads(done.stdout)

    def trace(self, task_id: str = "") -> list[list[str]]:
        """Lines of `what id pid deliveries`."""
        lines = self._trace.read_text().splitlines() if self._trace.exists() else []
        return [line.split() for line in lines if task_id in line]


def wait_for(condition: Callable[[], object], within_s: float) -> None:
    until = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalProject]:
    root = tmp_path_factory.mktemp("keeper")
    for path, file in render_spec(loads(SPEC).spec, catalog.load()).tree.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8")
    tasks = root / "src/keeper/tasks"
    (tasks / "single.py").write_text((Path(__file__).parent / "rq_tasks.py").read_text())
    for other in ("batched", "ranked"):
        (tasks / f"{other}.py").write_text('"""Declared in single.py."""\n')
    with local_project(root, "keeper") as made:
        yield made


@pytest.fixture
def bench(project: LocalProject, tmp_path: Path) -> Bench:
    return Bench(project, tmp_path)


def test_one_process_works_all_tasks(bench: Bench) -> None:
    with bench.worker("single") as worker:
        ids = bench.send("single", count=20)
        assert bench.ends(ids, 30) == {"done": 20, "dead": 0}
    pids = {line[2] for line in bench.trace()}
    assert len(pids) == 1
    assert str(worker.pid) not in pids
    assert worker.returncode == 0


def test_a_batch_is_one_call_and_each_task_ends_on_its_own(bench: Bench) -> None:
    good = bench.send("batched", count=2)
    again = bench.send("batched", do="again")
    with bench.worker("batched"):
        assert bench.ends([*good, *again], 30) == {"done": 3, "dead": 0}
    assert [line[0] for line in bench.trace()][:3] == ["batch-of-3"] * 3
    assert len(bench.trace(good[0])) == 1
    assert bench.result(good[0]) == "batched work"
    assert bench.result(again[0]) == "alone again"


def test_a_batch_that_fails_is_worked_one_by_one(bench: Bench) -> None:
    good = bench.send("batched", count=3)
    bad = bench.send("batched", do="refuse")
    with bench.worker("batched"):
        assert bench.ends([*good, *bad], 30) == {"done": 3, "dead": 1}
    assert [line[0] for line in bench.trace(good[0])] == ["batch-of-4", "alone"]


def test_a_crash_in_a_batch_loses_none(bench: Bench) -> None:
    good = bench.send("batched", count=3)
    bad = bench.send("batched", do="crash")
    with bench.worker("batched"):
        assert bench.ends([*good, *bad], 60) == {"done": 3, "dead": 1}
    assert {bench.result(each) for each in good} == {"alone work"}
    # once in the batch, then alone until its deliveries are used up: one retry and two crashes are allowed
    assert [line[3] for line in bench.trace(bad[0])] == ["1", "2", "3", "4"]


def test_a_task_stuck_in_c_is_stopped_by_the_hard_limit(bench: Bench) -> None:
    stuck = bench.send("batched", do="stick")
    with bench.worker("batched"):
        began = time.monotonic()
        assert bench.ends(stuck, 60) == {"done": 0, "dead": 1}
        seconds = time.monotonic() - began
        after = bench.send("batched")
        assert bench.ends(after, 10) == {"done": 1, "dead": 0}
    starts = len(bench.trace(stuck[0]))
    assert starts == 4
    assert seconds < starts * (3 + 2) + 5, (
        "each start is stopped at the hard limit of 3 s, and the process is back in 2"
    )
    letters = bench.project.module("runtime.deadletters", "list", "batched", "--id", stuck[0])
    letter = json.loads(letters.splitlines()[-1])
    assert letter["error"] == "RedeliveryLimit"
    assert "the last that is known: HardTimeLimit: work horse" in letter["message"]


def test_the_task_of_a_killed_worker_runs_on_another(bench: Bench) -> None:
    with ExitStack() as stack:
        workers = [stack.enter_context(bench.worker("single", name)) for name in ("one", "two")]
        ids = bench.send("single", seconds=4)
        wait_for(lambda: bench.trace(ids[0]), 10)
        owner = next(each for each in workers if parent_of(int(bench.trace(ids[0])[0][2])) == each.pid)
        owner.kill()
        killed = time.monotonic()
        wait_for(lambda: len(bench.trace(ids[0])) > 1, LEASE_S + 20)
        assert time.monotonic() - killed > LEASE_S - 10, (
            "a lease that ends at once would end under a slow task as well"
        )
        assert bench.ends(ids, 30) == {"done": 1, "dead": 0}
    assert [line[0] for line in bench.trace(ids[0])] == ["start", "start", "end"]


def test_a_worker_that_is_stopped_finishes_its_task(bench: Bench) -> None:
    with bench.worker("single") as worker:
        ids = bench.send("single", seconds=3)
        wait_for(lambda: bench.trace(ids[0]), 10)
        worker.send_signal(signal.SIGTERM)
        worker.wait(20)
    assert worker.returncode == 0
    assert [line[0] for line in bench.trace(ids[0])] == ["start", "end"]


def test_the_highest_priority_goes_first(bench: Bench) -> None:
    ids = [
        task_id
        for level in ("low", "default", "high")
        for task_id in bench.send("ranked", do=level, count=2, priority=level)
    ]
    with bench.worker("ranked"):
        assert bench.ends(ids, 30) == {"done": 6, "dead": 0}
    assert [line[0] for line in bench.trace()] == ["high", "high", "default", "default", "low", "low"]


def test_a_worker_killed_while_it_takes_a_task_of_several_queues_does_not_take_it_along(bench: Bench) -> None:
    ids = bench.send("ranked", priority="low")
    code = (
        "from keeper.runtime.broker import connect; from keeper.runtime.queues import *; "
        "from keeper.runtime.workloads import workload; from keeper.runtime.rqlib import JSONSerializer; import os\n"
        "c = connect(); q = queues_of(workload('ranked'), c)\n"
        "job, queue = LeasedQueue.dequeue_any(q, 5, c, serializer=JSONSerializer)\n"
        "print(job.id, c.lrange(queue.intermediate_queue_key, 0, -1)[0].decode(), flush=True); os._exit(9)"
    )
    took = subprocess.run(
        [bench.project.python, "-c", code],
        env=bench.project.env,
        cwd=bench.project.root,
        capture_output=True,
        text=True,
    )
    assert took.stdout.split() == [ids[0], ids[0]]


def test_its_process_does_not_outlive_a_killed_worker(bench: Bench) -> None:
    with bench.worker("single") as worker:
        ids = bench.send("single", seconds=10)
        wait_for(lambda: bench.trace(ids[0]), 10)
        worker.kill()
        worker.wait(10)
        wait_for(lambda: state_of(int(bench.trace(ids[0])[0][2])) in {"gone", "Z"}, 5)


def state_of(pid: int) -> str:
    """Of a process, as /proc tells: Z has ended and is not collected yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "gone"


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
