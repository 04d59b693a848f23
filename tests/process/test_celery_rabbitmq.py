"""Celery on RabbitMQ in a rendered project's own environment, without a broker: a model of one tells where messages go."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from queuewright import catalog
from queuewright.render import render_spec
from queuewright.spec import loads
from tools.local_project import make_environment

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("process-celery-rabbitmq")]

SPEC = """
version: 1
name: fresh
stack: {broker: rabbitmq, worker: celery}
answers: {language: python}
workloads:
  - {name: imports, answers: {workload: pipeline}}
  - {name: mails, answers: {workload: email}}
"""
PRODUCER = """
import json, sys
import amqp_model
from fresh.runtime import connection
connection._url = lambda settings: amqp_model.URL
from fresh.runtime import enqueue
for workload, delay in json.loads(sys.argv[1]):
    assert enqueue.main([workload, "--delay", str(delay)]) == 0
print(json.dumps({"arrived": amqp_model.arrived, "queues": sorted(amqp_model.queues)}))
"""
KILLED = """
import json, sys
from billiard.einfo import ExceptionInfo
from billiard.exceptions import WorkerLostError
from celery.worker.request import Request
from fresh.runtime import celery_request

told = []
celery_request.Ledger.lost = lambda self, task_id, work, error: told.append([task_id, work.name, error])
celery_request.Thread = lambda target, args, daemon: type("AtOnce", (), {"start": staticmethod(lambda: target(*args))})
Request.on_timeout = Request.on_failure = lambda self, *_, **options: None


class Request_(celery_request.CountedRequest):
    id, name = "task-1", "imports.run"

    def __init__(self):
        pass


request = Request_()
request.on_timeout(soft=True, timeout=25)
request.on_timeout(soft=False, timeout=30)
try:
    raise WorkerLostError("Worker exited prematurely: signal 9 (SIGKILL).")
except WorkerLostError:
    request.on_failure(ExceptionInfo())
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Runs a script in the project's environment; what its last line says."""
    root = tmp_path_factory.mktemp("celery-rabbitmq")
    for file in render_spec(loads(SPEC).spec, catalog.load()).tree.values():
        target = root / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8")
    python = make_environment(root)
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "WORKLOAD": "imports"}

    def run(script: str, *argv: str) -> Any:
        done = subprocess.run(
            [python, "-c", script, *argv],
            cwd=root,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.mark.parametrize(
    "first",
    [("imports", 0), ("imports", 1), ("imports", 3600), ("mails", 90)],
    ids=lambda each: f"{each[0]}-{each[1]}s",
)
def test_a_message_that_is_sent_before_any_worker_has_started_arrives(
    project: Callable[..., Any], first: tuple[str, int]
) -> None:
    """The broker is empty: it is the producer that declares what the message needs, the queues of delays too."""
    found = project(PRODUCER, json.dumps([first]))
    assert found["arrived"] == [first[0]]
    assert f"{first[0]}.dead" in found["queues"], "what fails needs a place to go"


def test_what_is_sent_after_it_arrives_once(project: Callable[..., Any]) -> None:
    found = project(PRODUCER, json.dumps([("imports", 60), ("imports", 0), ("mails", 5), ("imports", 7)]))
    assert found["arrived"] == ["imports", "imports", "mails", "imports"]


def test_what_killed_a_task_is_written_down_where_its_dead_letter_can_tell(
    project: Callable[..., Any],
) -> None:
    """At the soft limit the task ends by itself, and says so."""
    assert project(KILLED) == [
        ["task-1", "imports", "TimeLimitExceeded: killed at the hard limit of 30 s"],
        ["task-1", "imports", "WorkerLostError: Worker exited prematurely: signal 9 (SIGKILL)."],
    ]
