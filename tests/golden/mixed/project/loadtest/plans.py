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
    "receipts": Plan(
        rate=2,
        typical_s=0.3,
        slots=8,
        replicas=2,
        objective_s=5,
        patience_s=3180,
    ),
    "uploads": Plan(
        rate=0.2,
        typical_s=6,
        slots=4,
        replicas=2,
        objective_s=5,
        patience_s=2100,
    ),
    "web-hooks": Plan(
        rate=20,
        typical_s=0.02,
        slots=5,
        replicas=2,
        objective_s=5,
        patience_s=1560,
    ),
    "nightly": Plan(
        rate=0.000278,
        typical_s=120,
        slots=3,
        replicas=2,
        objective_s=5,
        patience_s=26100,
    ),
}
