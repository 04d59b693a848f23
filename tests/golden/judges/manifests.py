"""What schemas cannot say: names, quantities, probes, and what a worker's pod must never lack."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from golden.judges.builds import Object, named
from golden.judges.toolbox import Finding

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|e[0-9]+)?")
LONGEST_HPA_PREFIX = len("keda-hpa-")
QUANTITY_KEYS = ("cpu", "memory", "ephemeral-storage", "storage", "nvidia.com/gpu")
CLUSTER_WIDE = ("Namespace",)


def pods(built: list[Object]) -> Iterator[tuple[Object, dict[str, Any]]]:
    """Each object that has a pod template, and the template."""
    for each in built:
        template = (
            each.get("spec", {}).get("template") if each["kind"] in ("Deployment", "StatefulSet") else None
        )
        if template:
            yield each, template


def check(built: list[Object], place: str) -> list[Finding]:
    findings: list[Finding] = []

    def found(rule: str, each: Object, message: str) -> None:
        findings.append(Finding("manifests", rule, f"{place}/{named(each)}", message))

    keys = [(each["apiVersion"], named(each)) for each in built]
    for each in built:
        if keys.count((each["apiVersion"], named(each))) > 1:
            found("duplicate", each, "the object stands twice")
        _names(each, found)
        _quantities(each, found)
    namespaces = {each["metadata"].get("namespace") for each in built if each["kind"] not in CLUSTER_WIDE}
    declared = [each for each in built if each["kind"] == "Namespace"]
    for each in declared:
        if namespaces != {each["metadata"]["name"]}:
            found("namespace", each, f"objects are in {sorted(map(str, namespaces))}")
        if each["metadata"]["labels"].get("pod-security.kubernetes.io/enforce") != "restricted":
            found("pod-security", each, "the restricted standard is not enforced")
    for each, template in pods(built):
        _pod(each, template, found)
    return findings


def _names(each: Object, found: Any) -> None:
    name = each["metadata"]["name"]
    if not LABEL.fullmatch(name):
        found("name", each, f"{name!r} is no DNS label")
    if each["kind"] in ("ScaledObject",) and len(name) + LONGEST_HPA_PREFIX > 63:
        found("name", each, "the autoscaler that KEDA makes of it gets a label above 63 characters")
    labels = {
        **each["metadata"].get("labels", {}),
        **each.get("spec", {}).get("template", {}).get("metadata", {}).get("labels", {}),
    }
    for key, value in labels.items():
        if not isinstance(value, str) or not LABEL_VALUE.fullmatch(value):
            found("label", each, f"{key}: {value!r} is no label value")
    for port in _walk(each, "containerPort"):
        if "name" in port and (len(port["name"]) > 15 or not LABEL.fullmatch(port["name"])):
            found("port-name", each, f"{port['name']!r} is no port name")


def _walk(value: Any, key: str) -> Iterator[dict[str, Any]]:
    """Every mapping inside that has the key."""
    if isinstance(value, dict):
        if key in value:
            yield value
        for item in value.values():
            yield from _walk(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, key)


def _quantities(each: Object, found: Any) -> None:
    for key in ("limits", "requests"):
        for holder in _walk(each.get("spec", {}), key):
            for name, value in holder[key].items() if isinstance(holder[key], dict) else ():
                if name in QUANTITY_KEYS and not QUANTITY.fullmatch(str(value)):
                    found("quantity", each, f"{name}: {value!r} is no quantity")
    for holder in _walk(each.get("spec", {}), "sizeLimit"):
        if not QUANTITY.fullmatch(str(holder["sizeLimit"])):
            found("quantity", each, f"sizeLimit: {holder['sizeLimit']!r} is no quantity")


def _pod(each: Object, template: dict[str, Any], found: Any) -> None:
    spec = template["spec"]
    wanted = {"automountServiceAccountToken": False, "enableServiceLinks": False}
    for key, value in wanted.items():
        if spec.get(key) is not value:
            found("pod", each, f"{key} is not {value}")
    volumes = {volume["name"]: volume for volume in spec.get("volumes", [])}
    claims = {claim["metadata"]["name"] for claim in each["spec"].get("volumeClaimTemplates", [])}
    for volume in volumes.values():
        if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
            found("volume", each, f"the emptyDir {volume['name']} has no size limit")
    for container in spec["containers"]:
        probes = [container.get(f"{kind}Probe") for kind in ("liveness", "readiness")]
        if probes[0] is None:
            found("probe", each, "no liveness probe")
        if probes[0] is not None and probes[1] is not None and _action(probes[0]) == _action(probes[1]):
            found("probe", each, "the readiness probe is the liveness probe")
        mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
        if mounted - set(volumes) - claims:
            found("volume", each, f"mounted and not declared: {sorted(mounted - set(volumes) - claims)}")
        if "ephemeral-storage" not in container["resources"]["limits"]:
            found("resources", each, "no limit of ephemeral storage")
        if container["resources"]["requests"]["memory"] != container["resources"]["limits"]["memory"]:
            found("resources", each, "memory request and limit differ")


def _action(probe: dict[str, Any]) -> Any:
    return next(probe[kind] for kind in ("exec", "tcpSocket", "httpGet", "grpc") if kind in probe)
