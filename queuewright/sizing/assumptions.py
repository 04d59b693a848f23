"""The assumptions that sizing rests on, from the catalog's sizing.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class KindDefaults:
    """Per kind of work: seconds, MiB, tasks."""

    max_retries: int
    retry_backoff: int
    retry_backoff_max: int
    memory_per_task: int
    max_tasks_per_child: int


@dataclass(frozen=True, slots=True)
class Assumptions:
    design_utilisation: float
    late_share: float
    memory_headroom: float
    visibility_factor: float
    visibility_margin_s: float
    grace_margin_s: float
    queue_alert_cap: int
    latency_alert_floor_s: float
    burst_s: float
    drain_within_s: float
    ledger_memory_mib: float
    ledger_entry_bytes: float
    cpu_target_percent: int
    replicas_cap: int
    latency_objective_s: Mapping[str, float]
    wait_to_compute: Mapping[str, float]
    kinds: Mapping[str, KindDefaults]


def from_data(data: Mapping[str, Any]) -> Assumptions:
    """From what sizing.yaml holds: facts, and per-kind numbers."""
    values = {key: entry["value"] for key, entry in data.items() if "value" in entry}
    return Assumptions(
        **values,
        latency_objective_s={key: entry["value"] for key, entry in data["latency_objective_s"].items()},
        wait_to_compute={key: entry["value"] for key, entry in data["wait_to_compute"].items()},
        kinds={key: KindDefaults(**entry) for key, entry in data["kinds"].items()},
    )


@dataclass(frozen=True, slots=True)
class ProcessShape:
    """What a worker process tree costs and how it takes tasks. MiB, measured on a tiny application."""

    base_memory_mib: int
    memory_mib_per_slot: int
    single_task: bool
    """One process works one task, so that `concurrency` means that many replicas."""
    slots: int | None = None
    """Slots of one replica where the worker does not follow `concurrency`."""
