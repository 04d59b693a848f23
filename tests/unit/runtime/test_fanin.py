from __future__ import annotations

import pytest
from fakeredis import FakeRedis


def test_is_complete_when_every_part_has_arrived_in_any_order(store: FakeRedis) -> None:
    from demo_shop.runtime.fanin import FanIn

    job = FanIn("job", 3, store=store)
    assert [job.arrive(part, {"n": part}) for part in (2, 0, 1)] == [False, False, True]
    assert job.results() == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert job.missing() == []


def test_a_part_counts_once_and_its_last_result_holds(store: FakeRedis) -> None:
    from demo_shop.runtime.fanin import FanIn

    job = FanIn("job", 2, store=store)
    assert not job.arrive(0, "first")
    assert not job.arrive(0, "second")
    assert job.missing() == [1]
    assert job.results() == ["second"]


def test_whoever_comes_after_completion_sees_it_too(store: FakeRedis) -> None:
    """The one that completed the job may have died before it told anybody."""
    from demo_shop.runtime.fanin import FanIn

    FanIn("job", 1, store=store).arrive(0)
    assert FanIn("job", 1, store=store).arrive(0)
    assert not FanIn("other", 2, store=store).arrive(0)


@pytest.mark.parametrize("part", [-1, 2])
def test_refuses_a_part_that_is_none(part: int, store: FakeRedis) -> None:
    from demo_shop.runtime.fanin import FanIn

    with pytest.raises(ValueError, match="not one of 2"):
        FanIn("job", 2, store=store).arrive(part)


def test_is_forgotten_in_the_end(store: FakeRedis) -> None:
    from demo_shop.runtime.fanin import FanIn

    FanIn("job", 2, store=store, ttl_s=50).arrive(0)
    assert 0 < store.ttl("demo-shop:fanin:job") <= 50
