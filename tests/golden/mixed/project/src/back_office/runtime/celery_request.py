# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Counts what only the main process sees: a task that was killed at its hard limit, or that took its process down."""

from __future__ import annotations

from threading import Thread
from typing import Any

from billiard.exceptions import WorkerLostError
from celery.worker.request import Request

from . import logs, metrics
from .config import RuntimeSettings
from .ledger import Ledger
from .task import find
from .workloads import workload

_log = logs.get("worker")


class CountedRequest(Request):  # type: ignore[misc]
    def info(self, safe: bool = False) -> Any:
        """For `inspect active`: never with the payload, which may be personal and does not belong on a screen."""
        return super().info(safe=True)

    def on_timeout(self, soft: bool, timeout: float) -> None:
        if not soft:
            self._count("timeout", "TimeLimitExceeded", f"killed at the hard limit of {timeout:g} s")
        super().on_timeout(soft, timeout)

    def on_failure(self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False) -> Any:
        # the pool wraps what happened in another process
        error = getattr(exc_info.exception, "exc", exc_info.exception)
        if isinstance(error, WorkerLostError):
            self._count("retry", "WorkerLostError", str(error))
        return super().on_failure(exc_info, send_failed_event, return_ok)

    def _count(self, outcome: str, error: str, message: str) -> None:
        work = workload(RuntimeSettings.load().workload)
        name = self.name if find(self.name) is not None else "unknown"
        metrics.TASKS.labels(work.name, name, outcome, error).inc()
        _log.error("task_killed", task=name, task_id=self.id, outcome=outcome, error=error, message=message)
        # from a thread: a state store that does not answer must not hold up the main loop
        Thread(target=Ledger().lost, args=(self.id, work, f"{error}: {message}"), daemon=True).start()
