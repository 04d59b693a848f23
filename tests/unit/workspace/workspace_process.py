"""A run in a process of its own: `python workspace_process.py ROOT AT HOW`, where HOW is wait, limit or plain.

`wait` stops in the middle of operation AT, says so, and waits for its end; `limit` lets no file grow beyond AT bytes; `plain` runs as whoever owns the root. Prints the error and exits with its code if there is one.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

from workspace_faults import Fault, FaultyDisk
from workspace_project import OTHER_SPEC, SECOND, look

from queuewright.errors import QueuewrightError
from queuewright.workspace import apply, plan


def main(root: Path, at: int, how: str) -> int:
    disk = FaultyDisk(root, at if how == "wait" else None, Fault.HALF)
    if how == "wait":
        disk.die = wait
    if how == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (at, at))
    if how == "plain" and os.geteuid() == 0:
        os.setuid(root.stat().st_uid)
    try:
        apply(plan(look(root, SECOND, OTHER_SPEC, disk=disk)))
    except QueuewrightError as error:
        print(error)
        return int(error.exit_code)
    return 0


def wait() -> None:
    print("waiting", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
