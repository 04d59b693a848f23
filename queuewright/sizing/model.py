"""What sizing says: each number with its unit and the limit that bound it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    value: float
    unit: str
    because: str
    """What bound it, in a sentence with its inputs: `the utilisation bound 0.8, not the latency objective`."""

    def __int__(self) -> int:
        return int(self.value)

    def __float__(self) -> float:
        return float(self.value)


@dataclass(frozen=True, slots=True)
class Sizing:
    """Every derived number of one workload. Seconds, MiB and tasks."""

    offered_load: Figure
    """Erlangs at the peak rate: rate x typical duration."""
    slots_average: Figure
    slots_peak: Figure
    concurrency: Figure
    """Slots of one worker replica."""
    replicas_min: Figure
    replicas_max: Figure
    prefetch: Figure
    time_limit_s: Figure
    soft_time_limit_s: Figure
    visibility_timeout_s: Figure
    grace_s: Figure
    memory_mib: Figure
    """Of one replica: its request and its limit."""
    keda_target: Figure
    """Messages, waiting and in flight, for each replica."""
    latency_objective_s: Figure
    queue_alert: Figure
    latency_alert_s: Figure
    predicted_wait_mean_s: Figure
    """At the average rate on the slots that run then."""
    predicted_wait_p95_s: Figure
    drain_s: Figure
    """How long replicas_max need for a backlog of ten minutes of peak."""
