"""What the templates render, written, checked and ejected."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspace_project import snapshot

from queuewright import catalog
from queuewright.render import HEADER, render_spec
from queuewright.spec import load
from queuewright.workspace import Inspection, apply, check, inspect, plan, plan_eject

CASES = sorted((Path(__file__).parents[2] / "golden").glob("*/queuewright.yaml"))


def look(root: Path, spec: Path) -> Inspection:
    loaded = load(spec)
    return inspect(root, render_spec(loaded.spec, catalog.load()), loaded.text, project=loaded.spec.name)


@pytest.mark.parametrize("spec", CASES, ids=lambda path: path.parent.name)
def test_a_rendered_project_is_clean_and_can_be_ejected(tmp_path: Path, spec: Path) -> None:
    (tmp_path / "queuewright.yaml").write_bytes(spec.read_bytes())
    apply(plan(look(tmp_path, spec)))
    inspection = look(tmp_path, spec)
    assert not check(inspection, strict=True).drift
    assert plan(inspection).is_empty
    before = snapshot(tmp_path)
    apply(plan_eject(inspection, HEADER))
    after = snapshot(tmp_path)
    assert before.keys() - after.keys() == {"queuewright.lock", "queuewright.yaml"}
    assert not after.keys() - before.keys()
    files = {path: it[0] for path, it in after.items() if it != "folder"}
    assert [path for path, text in files.items() if "Rendered by queuewright" in text] == []
    assert [path for path, text in files.items() if "qw eject: drop" in text] == []
    assert "qw check" not in files[".github/workflows/ci.yml"]
    assert "jobs:" in files[".github/workflows/ci.yml"]
    assert [path for path, it in after.items() if it[1] != before[path][1]] == []
