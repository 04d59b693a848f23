"""How long finished tasks are remembered: all workloads of a project share one store."""

from __future__ import annotations

import pytest

from queuewright import catalog
from queuewright.sizing.assumptions import from_data
from queuewright.sizing.size import idempotency_ttl
from queuewright.spec import loads
from queuewright.stack import plan_spec

WORKLOAD = "  - {{name: w{n}, answers: {{workload: event, language: python, rate_avg: 20/s}}}}\n"


def spec(workloads: int) -> str:
    rows = "".join(WORKLOAD.format(n=n) for n in range(workloads))
    return f"version: 1\nname: many\nstack: {{broker: redis, worker: celery}}\nworkloads:\n{rows}"


@pytest.mark.parametrize("workloads", [1, 2, 4])
def test_the_ledger_fits_its_memory_however_many_workloads_there_are(workloads: int) -> None:
    assumptions = from_data(catalog.load().sizing)
    plan = plan_spec(loads(spec(workloads)).spec, catalog.load())
    kept = sum(w.settings["idempotency_ttl"] * 20 for w in plan.workloads)
    assert kept * assumptions.ledger_entry_bytes <= assumptions.ledger_memory_mib * 2**20


def test_a_slow_project_remembers_a_day_and_a_fast_one_a_redelivery_at_least() -> None:
    assumptions = from_data(catalog.load().sizing)
    assert idempotency_ttl(0.1, 150, assumptions).value == 86400
    assert idempotency_ttl(1e6, 150, assumptions).value == 150
