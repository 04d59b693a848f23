# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What waits, what runs and what is delayed: `python -m press_desk.runtime.overview [WORKLOAD]` prints JSON."""

from __future__ import annotations

import json
import sys

from redis import Redis

from .config import RuntimeSettings
from .connection import NAMESPACE, connect, queues
from .stores import state_store
from .workloads import KEY_PREFIX, WORKLOADS, workload


def overview(name: str, broker: Redis) -> dict[str, int | dict[str, dict[str, int]]]:
    work = workload(name)
    return {
        "queues": {queue: _queue(f"{NAMESPACE}:{queue}", broker) for queue in queues(work)},
        "dead": int(state_store().zcard(f"{KEY_PREFIX}{work.dead_letter}")),
    }


def _queue(key: str, broker: Redis) -> dict[str, int]:
    """`held`: by processes, running or about to."""
    waiting = int(broker.llen(key))
    known, delayed = int(broker.hlen(f"{key}.msgs")), int(broker.hlen(f"{key}.DQ.msgs"))
    return {"waiting": waiting, "held": max(0, known - waiting), "delayed": delayed}


def main() -> int:
    broker = connect(RuntimeSettings.load())
    print(json.dumps({name: overview(name, broker) for name in sys.argv[1:] or WORKLOADS}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
