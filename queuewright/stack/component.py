"""component.yaml: what a folder under templates/ renders, and what it declares to the StackPlan.

Strings are Jinja, rendered with the names that `queuewright.stack.build` documents. `foreach` names an expression;
the entry then stands once for each of its values, as `item`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["language", "broker", "worker", "pairing", "workload", "target"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FileRule(Part):
    """One file, or one for each workload."""

    source: str = Field(alias="from")
    """Template, relative to the component's folder."""
    to: str
    """Where it lands, relative to the project's root; Jinja."""
    owner: Literal["owned", "seeded"] = "owned"
    executable: bool = False
    when: str | None = None
    """Jinja expression; the file is left out where it is false."""
    each: Literal["workload"] | None = None
    """Rendered once a workload (of this kind, in a workload component), as `w`."""


class ServiceRule(Part):
    """A Service, in Jinja; its fields are those of `queuewright.stack.plan.Service`."""

    when: str | None = None
    service: dict[str, Any]


class Entry(Part):
    """A list entry that may be conditional or repeated."""

    when: str | None = None
    foreach: str | None = None
    value: dict[str, Any]


class Process(Part):
    """How a worker process tree runs; Jinja over `w` and `settings`."""

    command: list[str]
    probe: dict[str, Any]
    stop_signal: str = "SIGTERM"
    slots: str
    """Expression: tasks that one replica works on at once."""
    prefetch: str = "1"
    metrics_port: int = 9100
    recycles: bool = True
    """Whether a process is replaced after `max_tasks_per_child` tasks."""
    environment: dict[str, str] = Field(default_factory=dict)
    tmpfs: list[str] = Field(default_factory=lambda: ["/tmp"])
    base_memory_mib: int
    """Of an idle replica of a tiny application, measured."""
    memory_mib_per_slot: int
    """That one more slot adds, of a tiny application, measured."""


class Scheduler(Part):
    command: list[str]
    probe: dict[str, Any]
    stop_signal: str = "SIGTERM"


class Component(Part):
    kind: Kind
    id: str
    files: list[FileRule] = Field(default_factory=list)
    services: list[ServiceRule] = Field(default_factory=list)
    secrets: list[Entry] = Field(default_factory=list)
    scrape: list[Entry] = Field(default_factory=list)
    environment: dict[str, str] = Field(default_factory=dict)
    """Of every worker: where the broker is, by which name."""
    process: Process | None = None
    scheduler: Scheduler | None = None
    priority: dict[str, Any] | None = None
    """`{mode: message|queue, levels: {high: 0, default: 3, low: 6}}`, highest first."""
    queue_name: str | None = None
    """Jinja over `w` and `level`."""
    dead_letter: str | None = None
    """Jinja over `w`."""
    redelivery: str | None = None
    """Jinja over `w`: when what a lost worker held comes again; None: after the visibility timeout."""
    queue_identity: str | None = None
    """Jinja over `w`: arguments of its queues that a live broker refuses to change."""
    queries: dict[str, str] = Field(default_factory=dict)
    triggers: list[Entry] = Field(default_factory=list)
    scaling_formula: str | None = None
    runbook: list[Entry] = Field(default_factory=list)
    identities: dict[str, str] = Field(default_factory=dict)
    example: dict[str, str] = Field(default_factory=dict)
    """Of a workload kind: `{task: enrich, payload: Customer(...)}`, names of its module, for README.md."""
    needs: dict[str, bool] = Field(default_factory=dict)
    """Facilities of a workload kind: `{cache: true, state: true}`."""
