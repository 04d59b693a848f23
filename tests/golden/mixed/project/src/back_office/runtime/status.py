# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What became of tasks: reads ids, one a line, and prints a summary as JSON.

    python -m back_office.runtime.status [--wait] [--timeout S] < ids

`missing` are the ids that have no final outcome yet; `failed` is how many of them wait for a retry.
Exit code 0: all are done or dead; 1: some are missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable
from typing import Any

from .ledger import Ledger


def summary(ids: Iterable[str], ledger: Ledger | None = None) -> dict[str, Any]:
    wanted = list(dict.fromkeys(ids))
    counts = {"success": 0, "dead": 0, "retry": 0}
    starts = duplicates = 0
    missing: list[str] = []
    for task_id, record in zip(wanted, (ledger or Ledger()).records(wanted), strict=True):
        if record is None:
            missing.append(task_id)
            continue
        starts += record.starts
        duplicates += record.duplicates
        if record.ending:
            counts[record.ending] += 1
        if record.ending in (None, "retry"):
            missing.append(task_id)
    return {
        "enqueued": len(wanted),
        "done": counts["success"],
        "dead": counts["dead"],
        "failed": counts["retry"],
        "missing": missing,
        "starts": starts,
        "duplicates": duplicates,
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m back_office.runtime.status", description="What became of tasks"
    )
    parser.add_argument("--wait", action="store_true", help="until every task is done or dead")
    parser.add_argument("--timeout", type=float, default=300, help="seconds to wait at most (default 300)")
    options = parser.parse_args(argv)
    ids = [line.strip() for line in sys.stdin if line.strip()]
    until = time.monotonic() + options.timeout
    found = summary(ids)
    while options.wait and found["missing"] and time.monotonic() < until:
        time.sleep(0.5)
        found = summary(ids)
    print(json.dumps(found))
    return 1 if found["missing"] else 0


if __name__ == "__main__":
    sys.exit(main())
