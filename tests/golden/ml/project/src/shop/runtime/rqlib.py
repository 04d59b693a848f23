# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""RQ, with its keys named after this project. All that is used of RQ comes through here.

RQ reads its key prefix once, as it is imported, from the environment.
"""

from __future__ import annotations

import os
import sys

from .workloads import PROJECT

PREFIX = f"{PROJECT}:rq"

if "rq" not in sys.modules:
    os.environ["RQ_KEY_PREFIX"] = PREFIX

# ruff: noqa: E402
from rq import Queue, Retry, Worker, get_current_job
from rq.defaults import RQ_KEY_PREFIX
from rq.exceptions import DequeueTimeout, DuplicateJobError
from rq.executions import Execution
from rq.job import Job
from rq.scheduler import RQScheduler
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty, JobTimeoutException, UnixSignalDeathPenalty
from rq.worker import SimpleWorker, WorkerStatus

if RQ_KEY_PREFIX != PREFIX:
    raise ImportError(
        f"rq was imported with the key prefix {RQ_KEY_PREFIX!r}, this project needs {PREFIX!r}: "
        f"import shop before rq, or set RQ_KEY_PREFIX={PREFIX}"
    )

__all__ = [
    "BaseDeathPenalty",
    "DequeueTimeout",
    "DuplicateJobError",
    "Execution",
    "JSONSerializer",
    "Job",
    "JobTimeoutException",
    "Queue",
    "RQScheduler",
    "Retry",
    "SimpleWorker",
    "UnixSignalDeathPenalty",
    "Worker",
    "WorkerStatus",
    "get_current_job",
]
