"""The commands of every rendered runbook: each exists, and is right on Compose and on Kubernetes both."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache

import pytest
import yaml

from queuewright import catalog
from queuewright.render import render
from queuewright.render.tree import Tree
from queuewright.spec import load
from queuewright.stack import plan_spec
from queuewright.stack.plan import RunbookCommand, StackPlan
from tools.golden import GOLDEN, cases

CASES = sorted(path.name for path in cases())


@cache
def plan_of(case: str) -> StackPlan:
    return plan_spec(load(GOLDEN / case / "queuewright.yaml").spec, catalog.load())


@cache
def tree_of(case: str) -> Tree:
    return render(plan_of(case), catalog.load()).tree


def stack(case: str) -> str:
    return f"{plan_of(case).broker} {plan_of(case).worker}"


def blocks(case: str) -> list[str]:
    text = tree_of(case)["RUNBOOK.md"].content
    return re.findall(r"(?ms)^ *```sh\n(.*?)^ *```", text)


def spans(case: str) -> list[str]:
    """Commands in the prose."""
    prose = re.sub(r"(?ms)^ *```.*?^ *```", "", tree_of(case)["RUNBOOK.md"].content)
    return re.findall(r"`([^`\n]+)`", prose)


def pods(case: str) -> set[str]:
    """Names of the pods that a command may name: those of stateful sets, and of RabbitMQ's operator."""
    found = set()
    for file in tree_of(case).values():
        if not file.path.startswith("k8s/") or not file.path.endswith(".yaml"):
            continue
        for each in yaml.safe_load_all(file.content):
            kind, name = (each or {}).get("kind"), ((each or {}).get("metadata") or {}).get("name")
            if kind == "StatefulSet":
                found.add(f"{name}-0")
            elif kind == "RabbitmqCluster":
                found.add(f"{name}-server-0")
    return found


@pytest.mark.parametrize("case", CASES)
def test_every_block_parses(case: str) -> None:
    assert len(blocks(case)) > 20
    for block in blocks(case):
        parsed = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert parsed.returncode == 0, block + parsed.stderr


@pytest.mark.parametrize("case", CASES)
def test_every_module_is_there(case: str) -> None:
    paths = set(tree_of(case))
    package = plan_of(case).package
    modules = re.findall(rf"(?:-m|-A) ({package}[.\w]+)", "\n".join([*blocks(case), *spans(case)]))
    assert len(set(modules)) >= 4
    for module in modules:
        assert f"src/{module.replace('.', '/')}.py" in paths, module


@pytest.mark.parametrize("case", CASES)
def test_every_service_and_pod_is_there(case: str) -> None:
    services = set(yaml.safe_load(tree_of(case)["compose.yaml"].content)["services"])
    text = "\n".join([*blocks(case), *spans(case)])
    named = re.findall(
        r"docker compose (?:exec|up|stop|restart|logs)((?: +-[-\w]+(?:[= ]\d+\w)?)*) +([a-z][-a-z]*)", text
    )
    assert {service for _, service in named} <= services
    assert any(service == "broker" for _, service in named)
    executed = re.findall(r"kubectl -n (\S+) exec (?:-i )?(\S+)", text)
    assert executed
    for namespace, target in executed:
        assert namespace == '"$N"'
        assert target in {'"deploy/worker-$W"', '"$p"', *pods(case)}, target
    elsewhere = re.findall(r"in development: (\S+),", text)
    assert set(elsewhere) <= pods(case)


def commands(case: str) -> Iterator[RunbookCommand]:
    yield from plan_of(case).runbook


@pytest.mark.parametrize("case", CASES)
def test_a_command_of_a_worker_is_one_for_both_and_the_others_have_both_forms(case: str) -> None:
    ids = [each.id for each in commands(case)]
    assert len(ids) == len(set(ids)), "one for each workload would be a list that nobody reads at night"
    for each in commands(case):
        if each.worker:
            assert not each.compose
            assert not each.kubernetes
            assert not re.search(r"docker|kubectl|\$N", each.worker)
        else:
            assert each.compose.startswith("docker compose exec")
            assert each.kubernetes.startswith('kubectl -n "$N" exec')
    # RQ's overview tells what waits and what runs in one
    wanted = {"queue_length", "broker_memory", "ping", *(() if stack(case) == "redis rq" else ("in_flight",))}
    assert wanted <= set(ids)


@pytest.mark.parametrize("case", CASES)
def test_what_a_lost_worker_held_comes_again_by_a_rule_that_the_stack_has(case: str) -> None:
    """Only Celery on Redis waits for a visibility timeout."""
    text = tree_of(case)["RUNBOOK.md"].content
    row = next(line for line in text.splitlines() if line.startswith("| redelivery of what"))
    visible = all(f"within {w.limits.visibility_s} s" in row for w in plan_of(case).workloads)
    assert visible == (stack(case) == "redis celery")


@pytest.mark.parametrize("case", CASES)
def test_recycling_is_promised_where_it_is_done(case: str) -> None:
    files, plan = tree_of(case), plan_of(case)
    done = any(
        "max_tasks_per_child" in file.content
        for path, file in files.items()
        if path.endswith(("celery_app.py", "supervisor.py"))
    )
    assert (
        done
        == all(w.recycles for w in plan.workloads)
        == ("Recycle: `max_tasks_per_child`" in files["RUNBOOK.md"].content)
    )
    assert done or not any(w.settings["max_tasks_per_child"] for w in plan.workloads)
