# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Dead letters in Redis, which has none of its own: a sorted set of ids by time of death, and a hash of the letters."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

from pydantic import ValidationError
from redis import Redis
from redis.client import Pipeline

from .deadletter import DeadLetter
from .envelope import Envelope
from .stores import state_store
from .workloads import KEY_PREFIX, Workload


class RedisDeadLetters:
    def __init__(self, work: Workload, store: Redis | None = None) -> None:
        self._store = store if store is not None else state_store()
        self._ttl_s = work.dead_letter_ttl_s
        self._index = f"{KEY_PREFIX}{work.dead_letter}"
        self._letters = f"{self._index}:letters"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def put(self, letter: DeadLetter) -> None:
        """One letter an id: a message that comes twice is buried once. What has outlived its time is dropped."""
        expired = self._store.zrangebyscore(self._index, "-inf", time.time() - self._ttl_s)
        with self._store.pipeline(transaction=True) as pipe:
            pipe.zadd(self._index, {letter.id: letter.died_at})
            pipe.hset(self._letters, letter.id, letter.model_dump_json())
            if expired:
                pipe.zrem(self._index, *expired)
                pipe.hdel(self._letters, *expired)
            pipe.execute()

    def count(self) -> int:
        return int(self._store.zcard(self._index))

    def list(self, limit: int) -> Iterator[DeadLetter]:
        for task_id in self._store.zrange(self._index, 0, limit - 1):
            letter = self._get(str(task_id))
            if letter is not None:
                yield letter

    def replay(self, task_id: str | None, send: Callable[[Envelope], None]) -> int:
        replayed = 0
        for each in self._ids(task_id):
            letter = self._get(each)
            envelope = _readable(letter)
            if letter is None or envelope is None:
                continue
            send(envelope)
            self._delete(letter)
            replayed += 1
        return replayed

    def purge(self, task_id: str | None) -> int:
        letters = [self._get(each) for each in self._ids(task_id)]
        return sum(self._delete(letter) for letter in letters if letter is not None)

    def _ids(self, task_id: str | None) -> Sequence[str]:
        if task_id is not None:
            return (task_id,)
        return tuple(str(each) for each in self._store.zrange(self._index, 0, -1))

    def _get(self, task_id: str) -> DeadLetter | None:
        text = self._store.hget(self._letters, task_id)
        return DeadLetter.model_validate(json.loads(str(text))) if text else None

    def _delete(self, letter: DeadLetter) -> int:
        """Only this letter: a replayed task may have died again by now, and that letter must stay."""

        def delete(pipe: Pipeline) -> None:
            same = pipe.zscore(self._index, letter.id) == letter.died_at
            pipe.multi()
            if same:
                pipe.zrem(self._index, letter.id)
                pipe.hdel(self._letters, letter.id)

        return 1 if self._store.transaction(delete, self._index) else 0


def open_store(work: Workload) -> RedisDeadLetters:
    return RedisDeadLetters(work)


def _readable(letter: DeadLetter | None) -> Envelope | None:
    """None for a message that no worker could ever read; it stays, to be looked at."""
    try:
        return Envelope.model_validate(letter.envelope) if letter is not None else None
    except ValidationError:
        return None
