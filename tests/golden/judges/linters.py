"""Tools that no one here wrote, each as a function from a project to findings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from golden.judges.toolbox import Finding, need, run


def compose_config(project: Path) -> list[Finding]:
    out = project / ".compose.json"
    program = need("docker-compose")
    run([program, "--profile", "*", "config", "--format", "json", "--output", out], project, allowed=(0,))
    for variant in sorted(project.glob("compose.*.yaml")):
        run([program, "-f", "compose.yaml", "-f", variant.name, "config", "--quiet"], project, allowed=(0,))
    return []


def compose_model(project: Path) -> dict[str, Any]:
    """What Compose makes of compose.yaml alone: merged, filled in, with every default written out."""
    argv: list[str | Path] = [
        need("docker-compose"),
        "-f",
        "compose.yaml",
        "--profile",
        "*",
        "config",
        "--format",
        "json",
    ]
    model: dict[str, Any] = json.loads(run(argv, project, allowed=(0,)))
    return model


def compose_lint(project: Path) -> list[Finding]:
    argv: list[str | Path] = [
        need("compose-lint"),
        "check",
        "--format",
        "json",
        "--fail-on",
        "low",
        "compose.yaml",
    ]
    report = json.loads(run(argv, project))
    return [
        Finding("compose-lint", each["rule_id"], f"service/{each['service']}", each["message"])
        for each in report["findings"]
    ]


def hadolint(project: Path) -> list[Finding]:
    report = json.loads(run([need("hadolint"), "--format", "json", "Dockerfile"], project))
    return [
        Finding("hadolint", each["code"], f"Dockerfile:{each['line']}", each["message"]) for each in report
    ]


def shellcheck(project: Path) -> list[Finding]:
    scripts = sorted(path.relative_to(project) for path in project.rglob("*.sh"))
    assert scripts, "the project has a script that fills the secrets"
    report = json.loads(
        run([need("shellcheck"), "--format", "json", "--severity", "style", *scripts], project)
    )
    return [
        Finding("shellcheck", f"SC{each['code']}", f"{each['file']}:{each['line']}", each["message"])
        for each in report
    ]


def actionlint(project: Path) -> list[Finding]:
    workflows = sorted(path.relative_to(project) for path in (project / ".github/workflows").glob("*.yml"))
    assert workflows, "the project has a workflow"
    argv: list[str | Path] = [
        need("actionlint"),
        "-no-color",
        "-shellcheck",
        need("shellcheck"),
        "-format",
        "{{json .}}",
        *workflows,
    ]
    report = json.loads(run(argv, project) or "[]") or []
    return [
        Finding("actionlint", each["kind"], f"{each['filepath']}:{each['line']}", each["message"])
        for each in report
    ]


def zizmor(project: Path) -> list[Finding]:
    argv: list[str | Path] = [
        need("zizmor"),
        "--offline",
        "--no-exit-codes",
        "--persona",
        "pedantic",
        "--format",
        "json",
        "--collect=workflows",
        ".",
    ]
    report = json.loads(run(argv, project, allowed=(0,)))
    return [
        Finding(
            "zizmor",
            each["ident"],
            each["locations"][0]["symbolic"]["key"]["Local"]["verbatim_path"],
            each["desc"],
        )
        for each in report
    ]


def yamllint(project: Path) -> list[Finding]:
    """Duplicate keys, bad indentation, YAML 1.1 words; not the style of lines."""
    rules = (
        "{extends: default, rules: {line-length: disable, document-start: disable, braces: disable, brackets: disable, "
        "comments-indentation: disable, truthy: {check-keys: false}, quoted-strings: disable, "
        "comments: {min-spaces-from-content: 1}}}"
    )
    files = sorted(
        path.relative_to(project)
        for suffix in ("*.yaml", "*.yml")
        for path in project.rglob(suffix)
        if "secrets" not in path.relative_to(project).parts
    )
    lines = run(
        [need("yamllint"), "--format", "parsable", "--config-data", rules, *files], project
    ).splitlines()
    findings = []
    for line in lines:
        place, _, rest = line.partition(": ")
        findings.append(
            Finding("yamllint", rest.rpartition("(")[2].rstrip(")"), ":".join(place.split(":")[:2]), rest)
        )
    return findings


def ruff(project: Path) -> list[Finding]:
    """By the project's own configuration."""
    program = need("ruff")
    report = json.loads(run([program, "check", "--output-format", "json", "--no-cache", "."], project))
    return [
        Finding("ruff", each["code"], f"{Path(each['filename']).relative_to(project)}", each["message"])
        for each in report
    ]


def promtool(project: Path) -> list[Finding]:
    program = need("promtool")
    rules = sorted((project / "monitoring/rules").glob("*.yml"))
    tests = sorted((project / "monitoring/tests").glob("*.yml"))
    assert rules, "the project has rules"
    assert tests, "the project has tests of its rules"
    run([program, "check", "rules", *rules], project, allowed=(0,))
    run([program, "test", "rules", *tests], project, allowed=(0,))
    run([program, "check", "config", "--syntax-only", "monitoring/prometheus.yml"], project, allowed=(0,))
    return []


def checkov(project: Path, manifests: dict[str, Path]) -> list[Finding]:
    """The Dockerfile and every build of the manifests, in one run: starting up takes longest."""
    argv: list[str | Path] = [
        need("checkov"),
        "--framework",
        "kubernetes",
        "dockerfile",
        "--skip-download",
        "-o",
        "json",
    ]
    for path in (project / "Dockerfile", *manifests.values()):
        assert path.is_file(), f"{path} is not there to be judged"
        argv += ["--file", path]
    reports = json.loads(run(argv, project))
    by_path = {path.resolve(): name for name, path in manifests.items()}
    findings = []
    for report in reports if isinstance(reports, list) else [reports]:
        assert report["summary"]["parsing_errors"] == 0, report["results"]["parsing_errors"]
        assert report["summary"]["passed"] > 0
        for each in report["results"]["failed_checks"]:
            place = by_path.get(Path(each["file_abs_path"]).resolve())
            where = f"{place}/{_resource(each)}" if place else "Dockerfile"
            findings.append(Finding("checkov", each["check_id"], where, each["check_name"]))
    return findings


def _resource(check: dict[str, Any]) -> str:
    """`Deployment.NAMESPACE.NAME` as `Deployment/NAME`."""
    parts = str(check["resource"]).split(".")
    return f"{parts[0]}/{parts[-1]}"
