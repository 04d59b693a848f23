"""What is known of each project that is started: how its seeded tasks are told to be slow, fail or kill their worker."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """A preset with what its seeded tasks need to be told. `{order}` is an order of the sandbox."""

    preset: str
    task: str
    payload: dict[str, Any]
    crash_waits_s: float
    """How long a task that kills its worker may take to reach the dead letters."""
    recovery_s: float
    """How long a killed worker's tasks may take to be worked by another."""

    def payloads(self, count: int, order: str) -> list[dict[str, Any]]:
        """Different from each other and from all before, so that nothing is cached or taken for a duplicate."""
        filled = json.dumps(self.payload).replace("{order}", order)
        return [json.loads(filled.replace("{n}", uuid.uuid4().hex[:12])) for _ in range(count)]


CASES = {
    case.preset: case
    for case in (
        Case("api", "requests.enrich", {"customer_id": "c-{n}", "domain": "{order}-{n}.example"}, 420, 300),
        Case(
            "pipeline",
            "imports.import_chunk",
            {"source": "{order}-{n}", "size": 50, "total": 1, "index": 0, "first": 0, "end": 50},
            600,
            120,
        ),
        Case("ml", "inference.classify", {"message_id": "m-{n}", "text": "{order} {n}"}, 600, 420),
    )
}
