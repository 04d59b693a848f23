# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""How far a long task has come, so that a restart resumes and does not begin again.

A checkpoint lives in the state store. Two things can go wrong with one, and both are handled here:

- The same task may run twice at once: its worker was only slow, or cut off, and the message was delivered again. Opening
  a checkpoint hands out a fence, higher than all before, and a commit with a lower one is refused: the later run wins.
- Work and checkpoint are written in two places. What was written after the last commit is written again after a
  restart, so the write must be one that may be repeated (an upsert by the record's own key).
"""

from __future__ import annotations

import json
from typing import Any

from redis import Redis

from .task import Transient
from .workloads import KEY_PREFIX

_COMMIT = """
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'position', ARGV[2], 'data', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""


class Superseded(Transient):
    """Another run of this task has taken over. The retry finds it done, or takes over where it died."""


class Checkpoint:
    """`position` counts what is committed; `data` is any JSON object that belongs to it, such as counters."""

    position: int
    data: dict[str, Any]

    def __init__(self, key: str, *, store: Redis, ttl_s: int = 14 * 24 * 3600) -> None:
        """Open, or begin, the checkpoint of `key`. It is kept `ttl_s` seconds after the last commit."""
        self._key = f"{KEY_PREFIX}checkpoint:{key}"
        self._store = store
        self._ttl_s = ttl_s
        self._commit = store.register_script(_COMMIT)
        # A worker that was only slow must not undo what its successor has committed.
        with store.pipeline(transaction=True) as pipe:
            pipe.hincrby(self._key, "fence", 1)
            pipe.hmget(self._key, "position", "data")
            pipe.expire(self._key, ttl_s)
            self._fence, (position, data), _ = pipe.execute()
        self.position = int(position or 0)
        self.data = json.loads(data) if data else {}

    def commit(self, position: int, **data: Any) -> None:
        """Set position and data at once, or neither. Raises Superseded where a later run has opened the checkpoint."""
        if position < self.position:
            raise ValueError(f"a checkpoint only moves forward: {position} is before {self.position}")
        arguments = [self._fence, position, json.dumps(data), self._ttl_s]
        if not self._commit(keys=[self._key], args=arguments):
            raise Superseded(f"{self._key} was taken over by a later run", retry_after=60.0)
        self.position = position
        self.data = data
