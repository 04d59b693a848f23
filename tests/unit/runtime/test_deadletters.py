"""Dead letters in Redis: each kept once, none lost while it is replayed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from fakeredis import FakeRedis

if TYPE_CHECKING:
    from demo_shop.runtime.deadletter import DeadLetter
    from demo_shop.runtime.deadletter_store import RedisDeadLetters


@pytest.fixture
def letters(store: FakeRedis) -> RedisDeadLetters:
    from demo_shop.runtime.deadletter_store import RedisDeadLetters
    from demo_shop.runtime.workloads import WORKLOADS

    return RedisDeadLetters(WORKLOADS["signups"], store)


def letter(task_id: str, died_at: float | None = None, **changes: Any) -> DeadLetter:
    from demo_shop.runtime.deadletter import DeadLetter

    envelope = {"id": task_id, "task": "signups.enrich", "payload": {}}
    known = {
        "id": task_id,
        "task": "signups.enrich",
        "workload": "signups",
        "died_at": died_at or time.time(),
    }
    rest = {"error": "KeyError", "message": "x", "attempts": 1, "starts": 1, "envelope": envelope}
    return DeadLetter.model_validate({**known, **rest, **changes})


def test_a_message_that_comes_twice_is_buried_once(letters: RedisDeadLetters) -> None:
    letters.put(letter("a"))
    letters.put(letter("a", message="again"))
    assert letters.count() == 1
    assert [each.message for each in letters.list(10)] == ["again"]


def test_lists_the_oldest_first_and_no_more_than_asked(letters: RedisDeadLetters) -> None:
    now = time.time()
    for index, task_id in enumerate("cab"):
        letters.put(letter(task_id, now + index))
    assert [each.id for each in letters.list(2)] == ["c", "a"]


def test_replays_one_or_all_and_reports_how_many(letters: RedisDeadLetters) -> None:
    for task_id in "abc":
        letters.put(letter(task_id))
    sent: list[str] = []
    assert letters.replay("b", lambda envelope: sent.append(envelope.id)) == 1
    assert letters.replay("b", lambda envelope: sent.append(envelope.id)) == 0
    assert letters.replay(None, lambda envelope: sent.append(envelope.id)) == 2
    assert (sent, letters.count()) == (["b", "a", "c"], 0)


def test_a_letter_stays_where_the_broker_does_not_take_the_message(letters: RedisDeadLetters) -> None:
    letters.put(letter("a"))

    def refuse(envelope: Any) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        letters.replay(None, refuse)
    assert letters.count() == 1


def test_a_task_that_dies_again_during_its_replay_is_kept(letters: RedisDeadLetters) -> None:
    letters.put(letter("a", time.time() - 60))
    assert letters.replay("a", lambda envelope: letters.put(letter("a", message="died again"))) == 1
    assert [each.message for each in letters.list(10)] == ["died again"]


def test_what_no_worker_could_read_stays_to_be_looked_at(letters: RedisDeadLetters) -> None:
    letters.put(letter("a", envelope={"rubbish": True}))
    assert letters.replay(None, lambda envelope: pytest.fail("it cannot be sent")) == 0
    assert letters.purge("a") == 1
    assert letters.count() == 0


def test_drops_what_has_outlived_its_time(letters: RedisDeadLetters, store: FakeRedis) -> None:
    letters.put(letter("old", time.time() - 31 * 86400))
    letters.put(letter("new"))
    assert [each.id for each in letters.list(10)] == ["new"]
    assert store.hlen("demo-shop:signups.dead:letters") == 1
