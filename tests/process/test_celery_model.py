"""A model on Celery: its processes are spawned, not forked, and each loads the model once, before its first task."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from queuewright import catalog
from queuewright.spec import load
from queuewright.stack import plan_spec
from tools.local_project import local_project

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("process-celery-model")]

SPEC = """
version: 1
name: spawned
stack: {broker: redis, worker: celery}
workloads:
  - name: inference
    answers: {workload: ml, language: python, bound: gpu, task_max: 20s}
    settings: {concurrency: 2}
  - name: mails
    answers: {workload: email, language: python, bound: sync_io}
"""


def test_spawned_processes_know_the_task_and_load_the_model_once(tmp_path: Path) -> None:
    root = tmp_path / "spawned"
    root.mkdir()
    (root / "queuewright.yaml").write_text(SPEC)
    done = subprocess.run(
        [sys.executable, "-m", "queuewright", "render", str(root / "queuewright.yaml")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    plan = plan_spec(load(root / "queuewright.yaml").spec, catalog.load())
    workload = plan.workloads[0]
    log = tmp_path / "worker.log"
    with (
        local_project(root, plan.package) as project,
        project.worker(workload.name, workload.command, log) as worker,
    ):
        ids = project.enqueue(workload.name, 40)
        until = time.monotonic() + 120
        while (status := project.status(ids))["missing"]:
            assert time.monotonic() < until, log.read_text()[-3000:]
        assert status["done"] == 40, log.read_text()[-3000:]
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    written = log.read_text()
    assert "SpawnPoolWorker" in written, written[-3000:]
    assert written.count('"model_loaded"') == workload.slots == 2
