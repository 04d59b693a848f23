# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What waits, what runs, and on which workers: `python -m shop.runtime.overview [WORKLOAD]` prints JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

from redis import Redis

from .broker import connect
from .queues import LeasedQueue, queues_of
from .rqlib import Worker
from .workloads import KEY_PREFIX, WORKLOADS, workload


def overview(name: str, connection: Redis) -> dict[str, Any]:
    """Looking changes nothing: RQ's own counters clean up on the way, these do not."""
    work = workload(name)
    queues = queues_of(work, connection)
    return {
        "queues": {queue.name: _queue(queue) for queue in queues},
        "dead": int(connection.zcard(f"{KEY_PREFIX}{work.dead_letter}")),
        "workers": [_worker(worker) for worker in Worker.all(queue=queues[0])],
    }


def _queue(queue: LeasedQueue) -> dict[str, int]:
    """`taken`: on the way to a worker."""
    return {
        "waiting": queue.count,
        "taken": int(queue.connection.llen(queue.intermediate_queue_key)),
        "running": int(queue.connection.zcard(queue.started_job_registry.key)),
        "delayed": int(queue.connection.zcard(queue.scheduled_job_registry.key)),
    }


def _worker(worker: Any) -> dict[str, Any]:
    return {
        "name": worker.name,
        "state": worker.get_state(),
        "task_ids": [execution.job_id for execution in worker.get_current_executions()],
        "last_heartbeat": worker.last_heartbeat.isoformat() if worker.last_heartbeat else None,
    }


def main() -> int:
    connection = connect()
    print(json.dumps({name: overview(name, connection) for name in sys.argv[1:] or WORKLOADS}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
