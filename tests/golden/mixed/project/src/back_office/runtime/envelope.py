# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""The message: JSON, the same for every broker and worker."""

from __future__ import annotations

import time
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from .workloads import Priority

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:-]+$")]


class Envelope(BaseModel):
    """What travels. Unknown fields are ignored, so that old workers can read the messages of newer producers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Id
    task: str = Field(max_length=200)
    payload: dict[str, Any]
    enqueued_at: float = Field(default_factory=time.time)
    """Unix time in seconds."""
    due_at: float = 0.0
    """Unix time before which it may not start: later than `enqueued_at` for a delayed task or a retry."""
    key: str | None = Field(None, max_length=500)
    priority: Priority = "default"

    def ready_at(self) -> float:
        return max(self.enqueued_at, self.due_at)
