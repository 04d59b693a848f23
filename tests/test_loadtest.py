"""The rendered load test: its formulas are the sizing's, and its verdict is out where it should be."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from queuewright import catalog
from queuewright.render import render_spec
from queuewright.sizing import queueing
from queuewright.spec.model import Spec

MODULES = ("theory", "plans", "measure", "run")


@cache
def rendered() -> dict[str, str]:
    preset = catalog.load().presets["api"]
    workload = {"name": "requests", "answers": dict(preset.answers), "settings": dict(preset.settings)}
    spec = {"version": 1, "name": "shop", "stack": dict(preset.stack), "workloads": [workload]}
    tree = render_spec(Spec.model_validate(spec), catalog.load()).tree
    return {name: tree[f"loadtest/{name}.py"].content for name in MODULES}


@pytest.fixture
def loadtest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Its modules, over a project whose runtime is not installed here."""
    for name, content in rendered().items():
        (tmp_path / f"{name}.py").write_text(content, encoding="utf-8")
    offered = {
        "ledger": ("Ledger", "Record"),
        "modules": ("load_tasks",),
        "producer": ("enqueue",),
        "task": ("Task", "tasks_of"),
    }
    for path in ("shop", "shop.runtime"):
        monkeypatch.setitem(sys.modules, path, ModuleType(path))
    for name, attributes in offered.items():
        module = ModuleType(f"shop.runtime.{name}")
        for attribute in attributes:
            setattr(module, attribute, None)
        monkeypatch.setitem(sys.modules, f"shop.runtime.{name}", module)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    for name in MODULES:
        sys.modules.pop(name, None)


def steady(loadtest: Any, **changes: Any) -> Any:
    values = {"tasks": 2000, "failed": 0, "retried": 0, "rate": 25.0, "run_mean_s": 0.25}
    waits = {"wait_mean_s": 0.1, "wait_p95_s": 0.5, "wait_max_s": 1.0}
    return loadtest.measure.Outcome(**{**values, **waits, **changes})


def lines(loadtest: Any, outcome: Any, drained_s: float = 10.0) -> dict[str, bool]:
    plan = loadtest.plans.PLANS["requests"]
    compared = loadtest.run.compare(plan, 8, outcome, 300, drained_s, 0.5)
    return {line.what: line.holds for line in compared}


@pytest.mark.parametrize(
    ("servers", "load", "run_s"), [(3, 2.5, 300), (13, 10, 0.2), (4, 3, 1.5), (38, 30, 30)]
)
def test_predicts_what_sizing_predicts(loadtest: Any, servers: int, load: float, run_s: float) -> None:
    theory = loadtest.theory
    assert theory.erlang_c(servers, load) == pytest.approx(queueing.erlang_c(servers, load))
    assert theory.predicted_mean(servers, load, run_s) == pytest.approx(
        queueing.mean_wait(servers, load, run_s)
    )
    assert theory.predicted_quantile(0.95, servers, load, run_s) == pytest.approx(
        queueing.wait_quantile(0.95, servers, load, run_s)
    )


def test_arrivals_are_poisson_and_the_same_for_a_seed(loadtest: Any) -> None:
    times = list(loadtest.theory.arrivals(50.0, 20000, 1))
    gaps = [after - before for before, after in itertools.pairwise(times)]
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / len(gaps)
    assert mean == pytest.approx(1 / 50, rel=0.03)
    assert variance / mean**2 == pytest.approx(1, rel=0.06)
    assert times == list(loadtest.theory.arrivals(50.0, 20000, 1))


def test_holds_where_all_is_as_sized(loadtest: Any) -> None:
    assert all(lines(loadtest, steady(loadtest)).values())


@pytest.mark.parametrize(
    ("what", "changes", "drained_s"),
    [
        ("wait, mean", {"wait_mean_s": 0.5}, 10.0),
        ("wait, p95", {"wait_p95_s": 1.5}, 10.0),
        ("wait, p95: objective", {"wait_p95_s": 6.0}, 10.0),
        ("run, mean", {"run_mean_s": 0.6, "rate": 5.0}, 40.0),
        ("drain of 300", {}, 30.0),
        ("wait, mean", {"rate": 40.0}, 10.0),
    ],
)
def test_is_out_where_it_is_worse_than_sized(
    loadtest: Any, what: str, changes: dict[str, Any], drained_s: float
) -> None:
    assert not lines(loadtest, steady(loadtest, **changes), drained_s)[what]


def test_waits_count_from_when_a_task_was_due(loadtest: Any) -> None:
    sent = loadtest.measure.Sent(ids=["a", "b"], due=[100.0, 101.0])
    records = [
        SimpleNamespace(id="a", starts=1, ending="success", started=100.5, ended=101.0),
        SimpleNamespace(id="b", starts=2, ending="dead", started=101.1, ended=109.0),
    ]
    found = loadtest.measure.outcome(sent, records)
    assert (found.tasks, found.failed, found.retried) == (2, 1, 1)
    assert found.wait_mean_s == pytest.approx(0.3)
    assert found.run_mean_s == pytest.approx(0.5)


def test_a_run_with_clocks_that_differ_is_void(loadtest: Any) -> None:
    sent = loadtest.measure.Sent(ids=["a"], due=[100.0])
    record = SimpleNamespace(id="a", starts=1, ending="success", started=99.0, ended=99.5)
    with pytest.raises(loadtest.measure.Void, match="clocks"):
        loadtest.measure.outcome(sent, [record])
