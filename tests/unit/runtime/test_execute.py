"""One delivery of a task: what becomes of it, whatever the task, the message or the state store do wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from fakeredis import FakeRedis, FakeServer
from pydantic import BaseModel

if TYPE_CHECKING:
    from demo_shop.runtime.execute import Verdict


class Order(BaseModel):
    number: int


@pytest.fixture
def declare(source: Any) -> Iterator[Callable[..., str]]:
    """Declares a task whose body is given; its name."""
    from demo_shop.runtime import task as tasks

    def declare(body: Callable[[Any, Any], Any], **options: Any) -> str:
        body.__name__ = "work"
        return tasks.task(workload="signups", payload=Order, **options)(body).name

    yield declare
    tasks._TASKS.pop("signups.work", None)


@pytest.fixture
def run(store: FakeRedis) -> Callable[..., Verdict]:
    from demo_shop.runtime.execute import execute
    from demo_shop.runtime.ledger import Ledger
    from demo_shop.runtime.workloads import WORKLOADS

    work = replace(WORKLOADS["signups"], max_retries=2, backoff_s=1, backoff_max_s=10)

    def run(attempt: int = 1, **message: Any) -> Verdict:
        full = {"id": "task-1", "task": "signups.work", "payload": {"number": 7}, **message}
        return execute(full, work, attempt=attempt, ledger=Ledger(store), timeouts=(TimeoutError,))

    return run


def fail(error: Exception) -> Callable[[Any, Any], Any]:
    def body(payload: Any, context: Any) -> Any:
        raise error

    return body


def test_gives_the_task_its_payload_and_keeps_what_it_returns(
    declare: Callable[..., str], run: Callable[..., Verdict], store: FakeRedis
) -> None:
    from demo_shop.runtime.ledger import Ledger

    seen: list[Any] = []
    declare(lambda payload, context: seen.append((payload, context)) or {"invoice": 12})
    verdict = run(key="order-7")
    assert (verdict.action, verdict.result) == ("done", {"invoice": 12})
    [(payload, context)] = seen
    assert payload == Order(number=7)
    assert (context.id, context.attempt, context.deliveries, context.last_attempt) == ("task-1", 1, 1, False)
    assert context.key == "order-7"
    assert Ledger(store).result("task-1") == {"invoice": 12}


def test_what_is_done_is_not_worked_again(declare: Callable[..., str], run: Callable[..., Verdict]) -> None:
    worked: list[int] = []
    declare(lambda payload, context: worked.append(1))
    assert [run().action for _ in range(3)] == ["done"] * 3
    assert worked == [1]


def test_a_transient_error_is_retried_until_the_last_attempt(
    declare: Callable[..., str], run: Callable[..., Verdict]
) -> None:
    declare(fail(ConnectionError("partner away")))
    assert [run(attempt=attempt).action for attempt in (1, 2, 3)] == ["retry", "retry", "dead"]


def test_a_time_limit_is_worth_a_retry(declare: Callable[..., str], run: Callable[..., Verdict]) -> None:
    declare(fail(TimeoutError()), retry_on=())
    verdict = run()
    assert verdict.failure is not None
    assert (verdict.action, verdict.failure.kind) == ("retry", "TimeoutError")


@pytest.mark.parametrize("kind", ["bug", "permanent", "result"])
def test_what_no_retry_can_help_is_dead_at_once(
    declare: Callable[..., str], run: Callable[..., Verdict], kind: str
) -> None:
    from demo_shop.runtime.task import Permanent

    bodies = {
        "bug": fail(KeyError("x")),
        "permanent": fail(Permanent("no such account")),
        "result": lambda payload, context: object(),
    }
    declare(bodies[kind], retry_on=(Exception,) if kind == "permanent" else ())
    verdict = run()
    assert verdict.action == "dead"
    assert run().action == "dead", "and it stays dead when its message comes again"


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ({"task": "signups.unknown"}, "UnknownTask"),
        ({"task": "elsewhere.work"}, "UnknownTask"),
        ({"payload": {"number": "many"}}, "InvalidPayload"),
        ({"payload": []}, "MalformedMessage"),
        ({"id": "../../etc"}, "MalformedMessage"),
    ],
)
def test_a_message_that_is_wrong_is_a_dead_letter_and_never_raises(
    declare: Callable[..., str], run: Callable[..., Verdict], message: dict[str, Any], kind: str
) -> None:
    declare(lambda payload, context: pytest.fail("it must not run"))
    verdict = run(**message)
    assert verdict.failure is not None
    assert (verdict.action, verdict.failure.kind) == ("dead", kind)


def test_a_message_that_kills_its_worker_is_bounded(
    declare: Callable[..., str], run: Callable[..., Verdict]
) -> None:
    class Killed(BaseException):
        pass

    def die(payload: Any, context: Any) -> None:
        raise Killed

    declare(die)
    for _ in range(2 + 1 + 2):
        with pytest.raises(Killed):
            run()
    for _ in range(3):
        verdict = run()
        assert verdict.failure is not None
        assert (verdict.action, verdict.failure.kind, verdict.starts) == ("dead", "RedeliveryLimit", 5)
        assert "the whole worker went down with it" in verdict.failure.message


def test_the_dead_letter_of_a_killed_task_says_what_is_known_of_its_last_end(
    declare: Callable[..., str], run: Callable[..., Verdict], store: FakeRedis
) -> None:
    from demo_shop.runtime.ledger import Ledger
    from demo_shop.runtime.workloads import WORKLOADS

    class Killed(BaseException):
        pass

    def die(payload: Any, context: Any) -> None:
        raise Killed if context.deliveries > 1 else TimeoutError("too slow")

    ledger, work = Ledger(store), WORKLOADS["signups"]
    declare(die)
    ledger.lost("task-1", work, "WorkerLost: an earlier kill")
    run()
    assert store.hget("demo-shop:task:task-1", "lost") == "", "an end that is written down is the later one"
    with pytest.raises(Killed):
        run()
    ledger.lost("task-1", work, "WorkerLost: killed by SIGKILL")
    for _ in range(3):
        with pytest.raises(Killed):
            run()
    verdict = run()
    assert verdict.failure is not None
    assert verdict.failure.message.endswith("the last that is known: WorkerLost: killed by SIGKILL")
    assert store.ttl("demo-shop:task:task-1") > 0


def test_works_on_while_the_state_store_is_away(
    declare: Callable[..., str], run: Callable[..., Verdict], server: FakeServer
) -> None:
    declare(lambda payload, context: "sent")
    server.connected = False
    assert run().action == "done"


def test_backoff_doubles_within_its_maximum_and_heeds_what_the_other_side_asks_for(source: Any) -> None:
    from demo_shop.runtime.execute import retry_delay_s
    from demo_shop.runtime.workloads import WORKLOADS

    work = replace(WORKLOADS["signups"], backoff_s=2, backoff_max_s=60)
    for attempt, ceiling in ((1, 2), (2, 4), (3, 8), (6, 60), (1000, 60)):
        delays = [retry_delay_s(work, attempt) for _ in range(300)]
        assert 0 <= min(delays) < ceiling * 0.2, "full jitter starts at 0"
        assert ceiling * 0.8 < max(delays) <= ceiling
    assert retry_delay_s(work, 1, retry_after=45) == 45
    assert retry_delay_s(work, 1, retry_after=3600) == 60
