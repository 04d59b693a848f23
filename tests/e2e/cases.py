"""What is known of each project that is started: how its seeded tasks are told to be slow, fail or kill their worker."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPECS = Path(__file__).parent / "specs"


@dataclass(frozen=True)
class Case:
    """A preset, or a spec of its own, with what its seeded tasks need to be told. `{order}` is an order of the sandbox."""

    name: str
    """Of the preset, or of the file in specs/."""
    task: str
    payload: dict[str, Any]
    crash_waits_s: float
    """How long a task that kills its worker may take to reach the dead letters."""
    recovery_s: float
    """How long a killed worker's tasks may take to be worked by another."""

    @property
    def spec(self) -> Path | None:
        """None: it is a preset."""
        path = SPECS / f"{self.name}.yaml"
        return path if path.exists() else None

    def payloads(self, count: int, order: str) -> list[dict[str, Any]]:
        """Different from each other and from all before, so that nothing is cached or taken for a duplicate."""
        filled = json.dumps(self.payload).replace("{order}", order)
        return [json.loads(filled.replace("{n}", uuid.uuid4().hex[:12])) for _ in range(count)]


API = {"customer_id": "c-{n}", "domain": "{order}-{n}.example"}
PIPELINE = {"source": "{order}-{n}", "size": 50, "total": 1, "index": 0, "first": 0, "end": 50}

CASES = {
    case.name: case
    for case in (
        Case("api", "requests.enrich", API, 420, 300),
        Case("pipeline", "imports.import_chunk", PIPELINE, 600, 120),
        Case("ml", "inference.classify", {"message_id": "m-{n}", "text": "{order} {n}"}, 600, 420),
        Case("dramatiq-redis", "requests.enrich", API, 300, 150),
        Case("dramatiq-rabbitmq", "imports.import_chunk", PIPELINE, 600, 120),
    )
}
