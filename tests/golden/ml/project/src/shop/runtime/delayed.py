# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Moves delayed jobs and retries to their queue once they are due.

Delayed jobs move only where a scheduler runs; each worker brings one, and a lock picks one of them.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from . import logs
from .queues import LeasedQueue
from .rqlib import JSONSerializer, RQScheduler

PERIOD_S = 1
LOCK_LOOK_S = 10
"""How often a worker looks whether the one that held the lock is gone; the lock itself lasts a minute."""
_log = logs.get("delayed")


class DelayedJobs(threading.Thread):
    """RQ's scheduler, in a thread of the worker: RQ would fork it, from a process that has threads and open sockets."""

    def __init__(self, queues: list[LeasedQueue], connection: Redis) -> None:
        super().__init__(name="delayed", daemon=True)
        # Any: RQ leaves its methods without types
        self._scheduler: Any = RQScheduler(
            queues, connection=connection, serializer=JSONSerializer, logging_level=logging.WARNING
        )
        self._stopped = threading.Event()
        self._looked = float("-inf")

    def run(self) -> None:
        while not self._stopped.wait(PERIOD_S):
            try:
                self._turn()
            except RedisError as error:
                _log.warning("broker_away", error=str(error))

    def stop(self) -> None:
        """Lets another worker take over at once."""
        self._stopped.set()
        self.join(2 * PERIOD_S)
        try:
            self._scheduler.release_locks()
        except RedisError as error:
            _log.warning("lock_not_released", error=str(error))

    def _turn(self) -> None:
        if time.monotonic() - self._looked > LOCK_LOOK_S:
            self._looked = time.monotonic()
            self._scheduler.acquire_locks()
        if self._scheduler.acquired_locks:
            self._scheduler.heartbeat()
            self._scheduler.enqueue_scheduled_jobs()
