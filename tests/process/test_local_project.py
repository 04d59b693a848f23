"""Rendered workers as plain processes on an embedded Valkey: what `make test` can show without Docker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from queuewright import catalog
from queuewright.spec import load
from queuewright.stack import plan_spec
from queuewright.stack.plan import StackPlan
from tools.local_project import LocalProject, local_project

pytestmark = pytest.mark.process


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("api", marks=pytest.mark.xdist_group("process-api")),
        pytest.param("ml", marks=pytest.mark.xdist_group("process-ml")),
    ],
)
def plan(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[StackPlan, Path]:
    root = tmp_path_factory.mktemp("local") / f"local-{request.param}"
    argv = [sys.executable, "-m", "queuewright", "init", str(root), "--preset", request.param, "--yes", "--no-input"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return plan_spec(load(root / "queuewright.yaml").spec, catalog.load()), root


@pytest.fixture(scope="module")
def project(plan: tuple[StackPlan, Path]) -> Iterator[LocalProject]:
    with local_project(plan[1], plan[0].package) as started:
        yield started


def until(what: str, probe: Callable[[], Any], timeout_s: float) -> Any:
    deadline = time.monotonic() + timeout_s
    while not (found := probe()):
        assert time.monotonic() < deadline, f"waited {timeout_s:g} s in vain for {what}"
    return found


def test_jobs_are_done_and_the_worker_stops_when_it_is_told_to(
    plan: tuple[StackPlan, Path], project: LocalProject, tmp_path: Path
) -> None:
    workload = plan[0].workloads[0]
    log = tmp_path / "worker.log"
    with project.worker(workload.name, workload.command, log) as worker:
        ids = project.enqueue(workload.name, 60)
        status = until("the jobs", lambda: not (found := project.status(ids))["missing"] and found, 120)
        assert status["done"] == 60, log.read_text()[-2000:]
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0


def test_a_refused_payload_becomes_a_dead_letter(
    plan: tuple[StackPlan, Path], project: LocalProject, tmp_path: Path
) -> None:
    workload = plan[0].workloads[0]
    payload = {
        "api": '{"customer_id": "c", "domain": "sandbox-reject.example"}',
        "ml": '{"message_id": "m", "text": "sandbox-reject"}',
    }[workload.kind]
    with project.worker(workload.name, workload.command, tmp_path / "worker.log"):
        ids = project.enqueue(workload.name, 1, "--payload", payload)
        assert until("the dead letter", lambda: project.status(ids)["dead"] == 1, 60)
    assert project.module("runtime.deadletters", "count", workload.name).strip() == "1"
    assert project.module("runtime.deadletters", "purge", workload.name).strip() == "1"


def test_the_rendered_tests_and_checks_pass(project: LocalProject) -> None:
    """As a user would run them, with the locked development requirements."""
    pip = [project.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.run([*pip, "-r", "requirements/dev.txt"], cwd=project.root, check=True)
    env = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    for argv in (["pytest", "-q"], ["ruff", "check", "."], ["mypy"]):
        command = [project.python, "-m", *argv]
        done = subprocess.run(command, cwd=project.root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{argv}\n{done.stdout[-3000:]}\n{done.stderr[-1000:]}"
