"""Which projects are started, what is known of them, and the written table of what came out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from cases import CASES, Case
from compose_project import Project

from queuewright import catalog
from queuewright.spec import load
from queuewright.stack import plan_spec
from queuewright.stack.plan import StackPlan

OUTCOMES = Path(__file__).resolve().parents[2] / "build" / "e2e.json"


def required() -> bool:
    return os.environ.get("QW_REQUIRE") == "1"


@pytest.fixture(scope="session")
def docker() -> None:
    """An engine with Compose; without one the tests are skipped, in CI they fail."""
    done = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False) if _engine() else None
    if done is None or done.returncode != 0:
        message = "no Docker engine with Compose answers: `docker info` and `docker compose version` say why"
        if required():
            pytest.fail(message)
        pytest.skip(message)


def _engine() -> bool:
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture(scope="module")
def project(case: Case, docker: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The case as `qw` writes it, built and started, with its exporters and Prometheus."""
    root = tmp_path_factory.mktemp("e2e") / f"e2e-{case.name}"
    if case.spec is None:
        command = ["init", str(root), "--preset", case.name, "--yes", "--no-input"]
    else:
        root.mkdir()
        command = ["render", str(shutil.copy(case.spec, root / "queuewright.yaml"))]
    done = subprocess.run(
        [sys.executable, "-m", "queuewright", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    plan = plan_spec(load(root / "queuewright.yaml").spec, catalog.load())
    started = Project(root, plan.package, plan.workloads[0].name)
    try:
        started.start(*monitoring(plan))
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def plan(project: Project) -> StackPlan:
    return plan_spec(load(project.root / "queuewright.yaml").spec, catalog.load())


def monitoring(plan: StackPlan) -> list[str]:
    """Services of the monitoring profile whose images can be had; Grafana's needs a registry."""
    wanted = [service for service in plan.services if service.profile == "monitoring" and service.id != "grafana"]
    return [
        service.id
        for service in wanted
        if subprocess.run(["docker", "image", "inspect", service.image], capture_output=True, check=False).returncode == 0
    ]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows what the containers logged: they are gone when somebody reads it."""
    report = yield
    project = getattr(item, "funcargs", {}).get("project")
    if report.when == "call" and report.failed and isinstance(project, Project):
        report.sections.append(("containers", project.state()))
    return report


@pytest.fixture
def outcome(case: Case, request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """What a test measured; kept for docs/support.md."""
    measured: dict[str, Any] = {}
    yield measured
    if measured:
        OUTCOMES.parent.mkdir(exist_ok=True)
        known = json.loads(OUTCOMES.read_text()) if OUTCOMES.exists() else {}
        known.setdefault(case.name, {}).update(measured)
        OUTCOMES.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
