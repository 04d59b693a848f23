"""The formulas against vectors that were worked out apart and checked by simulation."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queuewright.sizing.queueing import (
    backlog_per_replica,
    concurrency_for,
    desired_replicas,
    drain_time,
    erlang_c,
    mean_wait,
    offered_load,
    slots_for,
    slots_to_drain,
    wait_exceeds,
    wait_quantile,
)


@pytest.mark.parametrize(
    ("servers", "waiting", "wait"),
    [(3, 0.7022, 421.35), (4, 0.3199, 63.97), (5, 0.1304, 15.64), (6, 0.0474, 4.07)],
)
def test_erlang_c_of_a_help_desk(servers, waiting, wait):
    """30 calls an hour of 5 minutes."""
    assert erlang_c(servers, 2.5) == pytest.approx(waiting, abs=5e-5)
    assert mean_wait(servers, 2.5, 300) == pytest.approx(wait, abs=5e-3)


@pytest.mark.parametrize(("load", "waiting"), [(99_800, 0.412201), (99_950, 0.815856), (99_990, 0.960965)])
def test_many_servers_are_judged_as_the_recursion_judges_them(load, waiting):
    assert erlang_c(100_000, load) == pytest.approx(waiting, abs=1e-6)
    assert erlang_c(100_001, load + 1) == pytest.approx(waiting, abs=5e-4)


def test_no_number_of_servers_takes_long():
    assert erlang_c(10**17, 9 * 10**16) == 0
    assert 0 < erlang_c(10**12, 10**12 - 10**6) < 1


def test_erlang_c_of_a_textbook():
    assert erlang_c(10, 6) == pytest.approx(0.1013, abs=5e-5)


@pytest.mark.parametrize(
    ("rate", "duration", "objective", "variation", "load", "slots", "wait", "general"),
    [
        pytest.param(50, 0.2, 5, {}, 10, 13, 0.0190, 0.0190, id="email"),
        pytest.param(200, 0.05, 1, {}, 10, 13, 0.0048, 0.0048, id="api"),
        pytest.param(2, 1.5, 10, {"cs2": 0.25}, 3, 4, 0.7642, 0.4776, id="ml"),
        pytest.param(0.05, 120, 600, {"cs2": 4}, 6, 8, 21.42, 53.55, id="file"),
        pytest.param(1, 30, 300, {}, 30, 38, 0.4197, 0.4197, id="pipeline"),
        pytest.param(5000, 0.002, 1, {"ca2": 4}, 10, 13, 0.0002, 0.0005, id="events"),
        pytest.param(0.1, 2, 10, {}, 0.2, 1, 0.5, 0.5, id="small"),
    ],
)
def test_workloads(rate, duration, objective, variation, load, slots, wait, general):
    assert offered_load(rate, duration) == pytest.approx(load)
    assert slots_for(rate, duration, objective) == (slots, "utilisation")
    assert mean_wait(slots, load, duration) == pytest.approx(wait, rel=5e-3, abs=5e-5)
    assert mean_wait(slots, load, duration, **variation) == pytest.approx(general, rel=5e-3, abs=5e-5)


def test_share_of_late_tasks():
    assert wait_exceeds(10, 4, 3, 1.5) == pytest.approx(0.5094 * 2.718281828 ** (-10 / 1.5), rel=1e-3)
    assert wait_exceeds(10, 4, 3, 1.5, cs2=0.25) == pytest.approx(1.187e-05, rel=1e-3)
    assert wait_exceeds(600, 8, 6, 120, cs2=4) == pytest.approx(0.006538, rel=1e-3)


@pytest.mark.parametrize(
    ("rate", "objective", "slots", "bound", "late", "one_less"),
    [
        (10, 0.1, 16, "latency", 0.0315, 0.0619),
        (10, 0.5, 14, "latency", 0.0236, 0.0637),
        (10, 2, 12, "latency", 0.0082, 0.0923),
        (100, 0.1, 113, "latency", 0.0381, None),
        (100, 0.5, 106, "utilisation", 0.0222, None),
    ],
)
def test_a_tight_objective_binds(rate, objective, slots, bound, late, one_less):
    assert slots_for(rate, 1, objective, utilisation=0.95) == (slots, bound)
    assert wait_exceeds(objective, slots, rate, 1) == pytest.approx(late, abs=5e-5)
    if one_less is not None:
        assert wait_exceeds(objective, slots - 1, rate, 1) == pytest.approx(one_less, abs=5e-5)


def test_drain():
    assert drain_time(10000, 13, 50, 0.2) == pytest.approx(666.67, abs=5e-3)
    assert drain_time(10000, 20, 50, 0.2) == pytest.approx(200)
    assert drain_time(10000, 10, 50, 0.2) == inf
    assert slots_to_drain(10000, 300, 50, 0.2) == 17
    assert slots_to_drain(10000, 60, 50, 0.2) == 44


@pytest.mark.parametrize(
    ("slots", "objective", "duration", "target"),
    [(1, 10, 0.1, 100), (8, 5, 0.2, 200), (4, 2, 0.2, 40), (1, 600, 120, 5)],
)
def test_backlog_per_replica(slots, objective, duration, target):
    assert backlog_per_replica(slots, objective, duration) == target


def test_desired_replicas():
    assert desired_replicas(1500, 100) == 15
    assert desired_replicas(30, 10) == 3


@pytest.mark.parametrize(
    ("cores", "utilisation", "ratio", "expected"),
    [(8, 0.8, 800 / 200, 32), (1, 0.8, 190 / 10, 16), (2, 1.0, 0, 2)],
)
def test_concurrency(cores, utilisation, ratio, expected):
    assert concurrency_for(cores, utilisation, ratio) == expected


@given(
    st.floats(0.001, 2000),
    st.floats(0.001, 600),
    st.floats(0.01, 3600),
)
def test_more_slots_never_wait_longer(rate, duration, objective):
    load = offered_load(rate, duration)
    if load > 5000:
        return
    slots, _ = slots_for(rate, duration, objective)
    assert load <= 0.8 * slots + 1e-6
    assert wait_exceeds(objective, slots, load, duration) <= 0.05
    assert mean_wait(slots + 1, load, duration) <= mean_wait(slots, load, duration)


@given(st.integers(1, 200), st.floats(0.05, 0.99))
def test_the_quantile_inverts_the_tail(servers, utilisation):
    load = servers * utilisation
    wait = wait_quantile(0.95, servers, load, 1)
    assert wait_exceeds(wait, servers, load, 1) <= 0.05 + 1e-9
