"""The spec: what a user owns and edits. Quantities are plain numbers here, in the unit that the key names."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$")]
"""A DNS label of at most 40 characters; also a package name once `-` becomes `_`."""

WorkloadKind = Literal["api", "pipeline", "email", "file", "ml", "event"]
Cloud = Literal["aws", "azure", "gcp", "on_prem", "paas", "self_hosted_product", "any"]
Hosting = Literal["serverless", "containers", "kubernetes", "vm", "single_server", "windows_server"]
Latency = Literal["sub_100ms", "seconds", "minutes", "batch"]
Loss = Literal["may_lose_some", "no_loss", "strict"]
Duplicates = Literal["ok_if_idempotent", "must_not_duplicate"]
Ordering = Literal["none", "per_key", "global"]
Replay = Literal["none", "days", "long_history"]
Priorities = Literal["none", "few_levels", "strict"]
Workflow = Literal["none", "chain", "fan_in", "dag", "durable"]
Bound = Literal["async_io", "sync_io", "cpu", "gpu", "mixed"]
Team = Literal["1", "2-5", "6-20", "20+"]
Ops = Literal["low", "medium", "high"]
Budget = Literal["tiny", "small", "normal", "large"]


MAX_RATE_PER_S = 1e9
MAX_DURATION_S = 3650 * 86400.0
MAX_PAYLOAD_KB = 1024.0**3
"""Beyond these a number is a slip of the pen, not a workload."""


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Answers(Model):
    """What the work is like. `None` means not answered; the catalog holds the documented defaults."""

    language: tuple[str, ...] | None = None
    cloud: Cloud | None = None
    hosting: Hosting | None = None
    existing: tuple[str, ...] | None = None
    workload: WorkloadKind | None = None
    rate_avg_per_s: float | None = Field(None, ge=0, le=MAX_RATE_PER_S)
    rate_peak_per_s: float | None = Field(None, ge=0, le=MAX_RATE_PER_S)
    task_typical_s: float | None = Field(None, gt=0, le=MAX_DURATION_S)
    task_max_s: float | None = Field(None, gt=0, le=MAX_DURATION_S)
    latency: Latency | None = None
    loss: Loss | None = None
    duplicates: Duplicates | None = None
    ordering: Ordering | None = None
    fanout: int | None = Field(None, ge=1, le=10_000)
    """Independent consumers of each message."""
    replay: Replay | None = None
    priorities: Priorities | None = None
    delay_max_s: float | None = Field(None, ge=0, le=MAX_DURATION_S)
    cron: bool | None = None
    workflow: Workflow | None = None
    bound: Bound | None = None
    payload_kb: float | None = Field(None, ge=0, le=MAX_PAYLOAD_KB)
    """KB of 1024 bytes, as the brokers count."""
    team: Team | None = None
    ops: Ops | None = None
    budget: Budget | None = None
    constraints: tuple[str, ...] | None = None
    excluded: tuple[str, ...] | None = None

    def over(self, base: Answers) -> Answers:
        """These answers, with `base` where one is missing."""
        return Answers.model_validate({**base.answered(), **self.answered()})

    def answered(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class StackChoice(Model):
    """A stack that the user has settled on; final for render and check."""

    broker: str
    worker: str
    variant: str | None = None


class Workload(Model):
    """One kind of work: its own queues and its own worker deployment."""

    name: Name
    answers: Answers = Answers()
    settings: dict[str, Any] = Field(default_factory=dict)


class Spec(Model):
    """queuewright.yaml."""

    version: Literal[1]
    name: Name
    answers: Answers = Answers()
    stack: StackChoice | None = None
    workloads: tuple[Workload, ...] = Field(min_length=1)
    settings: dict[str, Any] = Field(default_factory=dict)
    accept: tuple[str, ...] = ()
    """Ids of harms that the user knows of and accepts."""

    def answers_for(self, workload: Workload) -> Answers:
        return workload.answers.over(self.answers)
