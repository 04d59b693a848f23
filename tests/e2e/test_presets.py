"""Each preset as it is rendered, on real brokers: what it promises, and what happens when parts of it die.

The tests of one preset share one running project and follow one another.
"""

from __future__ import annotations

import subprocess
import time
from typing import Any

import pytest
from cases import Case
from compose_project import Project, wait_for

from queuewright.stack.plan import StackPlan

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def settled(status: dict[str, Any]) -> bool:
    return not status["missing"]


def test_every_container_is_healthy_and_hardened(
    project: Project, plan: StackPlan, outcome: dict[str, Any]
) -> None:
    for service in [project.worker, *(each.id for each in plan.services if each.profile is None)]:
        for container in project.containers(service):
            form = "{{.State.Health.Status}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}"
            health, read_only, dropped, options = project.run(
                "docker", "inspect", "--format", form, container
            ).stdout.split(maxsplit=3)
            assert health == "healthy", service
            assert dropped == "[ALL]", service
            assert "no-new-privileges" in options, service
            assert read_only == "true", service
    uid = project.run("docker", "exec", project.containers(project.worker)[0], "id", "-u").stdout.strip()
    assert uid == "10001"
    outcome["stack"] = f"{plan.broker}+{plan.worker} {plan.variant}"
    outcome["images"] = sorted({each.image for each in plan.services if each.profile is None})


def test_a_thousand_tasks_are_done(project: Project, outcome: dict[str, Any]) -> None:
    started = time.monotonic()
    ids = project.enqueue(1000)
    assert len(set(ids)) == 1000
    status = project.status(ids, wait_s=400)
    assert status["missing"] == []
    assert status["dead"] == 0
    assert status["done"] == 1000
    outcome["thousand_tasks_s"] = round(time.monotonic() - started, 1)
    outcome["thousand_tasks_done"] = status["done"]


def test_priorities_go_in_the_direction_that_they_say(project: Project, plan: StackPlan, case: Case) -> None:
    """High-priority tasks that are enqueued last, behind a backlog, are done before its end."""
    if plan.priority.mode == "none":
        assert plan.workloads[0].answers.priorities == "none"
        return
    slots = plan.workloads[0].slots * len(project.containers(project.worker))
    low = project.enqueue_payloads(case.task, case.payloads(slots * 12, "sandbox-delay-1"), priority="low")
    high = project.enqueue_payloads(case.task, case.payloads(slots, "sandbox-delay-0.1"), priority="high")
    assert settled(project.status(high, wait_s=120))
    waiting = project.status(low)["missing"]
    assert len(waiting) >= 2 * slots, "the high-priority tasks were not done before the backlog"
    assert settled(project.status(low, wait_s=120))


def test_a_killed_worker_loses_nothing(
    project: Project, plan: StackPlan, case: Case, outcome: dict[str, Any]
) -> None:
    slots = plan.workloads[0].slots * len(project.containers(project.worker))
    ids = project.enqueue_payloads(case.task, case.payloads(slots * 20, "sandbox-delay-1"))
    wait_for("tasks to be under way", lambda: project.status(ids)["starts"] >= 2, 60)
    project.kill_worker()
    killed = time.monotonic()
    assert project.status(ids)["missing"], "all tasks were done before the worker was killed"
    status = project.status(ids, wait_s=case.recovery_s)
    assert status["missing"] == []
    assert status["done"] == len(ids)
    outcome["killed_worker_lost"] = len(ids) - status["done"]
    outcome["killed_worker_worked_again"] = status["starts"] - status["done"]
    outcome["killed_worker_recovered_s"] = round(time.monotonic() - killed, 1)
    wait_for("the killed worker to be back", lambda: project.all_healthy(), 120)


def test_a_restarted_broker_loses_nothing(
    project: Project, plan: StackPlan, case: Case, outcome: dict[str, Any]
) -> None:
    slots = plan.workloads[0].slots * len(project.containers(project.worker))
    ids = project.enqueue_payloads(case.task, case.payloads(slots * 20, "sandbox-delay-1"))
    wait_for("some tasks to be done", lambda: project.status(ids)["done"] >= 3, 60)
    project.compose("restart", "broker", timeout_s=180)
    restarted = time.monotonic()
    found = wait_for("the store to answer", lambda: project.try_status(ids), 60)
    assert found["missing"], "all tasks were done before the broker was restarted"
    status = wait_for(
        "all tasks after the restart",
        lambda: (found := project.try_status(ids)) and settled(found) and found,
        case.recovery_s,
        every_s=2,
    )
    assert status["done"] == len(ids)
    outcome["restarted_broker_lost"] = len(ids) - status["done"]
    outcome["restarted_broker_worked_again"] = status["starts"] - status["done"]
    outcome["restarted_broker_recovered_s"] = round(time.monotonic() - restarted, 1)
    wait_for("the workers to be healthy", lambda: project.all_healthy(), 120)


def test_a_poison_message_becomes_a_dead_letter_and_is_replayed(
    project: Project, case: Case, outcome: dict[str, Any]
) -> None:
    assert project.dead_letters() == 0
    mended_at = int(time.time()) + 30
    (poison,) = project.enqueue_payloads(case.task, case.payloads(1, f"sandbox-reject-until-{mended_at}"))
    status = project.status([poison], wait_s=60)
    assert status["dead"] == 1
    assert project.dead_letters() == 1
    wait_for("what was broken to be mended", lambda: time.time() > mended_at + 1, 60)
    project.replay(poison)
    status = wait_for("the replayed task", lambda: (found := project.status([poison]))["done"] == 1 and found, 60)
    assert project.dead_letters() == 0
    outcome["poison_dead_lettered"] = True
    outcome["dead_letter_replayed"] = status["done"] == 1


def test_a_task_that_kills_its_worker_is_bounded(
    project: Project, plan: StackPlan, case: Case, outcome: dict[str, Any]
) -> None:
    """It comes to rest in the dead letters, and the tasks beside it are done."""
    payloads = [*case.payloads(1, "sandbox-crash"), *case.payloads(10, "sandbox-delay-0.2")]
    deadly, *others = project.enqueue_payloads_from_outside(case.task, payloads)
    assert len(others) == 10
    status = wait_for(
        "the deadly task in the dead letters",
        lambda: (found := project.try_status([deadly])) and found["dead"] == 1 and found,
        case.crash_waits_s,
        every_s=2,
    )
    assert status["starts"] <= plan.workloads[0].retry.max_retries + 3 + 1
    wait_for("the workers to be healthy", lambda: project.all_healthy(), 240)
    assert wait_for("the count of dead letters", lambda: project.dead_letters() == 1, 60)
    assert project.status(others, wait_s=case.recovery_s)["done"] == len(others)
    outcome["deadly_task_starts"] = status["starts"]


def test_prometheus_has_the_values_that_the_load_had(project: Project, plan: StackPlan, outcome: dict[str, Any]) -> None:
    """One dead letter is left of the test before; 300 tasks wait while the workers are stopped."""
    workload = plan.workloads[0]
    label = f'{{workload="{workload.name}"}}'
    assert wait_for(
        "the dead letter in Prometheus", lambda: project.value(f"workload:dead_letters:sum{label}") == 1, 90
    )
    # workers that were started anew count from nothing
    successes = f'sum(max_over_time(worker_tasks_total{{workload="{workload.name}",outcome="success"}}[15m]))'
    assert wait_for("successes in Prometheus", lambda: (project.value(successes) or 0) > 0, 60)
    assert wait_for("slots in Prometheus", lambda: (project.value(f"sum(worker_slots{label})") or 0) > 0, 60)
    alert = 'ALERTS{alertname="DeadLettersWaiting"}'
    assert wait_for("the alert on dead letters", lambda: project.prometheus(alert), 120)

    # A broker that pushes gives each stopped process what it may hold: in flight. An open request for the next task
    # takes one off the queue that nobody has leased yet: neither waiting nor in flight.
    taken = len(project.containers(project.worker)) * workload.slots
    there = f"workload:queue_length:sum{label} + on (workload) workload:queue_in_flight:sum{label}"
    project.compose("pause", project.worker)
    try:
        ids = project.enqueue_from_outside(300)
        length = wait_for(
            "the queue length in Prometheus",
            lambda: (found := project.value(there)) and found >= 300 - taken and found,
            120,
        )
    finally:
        project.compose("unpause", project.worker)
    assert 300 - taken <= length <= 300
    assert project.status(ids, wait_s=200)["done"] == 300
    assert wait_for(
        "an empty queue in Prometheus", lambda: project.value(f"workload:queue_length:sum{label}") == 0, 120
    )
    outcome["queue_length_seen"] = length
    project.run_module("runtime.deadletters", "purge", workload.name)
    assert project.dead_letters() == 0


def test_down_finishes_the_running_task_within_the_grace_period(
    project: Project, plan: StackPlan, case: Case, outcome: dict[str, Any]
) -> None:
    """The last test of a preset: its workers are gone afterwards."""
    (running,) = project.enqueue_payloads(case.task, case.payloads(1, "sandbox-delay-6"))
    wait_for("the task to run", lambda: project.status([running])["starts"] == 1, 30)
    containers = project.containers(project.worker)
    started = time.monotonic()
    project.compose("stop", project.worker, timeout_s=plan.workloads[0].limits.grace_s + 30)
    taken = time.monotonic() - started
    assert taken < plan.workloads[0].limits.grace_s
    codes = [_exit_code(project, each) for each in containers]
    assert codes == [0] * len(containers)
    assert project.status_from_outside([running])["done"] == 1
    outcome["stop_finished_running_task"] = True
    outcome["stop_took_s"] = round(taken, 1)


def _exit_code(project: Project, container: str) -> int:
    found: subprocess.CompletedProcess[str] = project.run("docker", "inspect", "--format", "{{.State.ExitCode}}", container)
    return int(found.stdout)
