# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What waits and what workers hold: `python -m back_office.runtime.overview [WORKLOAD]` prints JSON."""

from __future__ import annotations

import json
import sys

from .stores import state_store
from .workloads import KEY_PREFIX, PRIORITY_NUMBERS, WORKLOADS, workload


def overview(name: str) -> dict[str, int]:
    """Waiting by priority; `held`: running, or delayed and held by a worker."""
    work, broker = workload(name), state_store()
    numbers = PRIORITY_NUMBERS if work.priorities else {"waiting": 0}
    waiting = {
        level: broker.llen(f"{KEY_PREFIX}{work.queue}{f':{n}' if n else ''}") for level, n in numbers.items()
    }
    counts = {
        **waiting,
        "held": broker.hlen(f"{KEY_PREFIX}{name}.unacked"),
        "dead": broker.zcard(f"{KEY_PREFIX}{work.dead_letter}"),
    }
    return {what: int(count) for what, count in counts.items()}


def main() -> int:
    print(json.dumps({name: overview(name) for name in sys.argv[1:] or WORKLOADS}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
