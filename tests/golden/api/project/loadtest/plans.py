# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""What the workloads were sized for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """What sizing said. Seconds, and tasks a second."""

    rate: float
    typical_s: float
    slots: int
    """Of one replica."""
    replicas: int
    objective_s: float
    patience_s: float
    """The longest that a task may take with all its retries."""


PLANS: dict[str, Plan] = {
    "requests": Plan(
        rate=10,
        typical_s=0.25,
        slots=8,
        replicas=2,
        objective_s=5,
        patience_s=300,
    ),
}
