"""Our own judges find what they are there to find."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from golden.judges import manifests, parity, references, schemas
from golden.judges.exceptions import Excuse
from golden.judges.toolbox import Finding

Objects = dict[str, dict[str, Any]]

LABELS = {"app.kubernetes.io/name": "shop", "app.kubernetes.io/component": "worker"}


def _objects() -> Objects:
    """A worker as it should be, by kind; each test breaks one thing."""
    pod = {
        "serviceAccountName": "worker",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 40,
        "containers": [
            {
                "name": "worker",
                "image": "shop:1",
                "command": ["python", "-m", "shop"],
                "envFrom": [{"configMapRef": {"name": "runtime"}}],
                "ports": [{"name": "metrics", "containerPort": 9100}],
                "startupProbe": {"exec": {"command": ["check"]}},
                "livenessProbe": {"exec": {"command": ["check"]}},
                "readinessProbe": {"tcpSocket": {"port": "metrics"}},
                "resources": {
                    "requests": {"cpu": "500m", "memory": "256Mi"},
                    "limits": {"cpu": "1000m", "memory": "256Mi", "ephemeral-storage": "1Gi"},
                },
                "securityContext": {"readOnlyRootFilesystem": True},
                "volumeMounts": [
                    {"name": "secrets", "mountPath": "/run/secrets/broker_password"},
                    {"name": "tmp", "mountPath": "/tmp"},
                ],
            }
        ],
        "volumes": [
            {"name": "secrets", "secret": {"secretName": "shop", "items": [{"key": "broker_password"}]}},
            {"name": "tmp", "emptyDir": {"sizeLimit": "64Mi"}},
        ],
    }
    bodies: Objects = {
        "Deployment": {
            "selector": {"matchLabels": LABELS},
            "template": {"metadata": {"labels": LABELS}, "spec": pod},
        },
        "ScaledObject": {
            "scaleTargetRef": {"name": "worker"},
            "triggers": [
                {"metadata": {"hostFromEnv": "BROKER_HOST"}, "authenticationRef": {"name": "trigger"}}
            ],
        },
        "PodDisruptionBudget": {"selector": {"matchLabels": LABELS}},
        "NetworkPolicy": {"podSelector": {"matchLabels": LABELS}},
        "ServiceAccount": {},
    }
    made = {kind: {"spec": body, "metadata": {"name": "worker"}} for kind, body in bodies.items()}
    made["ConfigMap"] = {"data": {"BROKER_HOST": "broker.shop.svc"}, "metadata": {"name": "runtime"}}
    made["Secret"] = {"metadata": {"name": "shop"}}
    made["TriggerAuthentication"] = {
        "spec": {"secretTargetRef": [{"name": "shop"}]},
        "metadata": {"name": "trigger"},
    }
    for kind, each in made.items():
        each |= {"kind": kind, "apiVersion": "v1"}
        each["metadata"]["namespace"] = "shop"
    made["Namespace"] = {
        "kind": "Namespace",
        "apiVersion": "v1",
        "metadata": {"name": "shop", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
    }
    return copy.deepcopy(made)


def _pod(objects: Objects) -> Any:
    return objects["Deployment"]["spec"]["template"]["spec"]


def _container(objects: Objects) -> Any:
    return _pod(objects)["containers"][0]


def _judge(objects: Objects) -> set[str]:
    built = list(objects.values())
    return {finding.rule for finding in (*manifests.check(built, "here"), *references.check(built, "here"))}


def test_a_sound_worker_passes() -> None:
    assert _judge(_objects()) == set()


BREAKAGES: dict[str, tuple[str, Callable[[Objects], Any]]] = {
    "an underscore in a name": (
        "name",
        lambda o: o["PodDisruptionBudget"]["metadata"].update(name="my_worker"),
    ),
    "a name too long for KEDA": ("name", lambda o: o["ScaledObject"]["metadata"].update(name="w" * 60)),
    "a label that is no string": (
        "label",
        lambda o: o["NetworkPolicy"]["metadata"].update(labels={"version": 1}),
    ),
    "a port name too long": (
        "port-name",
        lambda o: _container(o)["ports"][0].update(name="metrics-of-the-worker"),
    ),
    "a quantity with MiB": (
        "quantity",
        lambda o: _container(o)["resources"]["limits"].update(memory="256MiB"),
    ),
    "a size limit with MB": (
        "quantity",
        lambda o: _pod(o)["volumes"][1]["emptyDir"].update(sizeLimit="64MB"),
    ),
    "no size limit": ("volume", lambda o: _pod(o)["volumes"][1]["emptyDir"].clear()),
    "a volume that is not declared": ("volume", lambda o: _pod(o)["volumes"].pop()),
    "no liveness probe": ("probe", lambda o: _container(o).pop("livenessProbe")),
    "one probe twice": (
        "probe",
        lambda o: _container(o).update(readinessProbe=_container(o)["livenessProbe"]),
    ),
    "memory over-committed": (
        "resources",
        lambda o: _container(o)["resources"]["requests"].update(memory="1Mi"),
    ),
    "no limit of disk": (
        "resources",
        lambda o: _container(o)["resources"]["limits"].pop("ephemeral-storage"),
    ),
    "a token mounted": ("pod", lambda o: _pod(o).pop("automountServiceAccountToken")),
    "an object in another namespace": (
        "namespace",
        lambda o: o["Secret"]["metadata"].update(namespace="default"),
    ),
    "no pod security": ("pod-security", lambda o: o["Namespace"]["metadata"]["labels"].clear()),
    "an object twice": ("duplicate", lambda o: o.update(again=o["Secret"])),
    "no ConfigMap": ("ConfigMap", lambda o: o.pop("ConfigMap")),
    "no Secret": ("Secret", lambda o: o.pop("Secret")),
    "no account": ("ServiceAccount", lambda o: o.pop("ServiceAccount")),
    "no trigger authentication": ("TriggerAuthentication", lambda o: o.pop("TriggerAuthentication")),
    "a budget for no pod": (
        "selector",
        lambda o: o["PodDisruptionBudget"]["spec"].update(selector={"matchLabels": {"a": "b"}}),
    ),
    "a policy for no pod": (
        "selector",
        lambda o: o["NetworkPolicy"]["spec"].update(podSelector={"matchLabels": {"a": "b"}}),
    ),
    "a selector that misses its pods": (
        "labels",
        lambda o: o["Deployment"]["spec"].update(selector={"matchLabels": {"a": "b"}}),
    ),
    "replicas beside autoscaling": ("replicas", lambda o: o["Deployment"]["spec"].update(replicas=2)),
    "a broker that KEDA cannot find": (
        "trigger",
        lambda o: o["ConfigMap"]["data"].update(BROKER_HOST="broker"),
    ),
    "a variable that nobody sets": ("trigger", lambda o: o["ConfigMap"]["data"].clear()),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_what_is_broken_is_found(breakage: str) -> None:
    rule, breaks = BREAKAGES[breakage]
    objects = _objects()
    breaks(objects)
    assert rule in _judge(objects)


COMPOSE = {
    "image": "shop:1",
    "command": ["python", "-m", "shop"],
    "environment": {"BROKER_HOST": "broker.shop.svc"},
    "secrets": [{"source": "broker_password"}],
    "deploy": {"resources": {"limits": {"memory": str(256 * 2**20), "cpus": 1.0}}},
    "healthcheck": {"test": ["CMD", "check"]},
    "stop_grace_period": "40s",
    "read_only": True,
    "tmpfs": ["/tmp:size=64m"],
    "networks": {"egress": None},
}


def _parity(**changed: Any) -> list[Finding]:
    return parity.check({"services": {"worker": {**COMPOSE, **changed}}}, list(_objects().values()))


def test_compose_and_kubernetes_that_agree_pass() -> None:
    assert _parity() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"command": ["python"]},
        {"environment": {}},
        {"secrets": []},
        {"stop_grace_period": "10s"},
        {"read_only": False},
        {"image": "shop:2"},
        {"tmpfs": []},
        {"healthcheck": {"test": ["CMD", "other"]}},
        {"deploy": {"resources": {"limits": {"memory": "1", "cpus": 1.0}}}},
        {"deploy": {"resources": {"limits": {"memory": str(256 * 2**20), "cpus": 2.0}}}},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_compose_and_kubernetes_that_differ_are_found(changed: dict[str, Any]) -> None:
    assert [finding.tool for finding in _parity(**changed)] == ["parity"]


def test_a_service_on_one_side_only_is_found() -> None:
    assert parity.check({"services": {}}, list(_objects().values()))[0].where == "services"


def test_a_closed_schema_refuses_what_it_does_not_know() -> None:
    schema = {
        "type": "object",
        "properties": {"type": {"type": "object", "properties": {"a": {"type": "string"}}}},
    }
    validator = schemas.Draft7Validator(schemas.closed(schema))
    assert validator.is_valid({"type": {"a": "b"}})
    assert not validator.is_valid({"type": {"b": "b"}})
    assert not validator.is_valid({"kind": "x"})


def test_an_excuse_covers_one_rule_of_one_tool_where_it_says() -> None:
    excuse = Excuse("checkov", "CKV_K8S_43", "development/*", "because")
    assert excuse.covers(Finding("checkov", "CKV_K8S_43", "development/Deployment/worker", ""))
    assert not excuse.covers(Finding("checkov", "CKV_K8S_43", "released/Deployment/worker", ""))
    assert not excuse.covers(Finding("checkov", "CKV_K8S_8", "development/Deployment/worker", ""))
