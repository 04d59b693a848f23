# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Where do tasks hang? `python -m shop.runtime.stacks` makes every process of this worker tell.

Each writes the stacks of its threads to standard error, the container's log. A debugger would need rights that neither Compose
nor Kubernetes' restricted Pod Security gives; a signal needs none, and it is heard in C code too.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import time
from pathlib import Path

SIGNAL = signal.SIGUSR2
"""SIGUSR1 is Celery's soft time limit, SIGALRM RQ's."""
STDERR = 2
_APART_S = 0.2
"""A process writes its stacks line by line: two at once would be mixed up."""


def listen() -> None:
    """For every process of a worker, early: it outlasts a fork, but not an exec."""
    faulthandler.register(SIGNAL, file=STDERR, all_threads=True)


def listeners() -> list[int]:
    """Processes of this Python that handle the signal; others would die of it, or do something else."""
    return sorted(
        int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and _listens(each)
    )


def _listens(process: Path) -> bool:
    try:
        if (process / "exe").resolve() != Path("/proc/self/exe").resolve():
            return False
        lines = (process / "status").read_text().splitlines()
    except OSError:
        return False
    caught = next((line.split()[1] for line in lines if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (SIGNAL - 1) & 1)


def main() -> int:
    pids = listeners()
    for pid in pids:
        os.kill(pid, SIGNAL)
        time.sleep(_APART_S)
    print(f"{len(pids)} processes wrote their stacks to the container's log: {', '.join(map(str, pids)) or 'none'}")
    return 0 if pids else 1


if __name__ == "__main__":
    sys.exit(main())
