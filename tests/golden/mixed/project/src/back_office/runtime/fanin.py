# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Knowing when all parts of a job are done, whatever happened to each on the way.

The state store keeps one hash for the job: part to result. A part that comes again sets its own field again. The body of
a Celery chord would not do: it waits for results of all headers, and a header that is dead-lettered has none.

Whoever arrives and finds the job complete enqueues what comes next, under an idempotency key: two parts may both find it
complete, and the one that completed it may die before it enqueues.
"""

from __future__ import annotations

import json
from typing import Any

from redis import Redis

from .workloads import KEY_PREFIX


# A part that is delivered twice, or replayed days later, must count once: a counter and a chord cannot do that.
class FanIn:
    """The parts 0 .. total-1 of a job. `key` names the job; it is kept `ttl_s` seconds after the last arrival."""

    def __init__(self, key: str, total: int, *, store: Redis, ttl_s: int = 14 * 24 * 3600) -> None:
        self.total = total
        self._key = f"{KEY_PREFIX}fanin:{key}"
        self._store = store
        self._ttl_s = ttl_s

    def arrive(self, part: int, result: Any = None) -> bool:
        """Note that a part is done, with a small JSON-able result. True where no part is missing now."""
        if not 0 <= part < self.total:
            raise ValueError(f"part {part} is not one of {self.total}")
        with self._store.pipeline(transaction=True) as pipe:
            pipe.hset(self._key, str(part), json.dumps(result))
            pipe.hlen(self._key)
            pipe.expire(self._key, self._ttl_s)
            _, arrived, _ = pipe.execute()
        return bool(arrived == self.total)

    def missing(self) -> list[int]:
        """Parts that have not arrived: still waiting, running, or dead-lettered."""
        arrived = {int(part) for part in self._store.hkeys(self._key)}
        return [part for part in range(self.total) if part not in arrived]

    def results(self) -> list[Any]:
        """Results of the parts that have arrived, in order of the parts."""
        found = {int(part): json.loads(result) for part, result in self._store.hgetall(self._key).items()}
        return [found[part] for part in sorted(found)]
