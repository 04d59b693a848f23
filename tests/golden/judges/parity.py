"""Compose and Kubernetes say the same: command, environment, secrets, limits, grace, probe of each worker."""

from __future__ import annotations

import re
from typing import Any

from golden.judges.builds import Object
from golden.judges.references import environment_of
from golden.judges.toolbox import Finding

UNITS = {"Mi": 2**20, "Gi": 2**30, "Ki": 2**10, "": 1}
SERVICES = ("StatefulSet", "Deployment")


def check(model: dict[str, Any], built: list[Object]) -> list[Finding]:
    """The Compose model against the development overlay, both as their own tool resolves them."""
    services = {name: each for name, each in model["services"].items() if not each.get("profiles")}
    workloads = {each["metadata"]["name"]: each for each in built if each["kind"] in SERVICES}
    findings = []
    if set(services) != set(workloads):
        findings.append(
            _finding("services", f"Compose has {sorted(services)}, Kubernetes {sorted(workloads)}")
        )
    for name in sorted(set(services) & set(workloads)):
        compose, kubernetes = _of_compose(services[name]), _of_kubernetes(workloads[name], built)
        for key, value in compose.items():
            if value != kubernetes[key]:
                findings.append(_finding(name, f"{key}: Compose {value!r}, Kubernetes {kubernetes[key]!r}"))
    return findings


def _finding(where: str, message: str) -> Finding:
    return Finding("parity", "differs", where, message)


def _of_compose(service: dict[str, Any]) -> dict[str, Any]:
    limits = service["deploy"]["resources"]["limits"]
    test = service.get("healthcheck", {}).get("test", [None])[1:]
    worker = "worker" in service["networks"] or "egress" in service["networks"]
    return {
        "argv": _unescaped([*(service.get("entrypoint") or []), *(service.get("command") or [])]),
        "environment": {
            key: _unescaped([value])[0] for key, value in (service.get("environment") or {}).items()
        },
        "secrets": sorted(secret["source"] for secret in service.get("secrets", [])),
        "memory": int(limits["memory"]),
        "cpu": round(float(limits["cpus"]) * 1000) if worker else None,
        "grace": _seconds(service.get("stop_grace_period", "10s")),
        "probe": _unescaped(test),
        "read_only": service.get("read_only", False),
        "image": service["image"],
        "tmpfs": sorted(each.partition(":")[0] for each in service.get("tmpfs", [])),
    }


def _of_kubernetes(workload: Object, built: list[Object]) -> dict[str, Any]:
    pod = workload["spec"]["template"]["spec"]
    container = pod["containers"][0]
    worker = container["name"] in ("worker", "scheduler")
    secrets = [
        item["key"] for volume in pod.get("volumes", []) for item in volume.get("secret", {}).get("items", [])
    ]
    probe = container.get("startupProbe", {}).get("exec", {}).get("command", [])
    empty = {volume["name"] for volume in pod.get("volumes", []) if "emptyDir" in volume}
    cpu = container["resources"]["limits"].get("cpu")
    return {
        "argv": [*container.get("command", []), *container.get("args", [])],
        "environment": environment_of(workload, built),
        "secrets": sorted(secrets),
        "memory": _bytes(container["resources"]["limits"]["memory"]),
        "cpu": int(cpu.removesuffix("m")) if worker and cpu else None,
        "grace": pod["terminationGracePeriodSeconds"],
        "probe": probe,
        "read_only": container["securityContext"]["readOnlyRootFilesystem"],
        "image": container["image"],
        "tmpfs": sorted(mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] in empty),
    }


def _unescaped(words: list[str]) -> list[str]:
    """`docker compose config` prints its model ready to be read again: a dollar stands twice."""
    return [word.replace("$$", "$") for word in words]


def _bytes(quantity: str) -> int:
    match = re.fullmatch(r"([0-9]+)([KMG]i)?", quantity)
    assert match, quantity
    return int(match[1]) * UNITS[match[2] or ""]


def _seconds(duration: str) -> int:
    parts = re.findall(r"([0-9.]+)(h|m|s)", duration)
    return round(sum(float(number) * {"h": 3600, "m": 60, "s": 1}[unit] for number, unit in parts))
