# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Dramatiq's Redis broker, without the moments in which it loses sight of a message."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dramatiq import Consumer, Message, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import ConnectionClosed, DecodeError
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from . import logs, metrics, pulse
from .deadletter import letter_of
from .deadletter_store import open_store
from .execute import Failure, Verdict
from .workloads import Workload

SEND_AGAIN = Retry(ExponentialWithJitterBackoff(base=0.1, cap=1), 3, (RedisConnectionError, RedisTimeoutError))
"""A sender waits for about two seconds, then its caller is told. A message that so comes twice is worked once."""
DELAYED = ".DQ"
DELAYED_MAX = 1000
"""Delayed messages that one process holds until they are due."""
POLL_S = (0.02, 0.5)
"""How often an idle process looks into an empty queue: ever less often, from the first to the last."""
_log = logs.get("broker")


class LeasedBroker(RedisBroker):
    def __init__(self, *, order: Sequence[str], work: Workload, **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.order = list(order)
        """Its queues, highest priority first."""
        self.work = work
        self.held: defaultdict[str, set[str]] = defaultdict(set)
        """Ids of the messages of each queue that are in this process."""
        self.free = threading.Event()
        """Set where this process has no message to work on."""
        self.free.set()
        self.lock = threading.Lock()

    @property
    def consumer_class(self) -> type[Consumer]:
        return LeasedConsumer

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        # An error of redis-py ends Dramatiq's consumer thread for good; its own kind of error makes it start anew.
        with _own_errors():
            return SEND_AGAIN.call_with_retry(lambda: RedisBroker.enqueue(self, message, delay=delay), lambda _: None)

    def take_back(self, queue: str) -> None:
        # What a broken connection left leased to this process, but not in its hands, goes back: no maintenance would,
        # for the process lives.
        leased = self.client.smembers(f"{self.namespace}:__acks__.{self.broker_id}.{queue}")
        for each in {_text(member) for member in leased} - self.held[queue]:
            data: Any = self.client.hget(f"{self.namespace}:{queue}.msgs", each)
            if data is not None and _readable(data):
                self.do_requeue(queue, each)
                continue
            if data is not None:
                self.bury(each, {"unreadable": _text(data)[:8000]}, Failure("MalformedMessage", "not one of Dramatiq's"))
            self.do_ack(queue, each)

    def bury(self, fallback_id: str, message: dict[str, Any], failure: Failure) -> None:
        """What Dramatiq would put to dead letters of its own, which nobody looks at."""
        metrics.TASKS.labels(self.work.name, "unknown", "rejected", failure.kind).inc()
        with open_store(self.work) as store:
            store.put(letter_of(message, Verdict("dead", 1, failure=failure), self.work, fallback_id))


class LeasedConsumer(Consumer):
    def __init__(self, broker: LeasedBroker, queue_name: str, prefetch: int, timeout: int) -> None:
        self._broker = broker
        self._queue = queue_name
        self._timeout_s = timeout / 1000
        self._poll_s = POLL_S[0]
        pulse.beat()
        if self._delayed:
            # the consumer before this one has dropped what it held
            broker.held[queue_name].clear()
        with _own_errors():
            broker.take_back(queue_name)

    @property
    def _delayed(self) -> bool:
        return self._queue.endswith(DELAYED)

    def __next__(self) -> MessageProxy | None:
        pulse.beat()
        with _own_errors():
            return self._fetch_delayed() if self._delayed else self._fetch()

    def _fetch(self) -> MessageProxy | None:
        """One message, where this process is free and no queue of a higher priority has any."""
        # Dramatiq's consumer sleeps while the one message it may hold is worked on, and is late for the next; this
        # one is woken.
        if not self._broker.free.wait(self._timeout_s):
            return None
        with self._broker.lock:
            if not self._broker.free.is_set():
                return None
            found = None if self._is_preceded() else self._take()
            if found is not None:
                self._broker.free.clear()
                return found
        self._pause()
        return None

    def _fetch_delayed(self) -> MessageProxy | None:
        found = self._take() if len(self._broker.held[self._queue]) < DELAYED_MAX else None
        if found is None:
            self._pause()
        return found

    def _take(self) -> MessageProxy | None:
        found = self._broker.do_fetch(self._queue, 1)
        if not found:
            return None
        try:
            message = Message.decode(found[0])
            self._broker.held[self._queue].add(_id(message))
        except (DecodeError, LookupError):
            self._broker.take_back(self._queue)
            return None
        self._poll_s = POLL_S[0]
        return MessageProxy(message)

    def _is_preceded(self) -> bool:
        before = self._broker.order[: self._broker.order.index(self._queue)]
        keys = [f"{self._broker.namespace}:{queue}" for queue in before]
        return bool(keys and self._broker.client.exists(*keys))

    def _pause(self) -> None:
        time.sleep(self._poll_s)
        self._poll_s = min(2 * self._poll_s, POLL_S[1])

    def ack(self, message: MessageProxy) -> None:
        self._end(message)

    def nack(self, message: MessageProxy) -> None:
        failure = (
            Failure("Escaped", "the carrier failed", str(message.options.get("traceback", "")))
            if message.actor_name in self._broker.actors
            else Failure("UnknownActor", f"{message.actor_name} is no actor of this release")
        )
        with _own_errors():
            self._broker.bury(message.message_id, dict(message.asdict()), failure)
        self._end(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        ids = [_id(message) for message in messages]
        if not ids:
            return
        with _own_errors():
            self._broker.do_requeue(self._queue, *ids)
        self._let_go(ids)

    def _end(self, message: MessageProxy) -> None:
        with _own_errors():
            self._broker.do_ack(self._queue, _id(message))
        self._let_go([_id(message)])

    def _let_go(self, ids: Iterable[str]) -> None:
        self._broker.held[self._queue].difference_update(ids)
        if not self._delayed:
            self._broker.free.set()


@contextmanager
def _own_errors() -> Iterator[None]:
    """Dramatiq starts a consumer anew, and repeats an acknowledgement, after an error of its own kind only."""
    try:
        yield
    except RedisError as error:
        raise ConnectionClosed(error) from error  # type: ignore[no-untyped-call]


def _id(message: Message[Any] | MessageProxy) -> str:
    return str(message.options["redis_message_id"])


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _readable(data: bytes) -> bool:
    try:
        return "redis_message_id" in Message.decode(data).options
    except DecodeError:
        return False
