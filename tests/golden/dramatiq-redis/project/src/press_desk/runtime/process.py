# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""One process of a worker. `dramatiq` starts it and calls `start` before it takes work."""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import signal
import sys

import dramatiq
from dramatiq import Broker, Middleware, Worker, WorkerThread

from . import connection, hooks, logs, metrics, pulse
from .carrier import broker
from .config import RuntimeSettings
from .modules import load_tasks

_PR_SET_PDEATHSIG = 1


class Ready(Middleware):
    """Tells the main process that this one works."""

    def after_worker_thread_boot(self, broker: Broker, thread: WorkerThread) -> None:
        pulse.watch(thread)

    def after_worker_boot(self, broker: Broker, worker: Worker) -> None:
        pulse.begin(slot(), connection.consumer_name(broker))


def start() -> None:
    """Where this raises, the process ends, and the worker with it: it is started anew."""
    settings = RuntimeSettings.load()
    _die_with_the_worker()
    # Dramatiq has put a pipe to its main process in the place of both streams: ours are plain lines on standard output
    logs.configure(settings.log_level, sys.__stdout__)
    # what became of a task is in our own line
    logging.getLogger("dramatiq").setLevel(logging.WARNING)
    metrics.name_slots(slot)
    metrics.IN_FLIGHT.labels(settings.workload).set(0)
    load_tasks()
    hooks.run_worker_start(settings.workload)
    made = broker()
    made.add_middleware(Ready())
    dramatiq.set_broker(made)


def slot() -> int:
    """1 to n. multiprocessing counts the processes that it starts, and says so in their names."""
    return int(multiprocessing.current_process().name.rpartition("-")[2])


def _die_with_the_worker() -> None:
    """Linux: without the main process no one would watch this one."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
