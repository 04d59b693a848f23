# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""RQ's queue, without the moments in which a killed worker would lose a job."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from redis import Redis

from .rqlib import BaseDeathPenalty, DequeueTimeout, Job, JSONSerializer, Queue
from .workloads import Workload

LEVELS = ("high", "default", "low")
POLL_S = 0.1
"""How often a worker of several queues looks at them."""
MAINTENANCE_LOCK_S = 30


class LeasedQueue(Queue):
    """A job that is taken stays in the queue's intermediate list until its worker has a lease on it."""

    def acquire_maintenance_lock(self) -> bool:
        # RQ keeps this lock for 15 minutes: a worker killed inside would stop the recovery of all
        # jobs for as long.
        return bool(self.connection.set(self.registry_cleaning_key, 1, nx=True, ex=MAINTENANCE_LOCK_S))

    @classmethod
    def dequeue_any(
        cls,
        queues: Iterable[Queue],
        timeout: int | None,
        connection: Redis,
        job_class: type[Job] | None = None,
        serializer: Any = None,
        death_penalty_class: type[BaseDeathPenalty] | None = None,
    ) -> tuple[Job, Queue] | None:
        """The next job; of several queues, in their order."""
        ordered = list(queues)
        rest = (connection, job_class, serializer, death_penalty_class)
        if len(ordered) == 1:
            return super().dequeue_any(ordered, timeout, *rest)
        # For several queues RQ uses BLPOP: a worker that is killed before it has the lease takes
        # the job with it.
        until = time.monotonic() + (timeout or 0)
        while True:
            for queue in ordered:
                found = super().dequeue_any([queue], None, *rest)
                if found is not None:
                    return found
            if timeout is None:
                return None
            if time.monotonic() >= until:
                raise DequeueTimeout(timeout, [queue.key for queue in ordered])
            time.sleep(POLL_S)

    def take(self, wait_s: float) -> Job | None:
        """The next job, waiting for it at most so long; None where there is none."""
        source, target = self.key, self.intermediate_queue_key
        # redis-py types the wait as whole seconds; Redis takes fractions
        connection: Any = self.connection
        found = connection.blmove(source, target, wait_s) if wait_s > 0 else connection.lmove(source, target)
        if found is None:
            return None
        job_id = found.decode()
        job = self.fetch_job(job_id)
        if job is None:
            self.connection.lrem(target, 1, job_id)
        return job

    def give_back(self, job: Job) -> None:
        """Puts a job that was taken to the front again."""
        with self.connection.pipeline() as pipe:
            pipe.lrem(self.intermediate_queue_key, 1, job.id)
            pipe.lpush(self.key, job.id)
            pipe.execute()


def queue_name(workload: Workload, level: str) -> str:
    return workload.queue if level == "default" or not workload.priorities else f"{workload.queue}.{level}"


def queues_of(workload: Workload, connection: Redis) -> list[LeasedQueue]:
    """Highest priority first: a worker empties them in this order."""
    levels = LEVELS if workload.priorities else ("default",)
    return [open_queue(queue_name(workload, level), connection) for level in levels]


def open_queue(name: str, connection: Redis) -> LeasedQueue:
    # RQ's default is pickle: whoever can write to the broker could run code in the workers.
    return LeasedQueue(name, connection=connection, serializer=JSONSerializer)
