"""What runs beside the workers: services and the scheduler; names that two parts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from queuewright.advisor.decision import StackId
from queuewright.stack.component import Component
from queuewright.stack.components import Components
from queuewright.stack.drafts import Draft
from queuewright.stack.entries import tupled
from queuewright.stack.plan import Mount, Port, Probe, Resources, SchedulerPlan, Service
from queuewright.stack.templating import fill, holds


def services(part: Component, names: Mapping[str, Any]) -> Iterator[Service]:
    for rule in part.services:
        if holds(rule.when, names):
            yield _service(fill(rule.service, names))


def _service(value: dict[str, Any]) -> Service:
    converters: dict[str, Callable[[Any], Any]] = {
        "command": tuple,
        "entrypoint": tuple,
        "secrets": tuple,
        "tmpfs": tuple,
        "depends_on": tuple,
        "mounts": lambda mounts: tuple(Mount(**mount) for mount in mounts),
        "ports": lambda ports: tuple(Port(**{**port, "number": int(port["number"])}) for port in ports),
        "probe": lambda probe: Probe(**tupled(probe, "command")),
        "resources": lambda resources: Resources(**{key: int(item) for key, item in resources.items()}),
        "stop_grace_s": int,
    }
    return Service(**{key: converters.get(key, lambda item: item)(item) for key, item in value.items()})


def scheduler(worker: Component, names: Mapping[str, Any]) -> SchedulerPlan | None:
    rule = worker.scheduler
    if rule is None:
        return None
    return SchedulerPlan(
        command=tuple(fill(rule.command, names)),
        resources=Resources(cpu_request_m=50, memory_mib=192, cpu_limit_m=500),
        probe=Probe(**tupled(fill(rule.probe, names), "command")),
        stop_signal=rule.stop_signal,
    )


def merged(field: str, parts: Components, names: Mapping[str, Any]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for part in parts:
        merged |= fill(getattr(part, field), names)
    return merged


def unique(what: str, found: Iterator[Any]) -> tuple[Any, ...]:
    """The first of each name: two parts may declare the same secret or service."""
    seen: dict[str, Any] = {}
    for each in found:
        key = each.id if what == "service" else each.name
        seen.setdefault(key, each)
    return tuple(seen.values())


def identities(
    name: str, stack: StackId, parts: Components, names: Mapping[str, Any], drafts: tuple[Draft, ...]
) -> dict[str, str]:
    identities = {"project": name, "stack": f"{stack.broker}+{stack.worker}", "variant": stack.variant}
    for part in parts:
        identities |= fill(part.identities, names)
    arguments = parts.pairing.queue_identity
    for draft in drafts:
        more = f", {fill(arguments, {**names, 'w': draft})}" if arguments else ""
        for queue in draft.queues:
            identities[f"queue {queue.name}"] = f"dead letters to {queue.dead_letter}{more}"
    return dict(sorted(identities.items()))
