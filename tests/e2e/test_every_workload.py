"""One project with every kind of work that the seeds know, on Valkey: each is worked, and survives its worker."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from compose_project import Project, wait_for

from queuewright.spec import load

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

SPEC = Path(__file__).parents[1] / "golden" / "mixed" / "queuewright.yaml"
WORKLOADS = [workload.name for workload in load(SPEC).spec.workloads]
RECOVERY_S = 120
"""Until another worker has taken the work of a killed one that no task was running in."""


@pytest.fixture(scope="module")
def project(docker: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    root = tmp_path_factory.mktemp("e2e") / "mixed"
    root.mkdir()
    shutil.copy(SPEC, root / "queuewright.yaml")
    done = subprocess.run(
        [sys.executable, "-m", "queuewright", "render", str(root / "queuewright.yaml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    started = Project(root, "back_office", WORKLOADS[0])
    try:
        started.start()
        yield started
    finally:
        started.stop()


def test_the_scheduler_runs_once(project: Project) -> None:
    (container,) = project.containers("scheduler")
    health = project.run("docker", "inspect", "--format", "{{.State.Health.Status}}", container)
    assert health.stdout.strip() == "healthy"


@pytest.mark.parametrize("workload", WORKLOADS)
def test_its_samples_are_done(project: Project, workload: str) -> None:
    """Some need a second attempt: a partner of the samples is busy now and then."""
    of = project.of(workload)
    ids = of.enqueue(100)
    assert len(set(ids)) == 100
    status = of.status(ids, wait_s=RECOVERY_S)
    assert status["missing"] == []
    assert (status["done"], status["dead"], status["duplicates"]) == (100, 0, 0)


@pytest.mark.parametrize("workload", WORKLOADS)
def test_a_worker_that_was_killed_comes_back_and_works(project: Project, workload: str) -> None:
    of = project.of(workload)
    of.kill_worker()
    ids = of.enqueue_from_outside(20)
    status = of.status_from_outside(ids, wait_s=RECOVERY_S)
    assert status["missing"] == []
    assert status["done"] == len(ids) == 20
    wait_for("the killed worker to be back", of.all_healthy, 120)
