"""Tests run without a broker: both stores are in memory, and what would be sent is kept for you to look at or to work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from fakeredis import FakeRedis, FakeServer

from shop.runtime import adapter, stores
from shop.runtime.envelope import Envelope
from shop.runtime.modules import load_tasks
from shop.runtime.task import Context, find


@dataclass
class Queue:
    """What was enqueued and not worked yet, in order."""

    sent: list[Envelope] = field(default_factory=list)
    delays: dict[str, float] = field(default_factory=dict)

    def send(self, envelope: Envelope, *, priority: str, delay_s: float) -> None:
        self.sent.append(envelope)
        self.delays[envelope.id] = delay_s

    def names(self) -> list[str]:
        return [envelope.task.partition(".")[2] for envelope in self.sent]

    def work(self) -> list[Any]:
        """Work all that waits, and what that enqueues, each id once. Errors of a task pass."""
        results: list[Any] = []
        done: set[str] = set()
        while self.sent:
            envelope = self.sent.pop(0)
            declared = find(envelope.task)
            assert declared is not None
            if envelope.id not in done:
                done.add(envelope.id)
                context = Context(id=envelope.id, workload=declared.workload)
                results.append(declared(declared.payload.model_validate(envelope.payload), context))
        return results


@pytest.fixture(autouse=True)
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, FakeServer]]:
    """The stores, by host. `servers["cache"].connected = False` takes one away."""
    load_tasks()
    found: dict[str, FakeServer] = {}

    def connect(host: str, **options: Any) -> FakeRedis:
        server = found.setdefault(host, FakeServer())
        return FakeRedis(server=server, decode_responses=bool(options.get("decode_responses")))

    monkeypatch.setattr(stores, "Redis", connect)
    stores.forget_connections()
    yield found
    stores.forget_connections()


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    waiting = Queue()
    monkeypatch.setattr(adapter, "send", waiting.send)
    return waiting


@pytest.fixture
def run() -> Callable[..., Context]:
    """Makes the Context of a run: `run("id", attempt=2)`."""
    return partial(_context)


def _context(id: str = "task-1", **more: Any) -> Context:
    return Context(id=id, workload="test", **more)
