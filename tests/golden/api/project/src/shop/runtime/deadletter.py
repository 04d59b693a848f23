# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What a dead letter says, and what a store of them can do. Where they are kept depends on the broker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Protocol, Self

from pydantic import BaseModel, ConfigDict

from .envelope import Envelope
from .execute import Verdict
from .workloads import Workload


class DeadLetter(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    task: str
    workload: str
    died_at: float
    """Unix time in seconds."""
    error: str
    message: str
    attempts: int
    starts: int
    envelope: dict[str, Any]
    """The message as it came."""
    traceback: str = ""


def letter_of(message: Mapping[str, Any], verdict: Verdict, work: Workload, fallback_id: str) -> DeadLetter:
    """`fallback_id`: the framework's id, for a message that has none that could be read."""
    envelope, failure = verdict.envelope, verdict.failure
    return DeadLetter(
        id=envelope.id if envelope else fallback_id,
        task=envelope.task if envelope else "unknown",
        workload=work.name,
        died_at=time.time(),
        error=failure.kind if failure else "unknown",
        message=failure.message if failure else "",
        attempts=verdict.attempt,
        starts=verdict.starts,
        envelope=dict(message),
        traceback=failure.traceback if failure else "",
    )


class DeadLetterStore(Protocol):
    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def count(self) -> int: ...

    def list(self, limit: int) -> Iterator[DeadLetter]:
        """Oldest first."""
        ...

    def replay(self, task_id: str | None, send: Callable[[Envelope], None]) -> int:
        """Sends one, or all; a letter is deleted only once `send` has returned."""
        ...

    def purge(self, task_id: str | None) -> int: ...
