"""Every rendered tree before judges that no one here wrote, and before our own for what those cannot see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from golden.judges import builds, linters, manifests, parity, references, schemas
from golden.judges.exceptions import excuses, idle, unexcused
from golden.judges.toolbox import Finding

from tools import golden

pytestmark = [pytest.mark.tools, pytest.mark.xdist_group("judges")]

SPECS = Path(__file__).parent / "golden/judges/specs"
CASES = [*golden.cases(), *sorted(path.parent for path in SPECS.glob("*/queuewright.yaml"))]
OVERLAYS = ("development", "released")
"""What reaches a cluster. Production is released: its image by digest, its secrets from outside."""


@dataclass(frozen=True)
class Subject:
    """One rendered project on disk, its secrets filled, and what kustomize builds of each overlay."""

    project: Path
    scratch: Path
    built: dict[str, list[builds.Object]] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, Path]:
        return {overlay: self.scratch / f"{overlay}.yaml" for overlay in OVERLAYS}


@pytest.fixture(scope="session")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Subject]:
    @cache
    def subject(case: Path) -> Subject:
        scratch = tmp_path_factory.mktemp(case.name)
        project = scratch / "project"
        for file in golden.rendering(case).tree.values():
            target = project / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.content, encoding="utf-8")
            target.chmod(file.mode)
        builds.prepare(project)
        return Subject(project, scratch)

    return subject


@pytest.fixture(scope="session")
def findings(subjects: Callable[[Path], Subject]) -> Callable[[Path, str], list[Finding]]:
    @cache
    def found(case: Path, judge: str) -> list[Finding]:
        return JUDGES[judge](subjects(case))

    return found


def _objects(subject: Subject) -> dict[str, list[builds.Object]]:
    if not subject.built:
        overlays = subject.project / "k8s/overlays"
        builds.build(subject.project, overlays / "production")
        for overlay, folder in zip(
            OVERLAYS, (overlays / "development", builds.released(subject.project)), strict=True
        ):
            text = builds.build(subject.project, folder)
            subject.files[overlay].write_text(text, encoding="utf-8")
            subject.built[overlay] = builds.objects(text)
    return subject.built


def _everywhere(
    judge: Callable[[list[builds.Object], str], list[Finding]],
) -> Callable[[Subject], list[Finding]]:
    return lambda subject: [
        each for overlay, built in _objects(subject).items() for each in judge(built, overlay)
    ]


def _checkov(subject: Subject) -> list[Finding]:
    _objects(subject)
    return linters.checkov(subject.project, subject.files)


JUDGES: dict[str, Callable[[Subject], list[Finding]]] = {
    "compose config": lambda subject: linters.compose_config(subject.project),
    "compose-lint": lambda subject: linters.compose_lint(subject.project),
    "hadolint": lambda subject: linters.hadolint(subject.project),
    "shellcheck": lambda subject: linters.shellcheck(subject.project),
    "yamllint": lambda subject: linters.yamllint(subject.project),
    "actionlint": lambda subject: linters.actionlint(subject.project),
    "zizmor": lambda subject: linters.zizmor(subject.project),
    "ruff": lambda subject: linters.ruff(subject.project),
    "promtool": lambda subject: linters.promtool(subject.project),
    "checkov": _checkov,
    "kubernetes-validate": lambda subject: [
        each
        for overlay, built in _objects(subject).items()
        for each in schemas.kubernetes(built, overlay, subject.scratch)
    ],
    "keda": _everywhere(schemas.keda),
    "prometheus operator": _everywhere(schemas.prometheus_operator),
    "no schema": _everywhere(schemas.without_schema),
    "manifests": _everywhere(manifests.check),
    "references": _everywhere(references.check),
    "parity": lambda subject: parity.check(
        linters.compose_model(subject.project), _objects(subject)["development"]
    ),
}


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
@pytest.mark.parametrize("judge", JUDGES)
def test_no_finding_without_a_reason(
    case: Path, judge: str, findings: Callable[[Path, str], list[Finding]]
) -> None:
    assert unexcused(findings(case, judge)) == []


def test_there_is_something_to_judge() -> None:
    assert len(golden.cases()) >= 3


def test_every_exception_has_a_reason_and_is_needed(findings: Callable[[Path, str], list[Finding]]) -> None:
    assert [excuse for excuse in excuses() if len(excuse.reason.split()) < 5] == []
    everything = [each for case in CASES for judge in JUDGES for each in findings(case, judge)]
    assert idle(everything) == []
