# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""One record for each task id, in the state store: how often it started and how it ended.

It makes a second delivery of finished work harmless, and it bounds the redelivery of a message that kills its worker,
on every broker alike.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from redis import Redis
from redis.exceptions import RedisError

from . import logs
from .stores import state_store
from .workloads import KEY_PREFIX, Workload

Ending = Literal["success", "dead", "retry"]
RESULT_MAX_BYTES = 65536
"""A larger result belongs into a store of its own, with its address as the result."""

_ENDINGS: dict[str, Ending] = {"success": "success", "dead": "dead", "retry": "retry"}
_CHUNK = 500
_log = logs.get("ledger")


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is known of a task as it is delivered."""

    starts: int
    """This one too, unless the task is done or exhausted."""
    ending: Ending | None
    """How the last run ended; None: it did not, or there was none."""
    error: str | None = None
    """What it ended by, or what its worker says killed it; None: nobody was left to say."""

    exhausted: bool = False
    """It started too often already and may not start again; this delivery is not counted."""

    @property
    def done(self) -> bool:
        return self.ending == "success"


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a task, for people and tests."""

    id: str
    starts: int
    duplicates: int
    ending: Ending | None
    error: str | None
    attempts: int
    started: float | None
    """Unix time of the first start."""
    ended: float | None
    """Unix time of the last end of a run."""


class Ledger:
    """Where the state store cannot be reached, tasks are worked all the same: delivery is at least once either way."""

    def __init__(self, store: Redis | None = None) -> None:
        self._store = store if store is not None else state_store()

    def begin(self, task_id: str, workload: Workload) -> Delivery:
        """Counts a start, or a duplicate where the task is done."""
        key = _key(task_id)
        try:
            with self._store.pipeline(transaction=True) as pipe:
                pipe.hmget(key, "ending", "error", "lost")
                pipe.hincrby(key, "starts", 1)
                pipe.hsetnx(key, "started", time.time())
                pipe.expire(key, _running_ttl(workload))
                (ending, error, lost), starts, _, _ = pipe.execute()
            error = lost or error or None
            delivery = Delivery(int(starts), ending, error)
            if not delivery.done and delivery.starts <= workload.max_starts:
                return delivery
            with self._store.pipeline(transaction=True) as pipe:
                pipe.hincrby(key, "starts", -1)
                if delivery.done:
                    pipe.hincrby(key, "duplicates", 1)
                    pipe.expire(key, workload.idempotency_ttl_s)
                pipe.execute()
            return Delivery(delivery.starts - 1, delivery.ending, error, exhausted=not delivery.done)
        except RedisError as failure:
            _log.warning("ledger_unavailable", task_id=task_id, error=str(failure))
            return Delivery(1, None)

    def finish(
        self,
        task_id: str,
        workload: Workload,
        ending: Ending,
        *,
        attempts: int,
        error: str | None = None,
        result: Any = None,
    ) -> None:
        """Writes the end of a run. `result` must be plain JSON data."""
        fields: dict[Any, Any] = {"ending": ending, "attempts": attempts, "at": time.time()}
        fields |= {"error": error or "", "lost": ""}
        ttl = {
            "success": max(workload.idempotency_ttl_s, workload.result_ttl_s if result is not None else 0),
            "dead": workload.dead_letter_ttl_s,
            "retry": _running_ttl(workload),
        }[ending]
        text = json.dumps(result) if result is not None else ""
        if len(text) > RESULT_MAX_BYTES:
            _log.warning("result_too_large", task_id=task_id, bytes=len(text), limit=RESULT_MAX_BYTES)
        elif text:
            fields["result"] = text
        try:
            with self._store.pipeline(transaction=True) as pipe:
                pipe.hset(_key(task_id), mapping=fields)
                pipe.expire(_key(task_id), ttl)
                pipe.execute()
        except RedisError as failure:
            _log.warning("ledger_unavailable", task_id=task_id, error=str(failure))

    def lost(self, task_id: str, workload: Workload, error: str) -> None:
        """For whoever watches the processes: what killed the one that ran the task, which cannot say so any more."""
        try:
            with self._store.pipeline(transaction=True) as pipe:
                pipe.hset(_key(task_id), "lost", error)
                pipe.expire(_key(task_id), _running_ttl(workload))
                pipe.execute()
        except RedisError as failure:
            _log.warning("ledger_unavailable", task_id=task_id, error=str(failure))

    def forget(self, task_id: str) -> None:
        """For a replay: the task may start anew."""
        self._store.delete(_key(task_id))

    def result(self, task_id: str) -> Any:
        text = self._store.hget(_key(task_id), "result")
        return json.loads(str(text)) if text else None

    def records(self, ids: Iterable[str]) -> Iterator[Record | None]:
        """In the order of `ids`; None where nothing is known."""
        wanted = list(ids)
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            with self._store.pipeline(transaction=False) as pipe:
                for each in chunk:
                    pipe.hgetall(_key(each))
                rows: list[dict[str, str]] = pipe.execute()
            for task_id, row in zip(chunk, rows, strict=True):
                yield _record(task_id, row) if row else None


def _record(task_id: str, row: dict[str, str]) -> Record:
    return Record(
        id=task_id,
        starts=int(row.get("starts", 0)),
        duplicates=int(row.get("duplicates", 0)),
        ending=_ENDINGS.get(row.get("ending", "")),
        error=row.get("error") or None,
        attempts=int(row.get("attempts", 0)),
        started=float(row["started"]) if "started" in row else None,
        ended=float(row["at"]) if "at" in row else None,
    )


def _key(task_id: str) -> str:
    return f"{KEY_PREFIX}task:{task_id}"


def _running_ttl(workload: Workload) -> int:
    """As long as a message may be under way between two starts, and never shorter than a finished one is remembered."""
    return max(workload.idempotency_ttl_s, 2 * (workload.visibility_s + int(workload.backoff_max_s)))
