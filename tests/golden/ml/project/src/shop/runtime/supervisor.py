# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""An RQ worker whose work horse stays: it takes jobs, keeps their leases, and watches the process that runs them.

Heartbeats come from a process of their own: a thread beside the job starves when C code holds the interpreter
lock, and then the job is started a second time.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from types import FrameType
from typing import Any

from redis.client import Pipeline
from redis.exceptions import RedisError

from . import logs, metrics
from .adapter import crash_retries
from .execute import Failure
from .horse import Horse, HorseGone
from .job import bury_lost, task_of
from .ledger import Ledger
from .queues import LeasedQueue
from .rqlib import Execution, Job, Queue, Worker, WorkerStatus
from .workloads import Workload

HEARTBEAT_S = 5
LEASE_S = 30
"""A job whose worker died is queued again once its lease has run out and an idle worker has cleaned up."""
MAINTENANCE_S = 10
WORKER_TTL_S = 20
"""An idle worker looks up every WORKER_TTL_S - 15 seconds."""
START_LIMIT_S = 600
"""How long a model may take to load."""
KILL_AFTER_S = 2
"""The work horse ends itself at the hard limit; so long after it, it is killed."""
WEDGED_S = 120
_log = logs.get("worker")


@dataclass(frozen=True, slots=True)
class Running:
    job: Job
    queue: Queue
    execution: Execution


class KeepingWorker(Worker):
    queue_class = LeasedQueue
    log_result_lifespan = False
    max_connection_wait_time = 5.0

    def __init__(self, queues: list[LeasedQueue], workload: Workload, horse: Horse, **options: Any) -> None:
        super().__init__(queues, **options)
        self._workload = workload
        self._horse = horse
        self._batches: dict[str, tuple[int, float]] = {}
        self._progress = time.monotonic()
        self.asked_to_stop = False

    def alive(self) -> bool:
        """Whether the main thread gets on; with the broker away, it does."""
        return time.monotonic() - self._progress < WEDGED_S

    def ready_horse(self) -> None:
        """Waits until the work horse has loaded what it needs. Raises SystemExit where it cannot."""
        if self._horse.ready:
            return
        self._horse.start(self.name)
        until = time.monotonic() + START_LIMIT_S
        try:
            while not self._horse.ready:
                message = self._horse.receive(HEARTBEAT_S)
                if message and message.get("ready"):
                    self._batches = {name: (size, wait) for name, (size, wait) in message["batches"].items()}
                    self._horse.ready = True
                elif time.monotonic() > until:
                    raise HorseGone(f"not ready after {START_LIMIT_S} seconds")
                elif self.birth_date is not None:
                    self.heartbeat()
                self._progress = time.monotonic()
        except HorseGone as gone:
            self._horse.kill()
            _log.error("workhorse_not_started", reason=str(gone))
            raise SystemExit(1) from gone
        _log.info("workhorse_ready", pid=self._horse.pid)

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, Queue] | None:
        self.ready_horse()
        return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Hands the job, and others that fit into a batch with it, to the work horse, and waits for their end."""
        self.set_state(WorkerStatus.BUSY)
        jobs = self._batch(job, queue)
        running = {each.execution.id: each for each in (self._lease(member, queue) for member in jobs)}
        started = time.monotonic()
        try:
            self._horse.send({"jobs": [[it.job.id, it.execution.id, queue.name] for it in running.values()]})
            self._watch(running, started)
        except HorseGone as gone:
            self._lost(running, gone, time.monotonic() - started)
        self._horse.worked += len(jobs)
        if 0 < self._workload.max_tasks_per_child <= self._horse.worked:
            self._horse.stop()
        self.set_state(WorkerStatus.IDLE)

    def _watch(self, running: dict[str, Running], started: float) -> None:
        beat = started + HEARTBEAT_S
        while running:
            message = self._horse.receive(max(0.0, beat - time.monotonic()))
            if message:
                ended = running.pop(message["done"])
                self.executions.pop(ended.execution.id, None)
            now = time.monotonic()
            if now - started > self._workload.hard_limit_s + KILL_AFTER_S:
                self._horse.kill()
            if now >= beat:
                beat = now + HEARTBEAT_S
                self._renew(running)

    def _renew(self, running: dict[str, Running]) -> None:
        self._progress = time.monotonic()
        for each in running.values():
            try:
                self.maintain_heartbeats(each.job, each.execution)
            except RedisError as error:
                _log.warning("lease_not_renewed", task_id=each.job.id, error=str(error))

    def _lost(self, running: dict[str, Running], gone: HorseGone, seconds: float) -> None:
        timed_out = seconds >= self._workload.hard_limit_s
        error, outcome = ("HardTimeLimit", "timeout") if timed_out else ("WorkerLost", "retry")
        for each in running.values():
            self.executions.pop(each.execution.id, None)
            told = {"reason": str(gone), "error": error, "run_s": round(seconds, 1)}
            _log.error("workhorse_lost", task_id=each.job.id, **told)
            try:
                if not self._leased(each):
                    continue
                metrics.TASKS.labels(self._workload.name, task_of(each.job), outcome, error).inc()
                Ledger().lost(each.job.id, self._workload, f"{error}: work horse {gone}")
                if not each.job.should_retry:
                    bury_lost(each.job, Failure(error, f"work horse {gone}"))
                self.handle_job_failure(
                    each.job, each.queue, exc_string=f"{error}: work horse {gone}", execution=each.execution
                )
            except RedisError as failure:
                _log.warning("lease_left_to_run_out", task_id=each.job.id, error=str(failure))

    def _leased(self, each: Running) -> bool:
        """RQ removes the lease in the same transaction that records how a job ended."""
        leases = each.job.started_job_registry.key
        return self.connection.zscore(leases, each.execution.composite_key) is not None

    def _lease(self, job: Job, queue: Queue) -> Running:
        execution = self.prepare_execution(job)
        self.prepare_job_execution(job, remove_from_intermediate_queue=True)
        return Running(job, queue, execution)

    def _batch(self, first: Job, queue: Queue) -> list[Job]:
        """Jobs of the same task that wait behind it. One that was in a crash or in a failed batch runs alone."""
        task = task_of(first)
        size, wait = self._batches.get(task, (1, 0.0))
        jobs = [first]
        if not isinstance(queue, LeasedQueue) or not self._fresh(first):
            return jobs
        until = time.monotonic() + wait
        while len(jobs) < size and not self.asked_to_stop:
            job = queue.take(until - time.monotonic())
            if job is None:
                if time.monotonic() >= until:
                    break
                continue
            if task_of(job) != task or not self._fresh(job):
                queue.give_back(job)
                break
            jobs.append(job)
        return jobs

    def _fresh(self, job: Job) -> bool:
        return job.retries_left == crash_retries(self._workload)

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:
        return LEASE_S

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        self._progress = time.monotonic()
        super().heartbeat(timeout, pipeline)

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    def teardown(self) -> None:
        self._horse.stop()
        super().teardown()  # type: ignore[no-untyped-call]

    @property
    def horse_pid(self) -> int:
        return self._horse.pid

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        self._horse.kill()

    def wait_for_horse(self) -> tuple[None, None, None]:
        return None, None, None
