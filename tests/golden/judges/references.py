"""Whether what objects refer to exists: ConfigMaps, Secrets, accounts, scale targets, and pods behind each selector."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from golden.judges.builds import Object, named
from golden.judges.manifests import pods
from golden.judges.toolbox import Finding

Labels = dict[str, str]


def check(built: list[Object], place: str) -> list[Finding]:
    existing = {(each["kind"], each["metadata"]["name"]) for each in built}
    existing |= {
        ("Secret", each["spec"]["target"]["name"]) for each in built if each["kind"] == "ExternalSecret"
    }
    labels = [template["metadata"]["labels"] for _, template in pods(built)]
    labels += [_operated(each) for each in built if each["kind"] == "RabbitmqCluster"]
    findings = []
    for each in built:
        for kind, name in _references(each):
            if (kind, name) not in existing:
                findings.append(
                    Finding("references", kind, f"{place}/{named(each)}", f"{kind} {name} does not exist")
                )
        for selector in _selectors(each):
            if not any(matches(selector, candidate) for candidate in labels):
                findings.append(
                    Finding("references", "selector", f"{place}/{named(each)}", f"{selector} selects no pod")
                )
    for each, template in pods(built):
        if not matches(each["spec"]["selector"], template["metadata"]["labels"]):
            findings.append(
                Finding("references", "labels", f"{place}/{named(each)}", "its selector misses its own pods")
            )
    for each in (each for each in built if each["kind"] == "ScaledObject"):
        findings += _scaled(each, built, place)
    return findings


def matches(selector: dict[str, Any], labels: Labels) -> bool:
    """A LabelSelector; an empty one takes all."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for each in selector.get("matchExpressions", []):
        present = labels.get(each["key"])
        if {
            "In": present not in each.get("values", []),
            "NotIn": present in each.get("values", []),
            "Exists": present is None,
            "DoesNotExist": present is not None,
        }[each["operator"]]:
            return False
    return True


def _operated(cluster: Object) -> Labels:
    """The labels that the RabbitMQ Cluster Operator gives its pods."""
    own = {"app.kubernetes.io/name": cluster["metadata"]["name"], "app.kubernetes.io/component": "rabbitmq"}
    template = cluster["spec"]["override"]["statefulSet"]["spec"]["template"]
    return {**own, **template["metadata"]["labels"]}


def _references(each: Object) -> Iterator[tuple[str, str]]:
    spec = each.get("spec", {})
    if each["kind"] in ("ScaledObject", "HorizontalPodAutoscaler"):
        target = spec["scaleTargetRef"]
        yield target.get("kind", "Deployment"), target["name"]
    if each["kind"] == "ScaledObject":
        for trigger in spec["triggers"]:
            if "authenticationRef" in trigger:
                yield "TriggerAuthentication", trigger["authenticationRef"]["name"]
    if each["kind"] == "TriggerAuthentication":
        for reference in spec.get("secretTargetRef", []):
            yield "Secret", reference["name"]
    if each["kind"] == "RabbitmqCluster":
        yield "Secret", spec["secretBackend"]["externalSecret"]["name"]
    if each["kind"] == "StatefulSet":
        yield "Service", spec["serviceName"]
    pod = spec.get("template", {}).get("spec") if each["kind"] in ("Deployment", "StatefulSet") else None
    if pod:
        yield "ServiceAccount", pod["serviceAccountName"]
        yield from _of_pod(pod)


def _of_pod(pod: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for volume in pod.get("volumes", []):
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"]
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]
    for container in pod["containers"]:
        for source in container.get("envFrom", []):
            if "configMapRef" in source:
                yield "ConfigMap", source["configMapRef"]["name"]
            if "secretRef" in source:
                yield "Secret", source["secretRef"]["name"]
        for variable in container.get("env", []):
            for key, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                if key in variable.get("valueFrom", {}):
                    yield kind, variable["valueFrom"][key]["name"]


def _selectors(each: Object) -> Iterator[dict[str, Any]]:
    spec = each.get("spec", {})
    if each["kind"] == "PodDisruptionBudget":
        yield spec["selector"]
    if each["kind"] == "PodMonitor":
        yield spec["selector"]
    if each["kind"] == "Service":
        yield {"matchLabels": spec["selector"]}
    if each["kind"] == "NetworkPolicy":
        yield spec["podSelector"]
        for direction, side in (("ingress", "from"), ("egress", "to")):
            for rule in spec.get(direction, []):
                for peer in rule.get(side, []):
                    if "podSelector" in peer and "namespaceSelector" not in peer:
                        yield peer["podSelector"]


def _scaled(each: Object, built: list[Object], place: str) -> list[Finding]:
    """A Deployment that is scaled names no replicas; KEDA, in a namespace of its own, must find the broker."""
    where = f"{place}/{named(each)}"
    target = each["spec"]["scaleTargetRef"]["name"]
    deployment = next(
        one for one in built if one["kind"] == "Deployment" and one["metadata"]["name"] == target
    )
    findings = []
    if "replicas" in deployment["spec"]:
        findings.append(Finding("references", "replicas", where, f"{target} also fixes its replicas"))
    environment = environment_of(deployment, built)
    for trigger in each["spec"]["triggers"]:
        for key, value in trigger["metadata"].items():
            if key.endswith("FromEnv") and value not in environment:
                findings.append(
                    Finding("references", "trigger", where, f"{key}: {target} has no variable {value}")
                )
        host = _host(trigger["metadata"], environment)
        if host is not None and "." not in host:
            findings.append(
                Finding("references", "trigger", where, f"{host!r} means nothing in KEDA's namespace")
            )
    return findings


def _host(metadata: dict[str, str], environment: dict[str, str]) -> str | None:
    for key in ("host", "address", "serverAddress"):
        text = metadata.get(key) or environment.get(metadata.get(f"{key}FromEnv", ""))
        if text:
            return text.rpartition("//")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
    return None


def environment_of(workload: Object, built: list[Object]) -> dict[str, str]:
    """The environment of the first container: its ConfigMaps, then its own entries."""
    maps = {each["metadata"]["name"]: each.get("data", {}) for each in built if each["kind"] == "ConfigMap"}
    container = workload["spec"]["template"]["spec"]["containers"][0]
    environment: dict[str, str] = {}
    for source in container.get("envFrom", []):
        environment |= maps.get(source.get("configMapRef", {}).get("name"), {})
    return environment | {
        entry["name"]: entry["value"] for entry in container.get("env", []) if "value" in entry
    }
