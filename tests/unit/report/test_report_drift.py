"""Check and render reports over a real folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_samples import RENDERING, inspected

from queuewright import workspace
from queuewright.errors import Problem
from queuewright.render.tree import File, Owner, Rendering
from queuewright.report import changes, drift, github, plain, sarif
from queuewright.report.drift import Checked, Finding


@pytest.fixture
def root(tmp_path: Path) -> Path:
    workspace.apply(workspace.plan(inspected(tmp_path)))
    return tmp_path


def checked(root: Path, rendering: Rendering = RENDERING, text: str = "version: 1\n") -> Checked:
    return Checked("app/queuewright.yaml", "app/", workspace.check(inspected(root, rendering, text)))


def test_clean(root: Path) -> None:
    each = checked(root)
    assert not drift.has_drift([each])
    assert plain.render(drift.document([each])) == "No drift: 3 files are as queuewright.yaml gives them.\n"
    assert list(drift.findings(each)) == []


def test_edited(root: Path) -> None:
    (root / "README.md").write_text("# hello\nmine\n")
    each = checked(root)
    assert drift.has_drift([each])
    assert plain.render(drift.document([each])) == (
        "Status  File             Why\n"
        "edited  app/README.md:2  edited since it was rendered\n\n"
        "Drift in 1 file of 3. `qw render --dry-run` shows what would be done.\n"
    )
    found = drift.as_json([each])
    assert (found["version"], found["drift"]) == (1, True)
    assert found["projects"][0]["files"][0] == {
        "path": "app/README.md",
        "owner": "owned",
        "status": "edited",
        "drift": True,
        "reason": "edited since it was rendered",
        "line": 2,
    }


def test_many_files_that_are_missing_for_one_reason_are_one_line(tmp_path: Path) -> None:
    tree = {name: File(name, "x\n", Owner.OWNED) for name in (f"{n:02}.txt" for n in range(30))}
    each = checked(tmp_path, Rendering(tree, {}))
    text = plain.render(drift.document([each]))
    assert "app/00.txt and 29 more  not rendered yet" in text
    assert "01.txt" not in text
    assert len(list(drift.findings(each))) >= 30, "programs get every file"


def test_a_change_that_a_broker_refuses(root: Path) -> None:
    each = checked(root, Rendering(RENDERING.tree, {"queue.mail": "classic"}), "version: 1\n# changed\n")
    assert 'queue.mail: "quorum" -> "classic"' in plain.render(drift.document([each]))
    assert [finding.id for finding in drift.findings(each)] == ["replace"]


def test_every_status_is_a_rule_of_sarif() -> None:
    assert {*map(str, workspace.Status)} - {"clean"} <= set(sarif.RULES)


def test_sarif_has_the_shape_that_code_scanning_reads(root: Path) -> None:
    (root / "README.md").write_text("mine\n")
    broken = Checked("bad.yaml", "", None, (Problem("unknown key", "ä b.yaml", 3, 5, "remove it"),))
    found = [finding for each in (checked(root), broken) for finding in drift.findings(each)]
    log = json.loads(json.dumps(sarif.document(found, 2)))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": 2}]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "note")
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert places == [
        {"artifactLocation": {"uri": "app/README.md"}, "region": {"startLine": 1}},
        {"artifactLocation": {"uri": "%C3%A4%20b.yaml"}, "region": {"startLine": 3, "startColumn": 5}},
    ]
    assert len({result["partialFingerprints"]["finding/v1"] for result in run["results"]}) == 2


def test_github_annotations_cannot_be_broken_out_of() -> None:
    finding = Finding("edited", "error", "50% done\n::set-env name=x::y\r", "a,b:c.yaml", 3, 4)
    assert github.render([finding]) == (
        "::error file=a%2Cb%3Ac.yaml,line=3,col=4,title=queuewright edited::50%25 done%0A::set-env name=x::y%0D\n"
    )
    assert github.render([Finding("stale", "note", "m", "f")]).startswith(
        "::notice file=f,title=queuewright stale::m"
    )


def test_a_plan_lists_what_changes_and_counts_the_rest(root: Path) -> None:
    (root / "scripts/run.sh").write_text("mine\n")
    tree = {
        **RENDERING.tree,
        "README.md": File("README.md", "# bye\n", Owner.OWNED),
        "new.txt": File("new.txt", "new\n", Owner.OWNED),
    }
    plan = workspace.plan(inspected(root, Rendering(tree, {}), "version: 1\n# changed\n"))
    assert plain.render(changes.document(plan, applied=False)) == (
        "          File            Why\n"
        "~ update  README.md       the spec changed\n"
        "+ create  new.txt\n"
        "! refuse  scripts/run.sh  edited since it was rendered\n\n"
        "Replaced in the broker:\n\n"
        '- queue.mail: "quorum" -> gone\n\n'
        "Plan: 1 to create, 1 to update, 1 in the way, 1 unchanged, 1 to replace in the broker.\n"
    )
    found = json.loads(json.dumps(changes.as_json(plan, applied=False, diff=True)))
    assert found["counts"] == {"create": 1, "update": 1, "keep": 1, "refuse": 1, "replace": 1}
    assert [problem["file"] for problem in found["problems"]] == ["scripts/run.sh", "queuewright.yaml"]
    assert "+# bye" in found["diff"]


def test_a_first_render_does_not_list_what_it_created(tmp_path: Path) -> None:
    plan = workspace.plan(inspected(tmp_path))
    assert plain.render(changes.document(plan, applied=True, brief=True)) == "Done: 3 created.\n"


def test_nothing_to_do(root: Path) -> None:
    shown = plain.render(changes.document(workspace.plan(inspected(root)), applied=True))
    assert shown == "Nothing to do: 3 unchanged.\n"
