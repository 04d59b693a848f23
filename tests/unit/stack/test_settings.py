"""What is set in a spec, and what is derived beside it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from queuewright import catalog
from queuewright.errors import SpecError
from queuewright.spec import loads
from queuewright.stack import plan_spec
from queuewright.stack.plan import StackPlan


def planned(answers: dict[str, Any], workload: dict[str, Any], project: dict[str, Any] | None = None) -> StackPlan:
    spec = {
        "version": 1,
        "name": "shop",
        "stack": {"broker": "redis", "worker": "celery"},
        "workloads": [{"name": "jobs", "answers": answers, "settings": workload}],
        "settings": project or {},
    }
    return plan_spec(loads(yaml.safe_dump(spec), "queuewright.yaml").spec, catalog.load())


def test_memory_is_counted_in_whole_mib() -> None:
    plan = planned({}, {"memory_limit": "300.2MiB"}, {"broker_memory": "100.5MiB", "cache_memory": "33.3MiB"})
    assert {plan.settings["broker_memory"], plan.settings["cache_memory"]} == {101, 34}
    assert plan.workloads[0].resources.memory_mib == 301


def test_seconds_are_whole_and_limits_keep_their_order() -> None:
    set_ = {"soft_time_limit": "2.1s", "time_limit": "2.9s", "visibility_timeout": "60.5s"}
    limits = planned({"task_max": "2s"}, set_).workloads[0].limits
    assert (limits.soft_s, limits.hard_s, limits.visibility_s, limits.grace_s) == (2, 3, 61, 13)


def test_what_may_be_shorter_than_a_second_stays_so() -> None:
    set_ = {"batch_wait": "2.5ms", "latency_objective": "1.5s", "cache_ttl": "1.5s"}
    settings = planned({"workload": "ml"}, set_).workloads[0].settings
    assert (settings["batch_wait"], settings["latency_objective"], settings["cache_ttl"]) == (0.0025, 1.5, 2)


def test_limits_that_fall_together_in_whole_seconds_are_refused() -> None:
    with pytest.raises(SpecError, match=r"`time_limit` .* must be below `visibility_timeout`"):
        planned({"task_typical": "1s", "task_max": "10s"}, {"time_limit": "10.2s", "visibility_timeout": "10.4s"})


@pytest.mark.parametrize(
    ("answers", "settings", "derived"),
    [
        ({}, {"replicas_max": 1}, {"replicas_min": 1}),
        ({"workload": "pipeline"}, {"retry_backoff_max": "10s"}, {"retry_backoff": 10}),
        ({"workload": "api"}, {"retry_backoff": "10m"}, {"retry_backoff_max": 600}),
        ({"workload": "ml"}, {"memory_limit": "512MiB"}, {"memory_per_task": 512}),
    ],
)
def test_what_is_derived_gives_way_to_what_is_set(
    answers: dict[str, Any], settings: dict[str, Any], derived: dict[str, Any]
) -> None:
    resolved = planned(answers, settings).workloads[0].settings
    assert {key: resolved[key] for key in derived} == derived


def test_a_longer_backoff_lengthens_the_visibility_timeout() -> None:
    assert planned({"workload": "api"}, {"retry_backoff": "1h"}).workloads[0].limits.visibility_s > 3600


def test_a_load_beyond_all_workers_is_planned_at_once_with_the_most_replicas() -> None:
    load = {"rate_avg": "1000000000/s", "rate_peak": "1000000000/s", "task_typical": "1d", "task_max": "1d"}
    workload = planned(load, {}).workloads[0]
    assert (workload.scaling.min_replicas, workload.scaling.max_replicas) == (10000, 10000)
    assert "would be needed" in workload.sizing.replicas_max.because
    assert "e+" not in workload.sizing.offered_load.because


@pytest.mark.parametrize(
    "setting",
    [
        {"image": "registry.example.com:5000/team/workers:1.2"},
        {"image": "a//b"},
        {"namespace": "n" * 52},
        {"priority_class": "a..b"},
        {"secret_store": "vault.-prod"},
        {"runbook_url": "https://example.com/RUNBOOK.md#top"},
    ],
    ids=str,
)
def test_what_would_be_no_name_in_a_rendered_file_is_refused_with_what_it_is(setting: dict[str, str]) -> None:
    (key,) = setting
    with pytest.raises(SpecError) as refused:
        planned({}, {}, setting)
    (problem,) = refused.value.problems
    assert f"`{key}` cannot be" in problem.message
    assert problem.line is not None
    assert catalog.load().settings[key].summary in (problem.hint or "")


@pytest.mark.parametrize("image", ["app", "team/app", "localhost:5000/a", "registry.example.com:5000/team/app.x_y/a--b"])
def test_an_image_may_have_a_registry_and_its_port(image: str) -> None:
    assert planned({}, {}, {"image": image}).settings["image"] == image
