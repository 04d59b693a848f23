"""Dramatiq's brokers as they are rendered: no message out of sight, and each end at the message that it is for."""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dramatiq import Message
from dramatiq.errors import ConnectionClosed
from fakeredis import FakeRedis, FakeServer
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from queuewright import catalog
from queuewright.render import render_spec
from queuewright.spec import loads

SPEC = """
version: 1
name: {name}
stack: {{broker: {broker}, worker: dramatiq}}
workloads:
  - {{name: signups, answers: {{workload: api, priorities: few_levels}}}}
"""
ACKS = "dq-redis:dramatiq:__acks__"


def import_metrics(*packages: str) -> None:
    """Projects in one process have the same series: only one may be in the registry."""
    others = [
        each
        for module in list(sys.modules.values())
        if module.__name__.endswith(".runtime.metrics")
        for each in vars(module).values()
        if isinstance(each, MetricWrapperBase)
    ]
    for each in others:
        REGISTRY.unregister(each)
    for package in packages:
        for each in vars(importlib.import_module(f"{package}.runtime.metrics")).values():
            if isinstance(each, MetricWrapperBase):
                REGISTRY.unregister(each)
    for each in others:
        REGISTRY.register(each)


@pytest.fixture(scope="module", autouse=True)
def packages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`dq_redis` and `dq_rabbitmq`."""
    root = tmp_path_factory.mktemp("dramatiq")
    for broker in ("redis", "rabbitmq"):
        spec = loads(SPEC.format(name=f"dq-{broker}", broker=broker)).spec
        for path, file in render_spec(spec, catalog.load()).tree.items():
            if path.startswith("src/"):
                target = root / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(file.content, encoding="utf-8")
    sys.path.insert(0, str(root / "src"))
    import_metrics("dq_redis", "dq_rabbitmq")
    yield
    sys.path.remove(str(root / "src"))
    for name in [name for name in sys.modules if name.partition(".")[0] in ("dq_redis", "dq_rabbitmq")]:
        del sys.modules[name]


@pytest.fixture
def broker(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> Any:
    from dq_redis.runtime import connection, deadletter_store, stores
    from dq_redis.runtime.config import RuntimeSettings
    from dq_redis.runtime.workloads import WORKLOADS

    stores.forget_connections()
    monkeypatch.setattr(connection, "connect", lambda settings: FakeRedis(server=server))
    monkeypatch.setattr(
        deadletter_store, "state_store", lambda: FakeRedis(server=server, decode_responses=True)
    )
    return connection.open_broker(RuntimeSettings(), WORKLOADS["signups"], [])


def send(broker: Any, queue: str, *, actor: str = "dq-redis.run", delay: int | None = None) -> str:
    message: Message[None] = Message(queue_name=queue, actor_name=actor, args=({},), kwargs={}, options={})
    return str(broker.enqueue(message, delay=delay).message_id)


def take(consumer: Any, turns: int = 3) -> Any:
    """What it gives within so many turns."""
    return next((found for found in (next(consumer) for _ in range(turns)) if found is not None), None)


def letters(server: FakeServer) -> list[dict[str, Any]]:
    found = FakeRedis(server=server, decode_responses=True).hvals("dq-redis:signups.dead:letters")
    return [json.loads(each) for each in found]


def test_a_process_takes_one_message_and_the_next_after_its_end(broker: Any) -> None:
    one, other = send(broker, "signups"), send(broker, "signups")
    consumer = broker.consume("signups", timeout=10)
    first = take(consumer)
    assert first.message_id == one
    assert take(consumer) is None
    consumer.ack(first)
    assert take(consumer).message_id == other


def test_a_lower_queue_waits_until_the_higher_ones_are_empty(broker: Any) -> None:
    low, high = send(broker, "signups.low"), send(broker, "signups.high")
    slow, fast = (broker.consume(queue, timeout=10) for queue in ("signups.low", "signups.high"))
    assert take(slow) is None
    first = take(fast)
    assert first.message_id == high
    fast.ack(first)
    assert take(slow).message_id == low


def test_what_a_lost_answer_left_leased_goes_back_when_the_consumer_starts_anew(broker: Any) -> None:
    lost = send(broker, "signups")
    broker.do_fetch("signups", 1)  # and the answer never came
    running = take(broker.consume("signups", timeout=10))
    assert running.message_id == lost
    waiting = send(broker, "signups")
    broker.do_fetch("signups", 1)
    consumer = broker.consume("signups", timeout=10)
    assert take(consumer) is None, "what runs is still held"
    consumer.ack(running)
    assert take(consumer).message_id == waiting


def test_delayed_messages_that_a_consumer_dropped_go_back(broker: Any) -> None:
    delayed = send(broker, "signups", delay=60_000)
    assert take(broker.consume("signups.DQ", timeout=10)).message_id == delayed
    assert take(broker.consume("signups.DQ", timeout=10)).message_id == delayed


def test_what_is_no_message_becomes_a_dead_letter_and_holds_up_nobody(
    broker: Any, server: FakeServer
) -> None:
    broker.client.hset("dq-redis:dramatiq:signups.msgs", "junk", b"\xff not json")
    broker.client.rpush("dq-redis:dramatiq:signups", "junk")
    good = send(broker, "signups")
    assert take(broker.consume("signups", timeout=10)).message_id == good
    (letter,) = letters(server)
    assert (letter["id"], letter["error"]) == ("junk", "MalformedMessage")
    assert broker.client.hlen("dq-redis:dramatiq:signups.msgs") == 1


def test_a_rejected_message_becomes_a_dead_letter_of_the_project(broker: Any, server: FakeServer) -> None:
    unknown = send(broker, "signups", actor="nobody")
    consumer = broker.consume("signups", timeout=10)
    consumer.nack(take(consumer))
    (letter,) = letters(server)
    assert (letter["id"], letter["error"]) == (unknown, "UnknownActor")
    assert not broker.client.exists("dq-redis:dramatiq:signups.XQ", "dq-redis:dramatiq:signups.msgs")


def test_an_error_of_the_store_is_one_that_dramatiq_knows(
    broker: Any, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dq_redis.runtime import leases

    monkeypatch.setattr(leases.SEND_AGAIN, "_retries", 0)
    send(broker, "signups")
    consumer = broker.consume("signups", timeout=10)
    message = take(consumer)
    server.connected = False
    for act in (
        lambda: consumer.ack(message),
        lambda: consumer.requeue([message]),
        lambda: send(broker, "signups"),
    ):
        with pytest.raises(ConnectionClosed):
            act()
    server.connected = True
    consumer.ack(message)


def test_the_messages_of_a_process_that_gave_no_sign_go_back(broker: Any) -> None:
    from dq_redis.runtime.connection import LEASE_S, LEASES, Leases

    message = send(broker, "signups.low")
    take(broker.consume("signups.low", timeout=10))
    keeper = Leases()
    keeper._reap_after = 0.0
    keeper.keep([broker.broker_id])
    assert broker.client.llen("dq-redis:dramatiq:signups.low") == 0
    broker.client.zadd(LEASES, {broker.broker_id: int((time.time() - LEASE_S - 1) * 1000)})
    keeper._reap_after = 0.0
    keeper.keep([])
    assert broker.client.zscore(LEASES, broker.broker_id) is None
    assert not broker.client.keys(f"{ACKS}*")
    broker.held.clear()
    broker.free.set()
    assert take(broker.consume("signups.low", timeout=10)).message_id == message


def test_after_an_outage_nobody_is_taken_for_dead_at_once(broker: Any, server: FakeServer) -> None:
    from dq_redis.runtime.connection import LEASES, Leases

    keeper = Leases()
    broker.client.zadd(LEASES, {"other": 1})
    server.connected = False
    keeper.keep([broker.broker_id])
    server.connected = True
    keeper.keep([broker.broker_id])
    assert broker.client.zscore(LEASES, "other") == 1
    assert keeper._reap_after > time.monotonic() + 30


def test_rabbitmq_is_told_only_of_messages_that_this_channel_delivered() -> None:
    from dq_rabbitmq.runtime.rabbit import StrictConsumer

    told: list[int] = []
    consumer = StrictConsumer.__new__(StrictConsumer)
    consumer.known_tags = {1}
    consumer.channel = SimpleNamespace(
        basic_ack=told.append, basic_nack=lambda tag, requeue: told.append(-tag)
    )
    consumer.connection = SimpleNamespace(add_callback_threadsafe=lambda callback: callback())
    stale, own = (
        SimpleNamespace(_tag=1, message_id="m", taken_by=taken_by) for taken_by in (object(), consumer)
    )
    consumer.ack(stale)
    consumer.nack(stale)
    assert told == []
    consumer.ack(own)
    assert told == [1]


def test_rabbitmq_queues_say_that_they_are_classic_and_keep_dead_letters_as_long_as_asked() -> None:
    from dq_rabbitmq.runtime.rabbit import DurableBroker

    declared: dict[str, dict[str, Any]] = {}
    broker = DurableBroker(
        parameters=[{"host": "localhost"}], middleware=[], max_priority=2, dead_letter_ttl_s={"signups": 3600}
    )
    broker.state.channel = SimpleNamespace(
        queue_declare=lambda queue, durable, arguments: declared.update(
            {queue: {"durable": durable, **arguments}}
        )
    )
    broker.declare_queue("signups", ensure=True)
    assert set(declared) == {"signups", "signups.DQ", "signups.XQ"}
    assert all(each["durable"] and each["x-queue-type"] == "classic" for each in declared.values())
    assert declared["signups"]["x-max-priority"] == 2
    assert declared["signups"]["x-dead-letter-routing-key"] == "signups.XQ"
    assert declared["signups.XQ"]["x-message-ttl"] == 3_600_000


@pytest.mark.parametrize(("delay", "queue"), [(None, "signups"), (5000, "signups.DQ")])
def test_rabbitmq_has_every_queue_before_the_first_message_whether_or_not_a_worker_ever_started(
    delay: int | None, queue: str
) -> None:
    from dq_rabbitmq.runtime.config import RuntimeSettings
    from dq_rabbitmq.runtime.connection import open_broker
    from dq_rabbitmq.runtime.workloads import WORKLOADS

    told: list[str] = []

    def publish(*, routing_key: str, mandatory: bool, **_: Any) -> None:
        assert mandatory, "a message that no queue takes must be an error"
        told.append(f"to {routing_key}")

    broker = open_broker(RuntimeSettings(), WORKLOADS["signups"], [])
    broker.state.channel = SimpleNamespace(
        queue_declare=lambda queue, **_: told.append(queue), basic_publish=publish
    )
    send(broker, "signups", delay=delay)
    assert told == ["signups", "signups.DQ", "signups.XQ", f"to {queue}"]


@pytest.mark.parametrize(
    ("ran_s", "known"),
    [(3, "WorkerLost: its process ended after 3 s"), (61, "HardTimeLimit: its process ended after 61 s")],
)
def test_what_killed_a_task_is_written_down_where_its_dead_letter_can_tell(
    ran_s: int, known: str, store: FakeRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dq_redis.runtime import keeper
    from dq_redis.runtime.ledger import Ledger
    from dq_redis.runtime.pulse import Pulse
    from dq_redis.runtime.workloads import WORKLOADS

    work = WORKLOADS["signups"]
    assert work.hard_limit_s == 60
    monkeypatch.setattr(keeper, "Ledger", lambda: Ledger(store))
    monkeypatch.setattr(keeper.connection, "Leases", lambda: SimpleNamespace(give_up=lambda consumer: True))
    watcher = keeper.Keeper(work, [])
    watcher._bury(Pulse(1, 4711, "consumer", 0.0, "signups.enrich", "task-1", time.time() - ran_s))
    watcher._bury(Pulse(2, 4712, "consumer", 0.0))
    assert store.hget("dq-redis:task:task-1", "lost") == known
    assert Ledger(store).begin("task-1", work).error == known


def test_a_process_is_alive_as_long_as_its_pulse_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dq_redis.runtime import pulse
    from dq_redis.runtime.workloads import WORKLOADS

    monkeypatch.setattr(pulse, "FOLDER", tmp_path)
    monkeypatch.setattr(pulse, "_own", pulse._Own())
    pulse.begin(1, "consumer")
    with pulse.busy({"task": "signups.enrich", "id": "t-1"}, WORKLOADS["signups"]):
        (running,) = pulse.read()
        pulse.beat()
        assert pulse.read() == [running], "a task is not prolonged by its consumers"
    assert (running.task_id, running.consumer) == ("t-1", "consumer")
    assert running.until >= running.since + WORKLOADS["signups"].hard_limit_s
    (idle,) = pulse.clear()
    assert idle.task_id == ""
    assert idle.alive
    assert pulse.read() == []
