# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The series that every worker exposes, whatever its framework.

A worker that forks sets PROMETHEUS_MULTIPROC_DIR: each process then writes its own files there, named after its slot and
not after its pid, so that a replaced process goes on with the files of the one before it. With pids, recycled processes
would leave files behind for ever, and a killed one its last in-flight mark.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server, values
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from .config import RuntimeSettings

_BUCKETS = (
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    60,
    120,
    300,
    600,
    1800,
    3600,
    float("inf"),
)

_slot: Callable[[], int] = os.getpid
MAIN_SLOT = 0


def _identity() -> int:
    return _slot()


if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)
    values.ValueClass = values.MultiProcessValue(_identity)

TASKS = Counter(
    "worker_tasks_total",
    "Runs of tasks by outcome: success, retry, dead, duplicate, rejected, timeout.",
    ["workload", "task", "outcome", "error"],
)
WAIT = Histogram(
    "worker_task_wait_seconds",
    "From the time a task was due to its start.",
    ["workload", "task"],
    buckets=_BUCKETS,
)
RUN = Histogram(
    "worker_task_run_seconds", "From start to end of a run.", ["workload", "task"], buckets=_BUCKETS
)
SLOTS = Gauge(
    "worker_slots", "Tasks that this worker works on at once.", ["workload"], multiprocess_mode="sum"
)
IN_FLIGHT = Gauge("worker_in_flight", "Tasks that run now.", ["workload"], multiprocess_mode="sum")
STARTED = Gauge(
    "worker_started_time_seconds", "Unix time of the worker's start.", ["workload"], multiprocess_mode="max"
)


class _Memory(Collector):
    """Memory of the worker's processes, shared pages counted once where the system tells."""

    def __init__(self, workload: str) -> None:
        self._workload = workload

    def collect(self) -> Iterable[Metric]:
        family = GaugeMetricFamily(
            "worker_memory_bytes", "Resident memory of the worker's process tree.", labels=["workload"]
        )
        family.add_metric([self._workload], memory_bytes())
        yield family


def memory_bytes() -> float:
    """Proportional set size of this process and all below it; resident set size where there is none."""
    here = psutil.Process()
    total = 0.0
    for process in (here, *here.children(recursive=True)):
        try:
            total += getattr(process.memory_full_info(), "pss", 0) or process.memory_info().rss
        except psutil.Error:
            continue
    return total


def name_slots(slot: Callable[[], int]) -> None:
    """How a process finds its slot: distinct among those alive, MAIN_SLOT for the parent. Before the first fork."""
    global _slot
    _slot = slot


def serve(workload: str, slots: int) -> None:
    """For the main process, once: clears what an earlier run left, and serves /metrics from a thread."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    SLOTS.labels(workload).set(slots)
    STARTED.labels(workload).set(time.time())
    registry = CollectorRegistry()
    if folder:
        MultiProcessCollector(registry, path=folder)
    else:
        for each in (TASKS, WAIT, RUN, SLOTS, IN_FLIGHT, STARTED):
            registry.register(each)
    registry.register(_Memory(workload))
    port = RuntimeSettings.load().metrics_port
    if port:
        start_http_server(port, registry=registry)


def clear() -> None:
    """Before the first series is written: files of a container that was restarted in its pod would count twice."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if folder:
        for each in Path(folder).glob("*.db"):
            each.unlink()


__all__ = [
    "IN_FLIGHT",
    "MAIN_SLOT",
    "RUN",
    "SLOTS",
    "STARTED",
    "TASKS",
    "WAIT",
    "clear",
    "memory_bytes",
    "name_slots",
    "serve",
]
