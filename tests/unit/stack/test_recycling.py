"""A setting that a worker cannot heed is refused, not ignored."""

from __future__ import annotations

import pytest

from queuewright import catalog
from queuewright.errors import SpecError
from queuewright.spec import loads
from queuewright.stack import plan_spec

SPEC = """
version: 1
name: shop
stack: {{broker: redis, worker: {worker}}}
answers: {{language: python}}
workloads:
  - {{name: requests, answers: {{workload: api}}, settings: {{max_tasks_per_child: {tasks}}}}}
"""


def test_dramatiq_replaces_no_process_and_says_so() -> None:
    with pytest.raises(SpecError, match="`max_tasks_per_child` has no effect: dramatiq") as error:
        plan_spec(loads(SPEC.format(worker="dramatiq", tasks=100)).spec, catalog.load())
    assert error.value.problems[0].where == ("workloads", 0, "settings", "max_tasks_per_child")


@pytest.mark.parametrize(("worker", "tasks"), [("dramatiq", 0), ("celery", 100), ("rq", 100)])
def test_what_can_be_heeded_is_kept(worker: str, tasks: int) -> None:
    (work,) = plan_spec(loads(SPEC.format(worker=worker, tasks=tasks)).spec, catalog.load()).workloads
    assert work.settings["max_tasks_per_child"] == tasks
