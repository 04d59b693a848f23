from __future__ import annotations

import pytest
from fakeredis import FakeRedis


def test_resumes_where_it_committed(store: FakeRedis) -> None:
    from demo_shop.runtime.checkpoint import Checkpoint

    first = Checkpoint("import:1", store=store)
    assert (first.position, first.data) == (0, {})
    first.commit(100, written=98, rejected=2)
    again = Checkpoint("import:1", store=store)
    assert (again.position, again.data) == (100, {"written": 98, "rejected": 2})
    assert Checkpoint("import:2", store=store).position == 0


def test_a_run_that_was_taken_over_cannot_commit(store: FakeRedis) -> None:
    from demo_shop.runtime.checkpoint import Checkpoint, Superseded
    from demo_shop.runtime.task import Transient

    slow = Checkpoint("import", store=store)
    slow.commit(100)
    fast = Checkpoint("import", store=store)
    fast.commit(200)
    with pytest.raises(Superseded) as raised:
        slow.commit(300)
    assert isinstance(raised.value, Transient)
    assert Checkpoint("import", store=store).position == 200


def test_only_moves_forward(store: FakeRedis) -> None:
    from demo_shop.runtime.checkpoint import Checkpoint

    checkpoint = Checkpoint("import", store=store)
    checkpoint.commit(100)
    with pytest.raises(ValueError, match="99 is before 100"):
        checkpoint.commit(99)


def test_is_forgotten_in_the_end(store: FakeRedis) -> None:
    from demo_shop.runtime.checkpoint import Checkpoint

    Checkpoint("opened only", store=store, ttl_s=50)
    Checkpoint("committed", store=store, ttl_s=50).commit(1)
    assert all(0 < store.ttl(key) <= 50 for key in store.keys("*"))
