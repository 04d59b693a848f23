from __future__ import annotations

import time

import pytest
from fakeredis import FakeRedis, FakeServer


class Dependency:
    def __init__(self) -> None:
        self.calls = 0
        self.error: BaseException | None = OSError("down")

    def __call__(self) -> str:
        self.calls += 1
        if self.error:
            raise self.error
        return "up"


def fail(breaker, dependency: Dependency, times: int) -> None:
    for _ in range(times):
        with pytest.raises(type(dependency.error)):
            breaker.call(dependency)


def test_opens_after_failures_in_a_row_and_makes_no_call(store: FakeRedis) -> None:
    from demo_shop.runtime.breaker import Breaker, CircuitOpen
    from demo_shop.runtime.task import Transient

    breaker, dependency = Breaker("partner", store=store, fail_max=3, reset_s=60), Dependency()
    fail(breaker, dependency, 3)
    with pytest.raises(CircuitOpen) as raised:
        breaker.call(dependency)
    assert isinstance(raised.value, Transient)
    assert raised.value.retry_after == 60
    assert breaker.is_open
    assert dependency.calls == 3


def test_a_success_in_between_starts_the_count_anew(store: FakeRedis) -> None:
    from demo_shop.runtime.breaker import Breaker

    breaker, dependency = Breaker("partner", store=store, fail_max=3), Dependency()
    fail(breaker, dependency, 2)
    breaker.call(lambda: "up")
    fail(breaker, dependency, 2)
    assert not breaker.is_open


def test_what_one_process_learned_holds_for_all(store: FakeRedis) -> None:
    from demo_shop.runtime.breaker import Breaker, CircuitOpen

    one, other = (Breaker("partner", store=store, fail_max=4, reset_s=60) for _ in range(2))
    dependency = Dependency()
    fail(one, dependency, 2)
    fail(other, dependency, 2)
    for breaker in (one, other, Breaker("partner", store=store, fail_max=4, reset_s=60)):
        with pytest.raises(CircuitOpen):
            breaker.call(dependency)
    assert not Breaker("other partner", store=store).is_open


@pytest.mark.parametrize("shared", [True, False])
def test_closes_when_a_trial_call_succeeds(shared: bool, store: FakeRedis) -> None:
    from demo_shop.runtime.breaker import Breaker, CircuitOpen

    breaker, dependency = Breaker("p", store=store if shared else None, fail_max=1, reset_s=1.2), Dependency()
    fail(breaker, dependency, 1)
    dependency.error = None
    give_up = time.monotonic() + 5
    while breaker.is_open and time.monotonic() < give_up:
        try:
            assert breaker.call(dependency) == "up"
        except CircuitOpen:
            time.sleep(0.02)
    assert dependency.calls == 2
    assert not breaker.is_open


def test_an_error_about_our_input_is_no_failure_of_theirs(store: FakeRedis) -> None:
    from demo_shop.runtime.breaker import Breaker
    from demo_shop.runtime.task import Permanent

    breaker, dependency = Breaker("partner", store=store, fail_max=2), Dependency()
    dependency.error = Permanent("no such company")
    fail(breaker, dependency, 5)
    assert not breaker.is_open


def test_a_shutdown_passes_through_and_is_no_failure_of_theirs(store: FakeRedis) -> None:
    """Workers that lose their broker stop many tasks at once: that must not open the circuit."""
    from demo_shop.runtime.breaker import Breaker

    breaker, dependency = Breaker("partner", store=store, fail_max=1), Dependency()
    dependency.error = SystemExit(0)
    fail(breaker, dependency, 3)
    assert not breaker.is_open


def test_counts_for_itself_while_the_store_is_away(store: FakeRedis, server: FakeServer) -> None:
    from demo_shop.runtime.breaker import Breaker, CircuitOpen

    server.connected = False
    breaker, dependency = Breaker("partner", store=store, fail_max=2), Dependency()
    fail(breaker, dependency, 2)
    with pytest.raises(CircuitOpen):
        breaker.call(dependency)
    server.connected = True
    dependency.error = None
    assert breaker.call(dependency) == "up"
