"""Objects against the schemas of their API: Kubernetes' own, KEDA's, the Prometheus Operator's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml
from golden.judges.builds import Object, named
from golden.judges.toolbox import Finding, need, schemas
from jsonschema import Draft7Validator

KUBERNETES = ("1.33", "1.37")
KEDA, PROMETHEUS = "keda.sh/", "monitoring.coreos.com/"


def kubernetes(built: list[Object], place: str, scratch: Path) -> list[Finding]:
    """Every object that kubernetes-validate does not pass, a mere warning too: it warns where it knows no schema."""
    own = [each for each in built if not _custom(each)]
    path = scratch / f"{place}-kubernetes.yaml"
    path.write_text(yaml.safe_dump_all(own), encoding="utf-8")
    findings = []
    for version in KUBERNETES:
        done = subprocess.run(
            [need("kubernetes-validate"), "--strict", "-k", version, path],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        passed = [line for line in lines if line.startswith("INFO") and " passed for resource " in line]
        assert len(passed) <= len(own)
        findings += [
            Finding("kubernetes-validate", version, place, line) for line in lines if line not in passed
        ]
        if len(passed) < len(own) and len(lines) == len(passed):
            findings.append(
                Finding("kubernetes-validate", version, place, f"{len(passed)} of {len(own)} were judged")
            )
    return findings


def _custom(each: Object) -> bool:
    """Kubernetes' own groups are bare words or end in k8s.io."""
    group = str(each["apiVersion"]).rpartition("/")[0]
    return "." in group and not group.endswith("k8s.io")


def keda(built: list[Object], place: str) -> list[Finding]:
    validators = {}
    for path in sorted(schemas("keda").glob("*.yaml")):
        crd = yaml.safe_load(path.read_text(encoding="utf-8"))
        for version in crd["spec"]["versions"]:
            key = (f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"])
            validators[key] = Draft7Validator(closed(version["schema"]["openAPIV3Schema"]))
    findings = []
    for each in built:
        if str(each["apiVersion"]).startswith(KEDA):
            validator = validators[each["apiVersion"], each["kind"]]
            findings += [
                Finding(
                    "keda-crd", each["kind"], f"{place}/{named(each)}", f"{error.json_path}: {error.message}"
                )
                for error in validator.iter_errors(each)
            ]
    return findings


def closed(schema: Any) -> Any:
    """The schema with unknown fields refused, as an API server does under strict validation."""
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    for keyword in ("items", "additionalProperties", "not"):
        if keyword in made:
            made[keyword] = closed(made[keyword])
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in made:
            made[keyword] = [closed(each) for each in made[keyword]]
    if "properties" in made:
        made["properties"] = {name: closed(each) for name, each in made["properties"].items()}
        if not made.get("x-kubernetes-preserve-unknown-fields"):
            made.setdefault("additionalProperties", False)
    return made


OPERATOR_SCRIPT = """
import json, sys
import cloudcoil.models.prometheus_operator.v1 as v1
for each in json.load(sys.stdin):
    model = getattr(v1, each["kind"]).model_validate(each)
    kept = model.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
    def lost(given, got, path):
        if isinstance(given, dict):
            for key, value in given.items():
                if not isinstance(got, dict) or key not in got:
                    print(each["kind"], path + "." + key)
                else:
                    lost(value, got[key], path + "." + key)
        elif isinstance(given, list):
            for index, value in enumerate(given):
                lost(value, got[index], path + "[%d]" % index)
    lost(each, kept, "")
"""


def prometheus_operator(built: list[Object], place: str) -> list[Finding]:
    """PodMonitor and PrometheusRule through typed models; a field that a model does not know is lost on the way."""
    given = [each for each in built if str(each["apiVersion"]).startswith(PROMETHEUS)]
    if not given:
        return []
    python = need("kubernetes-validate").parent / "python"
    done = subprocess.run(
        [python, "-c", OPERATOR_SCRIPT], input=json.dumps(given), capture_output=True, text=True, check=False
    )
    problems = done.stdout.splitlines() + ([done.stderr.strip()[-2000:]] if done.returncode else [])
    return [Finding("prometheus-operator", "schema", place, problem) for problem in problems]


def without_schema(built: list[Object], place: str) -> list[Finding]:
    """Custom objects that nothing here knows a schema for."""
    known = (KEDA, PROMETHEUS)
    return [
        Finding(
            "no-schema",
            each["kind"],
            f"{place}/{named(each)}",
            f"no schema of {each['apiVersion']} is at hand",
        )
        for each in built
        if _custom(each) and not str(each["apiVersion"]).startswith(known)
    ]
