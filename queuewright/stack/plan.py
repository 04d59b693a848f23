"""StackPlan: the one model that Compose, Kubernetes, monitoring, documents and worker code are rendered from.

Durations are seconds, memory is MiB, CPU is millicores, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from queuewright.advisor.decision import Decision
from queuewright.sizing.model import Sizing
from queuewright.spec.model import Answers


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret file. Only its name is ever rendered: `scripts/secrets.sh` fills `secrets/NAME` with random text."""

    name: str
    """As a file name and Secret key: `broker_password`."""
    purpose: str
    content: str | None = None
    """Made of other secrets instead of random text: `{broker_password}` stands for that secret's value."""


@dataclass(frozen=True, slots=True)
class Mount:
    """A rendered file that is mounted read-only into a service."""

    source: str
    """Path in the rendered tree."""
    target: str


@dataclass(frozen=True, slots=True)
class Port:
    name: str
    number: int
    published: bool = False
    """Published on 127.0.0.1 by Compose."""


@dataclass(frozen=True, slots=True)
class Resources:
    cpu_request_m: int
    memory_mib: int
    """Request and limit are equal, so that the scheduler never over-commits memory."""
    cpu_limit_m: int | None = None
    gpus: int = 0


@dataclass(frozen=True, slots=True)
class Probe:
    """A command that is cheap, local and never calls the broker."""

    command: tuple[str, ...]
    period_s: int = 30
    timeout_s: int = 5
    failures: int = 3
    start_s: int = 30
    """How long a start may take before a failure counts."""


@dataclass(frozen=True, slots=True)
class Service:
    """Something that runs beside the workers: a broker, a cache, an exporter, Prometheus, Grafana."""

    id: str
    """Its DNS name: `broker`, `cache`, `state`, `redis-exporter`, `prometheus`, `grafana`."""
    role: str
    """broker | cache | state | exporter | monitoring"""
    title: str
    image: str
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    data: str | None = None
    """Where it keeps what must survive a restart; a volume is mounted there."""
    tmpfs: tuple[str, ...] = ()
    ports: tuple[Port, ...] = ()
    probe: Probe | None = None
    user: str | None = None
    """`uid:gid`"""
    stop_signal: str | None = None
    stop_grace_s: int = 30
    resources: Resources = Resources(cpu_request_m=100, memory_mib=256)
    depends_on: tuple[str, ...] = ()
    profile: str | None = None
    """Compose profile; None: always started."""
    read_only: bool = True
    in_cluster: bool = True
    """Rendered as a small StatefulSet or Deployment in the development overlay."""
    reason: str | None = None
    """Id of the catalog entry that says why it is there."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as the broker knows it."""

    name: str
    level: str | None = None
    """Priority level, where levels are queues of their own."""
    dead_letter: str | None = None


@dataclass(frozen=True, slots=True)
class PriorityScheme:
    """How the stack expresses `high`, `default`, `low`: as a number on the message or as a queue each."""

    mode: str
    """message | queue | none"""
    levels: Mapping[str, int] = field(default_factory=dict)
    """Level to the number that the broker means by it, highest level first."""


@dataclass(frozen=True, slots=True)
class Retry:
    max_retries: int
    backoff_s: int
    """Delay before the first retry; doubles, with full jitter."""
    backoff_max_s: int


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """soft < hard < visibility timeout, and hard + 10 <= grace."""

    soft_s: int
    hard_s: int
    visibility_s: int
    grace_s: int


@dataclass(frozen=True, slots=True)
class Trigger:
    """A KEDA trigger; metadata values are strings, as its CRD demands."""

    type: str
    metadata: Mapping[str, str]
    auth: Mapping[str, str] = field(default_factory=dict)
    """KEDA parameter to secret name."""
    name: str | None = None
    metric_type: str | None = None


@dataclass(frozen=True, slots=True)
class Scaling:
    """How replicas follow the load."""

    mode: str
    """queue | cpu | fixed"""
    min_replicas: int
    max_replicas: int
    triggers: tuple[Trigger, ...] = ()
    formula: str | None = None
    """KEDA scalingModifiers formula over trigger names."""
    target: int | None = None
    """Messages (waiting and in flight) that one replica may have, or per cent of the CPU request."""
    cooldown_s: int = 300
    stabilization_s: int = 300


@dataclass(frozen=True, slots=True)
class AlertThresholds:
    queue_length: int
    latency_s: float
    failure_ratio: float = 0.05
    failure_floor: int = 20
    """Tasks in five minutes below which the failure ratio says nothing."""
    utilisation: float = 0.9
    memory_ratio: float = 0.9


@dataclass(frozen=True, slots=True)
class WorkloadPlan:
    """One kind of work, with every number that it runs by."""

    name: str
    module: str
    """Python/Ruby/TypeScript module of its tasks: the name with `_` for `-`."""
    kind: str
    """api | pipeline | email | file | ml | event"""
    answers: Answers
    sizing: Sizing
    settings: Mapping[str, Any]
    """Every setting of the catalog, resolved: default, derived or overridden."""
    queues: tuple[Queue, ...]
    """Highest priority first; one queue where the broker has priorities in the message."""
    dead_letter: str
    command: tuple[str, ...]
    """argv of one worker process tree."""
    environment: Mapping[str, str]
    replicas: int
    """Where nothing scales: Compose, and the start of a Deployment."""
    slots: int
    """Tasks that one replica works on at once."""
    prefetch: int
    limits: TimeLimits
    retry: Retry
    resources: Resources
    probe: Probe
    stop_signal: str
    metrics_port: int
    scaling: Scaling
    alerts: AlertThresholds
    tmpfs: tuple[str, ...] = ("/tmp",)
    scheduler: bool = False
    """Has periodic tasks, that a singleton enqueues."""
    redelivery: str | None = None
    """When what a lost worker held comes again, in words; None: after the visibility timeout."""
    example: Mapping[str, str] = field(default_factory=dict)
    """A task of its module, and a payload of it, as they are written there."""
    recycles: bool = True
    """Whether its processes are replaced after `max_tasks_per_child` tasks."""


@dataclass(frozen=True, slots=True)
class SchedulerPlan:
    """The singleton that enqueues periodic tasks."""

    command: tuple[str, ...]
    resources: Resources
    probe: Probe
    stop_signal: str


@dataclass(frozen=True, slots=True)
class Queries:
    """PromQL over the broker's own exporter; each gives a vector by (workload, queue)."""

    queue_length: str
    in_flight: str
    dead_letters: str
    broker_memory_ratio: str
    """Broker memory over its limit, without labels."""
    evictions: str | None = None
    state_memory_ratio: str | None = None
    """Of a state store that is a server of its own."""


@dataclass(frozen=True, slots=True)
class RunbookCommand:
    """A command for three in the morning, to be run in the project's root."""

    id: str
    """queue_length | in_flight | drain | broker_memory | consumers | ping | state_memory | state_ping | rotate"""
    title: str
    compose: str = ""
    kubernetes: str = ""
    worker: str = ""
    """In place of the two: runs in a worker, the same on both; `$W` is the workload, `$N` the namespace."""


@dataclass(frozen=True)
class StackPlan:
    name: str
    package: str
    """The name with `_` for `-`."""
    language: str
    broker: str
    worker: str
    variant: str
    priority: PriorityScheme
    workloads: tuple[WorkloadPlan, ...]
    services: tuple[Service, ...]
    secrets: tuple[Secret, ...]
    scheduler: SchedulerPlan | None
    queries: Queries
    runbook: tuple[RunbookCommand, ...]
    scrape: tuple[Mapping[str, Any], ...]
    """Prometheus scrape jobs for what is not a worker: `{job, service, port, path, params}`."""
    settings: Mapping[str, Any]
    """Project-wide settings, resolved: registry, image tag, namespace, ..."""
    decision: Decision
    identities: Mapping[str, str]
    """What a live broker refuses to change: queue types and arguments, names, prefix, serialiser."""

    def service(self, role: str) -> Service | None:
        return next((service for service in self.services if service.role == role), None)

    @cached_property
    def shared_environment(self) -> dict[str, str]:
        """What every worker has in its environment, the scheduler too: where the broker is, by which name."""
        first, *rest = (workload.environment for workload in self.workloads)
        return {
            name: value
            for name, value in first.items()
            if name != "WORKLOAD" and all(other.get(name) == value for other in rest)
        }

    @property
    def worker_secrets(self) -> tuple[str, ...]:
        """Secrets that application code reads: the password of each service it talks to."""
        roles = {service.role for service in self.services}
        wanted = {f"{role}_password" for role in roles & {"broker", "cache", "state"}}
        return tuple(secret.name for secret in self.secrets if secret.name in wanted)

    @property
    def cluster_secrets(self) -> tuple[Secret, ...]:
        """Secrets that Kubernetes needs: all but those of dashboards, which only Compose starts."""
        dashboards = {name for service in self.services if service.role == "monitoring" for name in service.secrets}
        return tuple(secret for secret in self.secrets if secret.name not in dashboards)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted({workload.kind for workload in self.workloads}))
