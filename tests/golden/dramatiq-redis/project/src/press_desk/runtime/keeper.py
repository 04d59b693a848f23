# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Watches the processes of this worker, from its main process."""

from __future__ import annotations

import threading
import time

import psutil

from . import connection, logs, metrics, pulse
from .health import Heartbeat
from .ledger import Ledger
from .pulse import Pulse
from .workloads import Workload

TURN_S = 1.0
_log = logs.get("worker")


class Keeper(threading.Thread):
    """Keeps the leases of those that live, gives up those of the dead, and touches the heartbeat file as long as all are well."""

    def __init__(self, work: Workload, former: list[Pulse]) -> None:
        """`former`: processes that this container had before it was started anew."""
        super().__init__(name="keeper", daemon=True)
        self._work = work
        self._leases = connection.Leases()
        self._heartbeat = Heartbeat(self.alive)
        self._ready = False
        self._dead: set[int] = set()
        self._former = [each.consumer for each in former]

    def alive(self) -> bool:
        found = pulse.read()
        return len(found) == self._work.slots and all(each.alive for each in found)

    def run(self) -> None:
        while True:
            if not self._ready and self.alive():
                self._ready = True
                self._heartbeat.start()
                _log.info("worker_ready", workload=self._work.name, processes=self._work.slots)
            self._former = [each for each in self._former if not self._leases.give_up(each)]
            found = pulse.read()
            running = [each for each in found if _runs(each.pid)]
            self._leases.keep([each.consumer for each in running if each.alive])
            for each in found:
                if each not in running:
                    self._bury(each)
            time.sleep(TURN_S)

    def _bury(self, gone: Pulse) -> None:
        """Dramatiq lets the others finish what they run, and ends the worker; its restart policy starts it anew."""
        if gone.pid in self._dead or not self._leases.give_up(gone.consumer):
            return
        self._dead.add(gone.pid)
        if not gone.since:
            return
        seconds = time.time() - gone.since
        timed_out = seconds >= self._work.hard_limit_s
        outcome, error = ("timeout", "HardTimeLimit") if timed_out else ("retry", "WorkerLost")
        metrics.TASKS.labels(self._work.name, gone.task, outcome, error).inc()
        _log.error("task_killed", task=gone.task, task_id=gone.task_id, outcome=outcome, error=error)
        if gone.task_id:
            Ledger().lost(gone.task_id, self._work, f"{error}: its process ended after {seconds:.0f} s")


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False
