"""A project that goes on without queuewright."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from workspace_faults import Fault, FaultyDisk, Killed
from workspace_project import OTHER_SPEC, SPEC, look, render, rendering, snapshot

from queuewright.errors import BlockedError, ExitCode, WorkspaceError
from queuewright.render.project import HEADER
from queuewright.stack.filters import comment
from queuewright.workspace import apply, check, drop_header, plan_eject
from queuewright.workspace.ejection import drop_marked

COMMENTS = {
    "hash": comment(HEADER, prefix="# "),
    "slashes": comment(HEADER, prefix="// "),
    "dashes": comment(HEADER, prefix="-- "),
    "semicolon": comment(HEADER, prefix="; "),
    "narrow": comment(HEADER, prefix="# ", width=40),
    "html": "<!-- " + HEADER.replace("\n", "\n     ") + " -->",
    "html around": "<!--\n" + HEADER + "\n-->",
    "block": "/*\n" + comment(HEADER, prefix=" * ").rstrip("\n") + "\n */",
    "block at once": "/* " + HEADER.replace("\n", "\n * ") + " */",
}


@pytest.mark.parametrize("style", COMMENTS)
@pytest.mark.parametrize("before", ["", "#!/bin/sh\n", "# syntax=docker/dockerfile:1\n"])
@pytest.mark.parametrize("between", ["", "\n"])
def test_the_header_is_dropped_in_every_comment_syntax(style: str, before: str, between: str) -> None:
    header = COMMENTS[style].rstrip("\n") + "\n"
    rest = "# A comment of the file itself.\nbody\n\nmore\n"
    expected = before + (between if before else "") + rest
    assert drop_header(before + header + between + rest, HEADER) == expected


@pytest.mark.parametrize(("mark", "before"), [("#", ""), ("#", "#!/bin/sh\n"), ("//", "")])
def test_a_comment_that_goes_on_after_the_header_stays_without_the_line_between(
    mark: str, before: str
) -> None:
    header = comment(HEADER, prefix=f"{mark} ").rstrip("\n")
    assert (
        drop_header(f"{before}{header}\n{mark}\n{mark} How to.\nbody\n", HEADER)
        == f"{before}{mark} How to.\nbody\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "body\n",
        "# Rendered by queuewright from queuewright.yaml: edits here are overwritten.\nbody\n",
        "# " + HEADER.replace("\n", " and more\n# ") + "\nbody\n",
        "\n" * 30 + comment(HEADER),
        '{"about": "Rendered by queuewright"}\n',
    ],
)
def test_what_is_not_the_header_stays(text: str) -> None:
    assert drop_header(text, HEADER) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\n# qw eject: drop from here\nb\n# qw eject: drop to here\nc\n", "a\nc\n"),
        ("a\n\n# qw eject: drop from here\nb\n# qw eject: drop to here\n", "a\n"),
        ("a\n\n", "a\n\n"),
        ("<!-- qw eject: drop from here -->\nb\n<!-- qw eject: drop to here -->", ""),
        (("# qw eject: drop from here\nb\n# qw eject: drop to here\nc\n") * 2, "c\nc\n"),
        ("a\n# qw eject: drop from here\nb\n", "a\n# qw eject: drop from here\nb\n"),
        ("a\n# qw eject: drop to here\nb\n", "a\n# qw eject: drop to here\nb\n"),
        ("", ""),
    ],
)
def test_what_only_works_with_queuewright_is_dropped(text: str, left: str) -> None:
    assert drop_marked(text) == left


def test_other_line_ends_stay() -> None:
    text = comment(HEADER).rstrip("\n").replace("\n", "\r\n") + "\r\n\r\nbody\r\n"
    assert drop_header(text, HEADER) == "body\r\n"


TOP = comment(HEADER).rstrip("\n") + "\n"
TREE = rendering(
    {"Dockerfile": f"{TOP}\nFROM scratch\n", "run.sh": f"#!/bin/sh\n{TOP}true\n", "k8s/a.json": "{}\n"},
    {"task.py": f"{TOP}pass\n"},
    executable=["run.sh"],
)
EJECTED = {
    "Dockerfile": ("FROM scratch\n", False),
    "k8s": "folder",
    "k8s/a.json": ("{}\n", False),
    "run.sh": ("#!/bin/sh\ntrue\n", True),
    "task.py": (f"{TOP}pass\n", False),
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "queuewright.yaml").write_text(SPEC)
    render(root, TREE)
    return root


def test_headers_lock_and_spec_are_dropped(project: Path) -> None:
    todo = plan_eject(look(project, TREE), HEADER)
    assert todo.counts() == {"update": 2, "forget": 2}
    assert todo.diff().count("\n-# Rendered by queuewright") == 2
    apply(todo)
    assert snapshot(project) == EJECTED


def test_drift_stops_it_unless_forced_and_edits_are_kept(project: Path) -> None:
    (project / "run.sh").write_text(f"#!/bin/sh\n{TOP}mine\n")
    (project / "k8s" / "a.json").unlink()
    before = snapshot(project)
    with pytest.raises(BlockedError) as caught:
        apply(plan_eject(look(project, TREE), HEADER))
    assert [problem.file for problem in caught.value.problems] == ["k8s/a.json", "run.sh"]
    assert caught.value.exit_code is ExitCode.DRIFT
    assert "qw eject --force" in (caught.value.problems[0].hint or "")
    assert snapshot(project) == before
    apply(plan_eject(look(project, TREE), HEADER, force=True))
    assert (project / "run.sh").read_text() == "#!/bin/sh\nmine\n"
    assert not (project / "queuewright.lock").exists()


def test_what_another_queuewright_would_render_differently_stops_it(project: Path) -> None:
    newer = rendering({"Dockerfile": f"{TOP}FROM debian\n"})
    with pytest.raises(BlockedError):
        apply(plan_eject(look(project, newer, version="1.1.0"), HEADER))


def test_a_project_that_was_never_rendered_cannot_be_ejected(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=r"has no queuewright\.lock"):
        plan_eject(look(tmp_path, TREE), HEADER)


def test_a_spec_that_changed_meanwhile_stays(project: Path) -> None:
    todo = plan_eject(look(project, TREE), HEADER)
    (project / "queuewright.yaml").write_text(OTHER_SPEC)
    before = snapshot(project)
    with pytest.raises(WorkspaceError, match=r"queuewright\.yaml changed while"):
        apply(todo)
    assert snapshot(project) == before


def operations(project: Path) -> list[str]:
    other = project.with_name("counted")
    shutil.copytree(project, other)
    disk = FaultyDisk(other)
    apply(plan_eject(look(other, TREE, disk=disk), HEADER))
    return disk.done


@pytest.mark.parametrize("fault", [Fault.BEFORE, Fault.HALF])
@pytest.mark.parametrize("then", ["eject", "render"])
def test_after_a_kill_it_can_be_finished_or_taken_back(project: Path, fault: Fault, then: str) -> None:
    before, rendered, done = project.with_name("before"), snapshot(project), operations(project)
    shutil.copytree(project, before)
    for at, name in enumerate(done):
        shutil.rmtree(project)
        shutil.copytree(before, project)
        with suppress(Killed):
            apply(plan_eject(look(project, TREE, disk=FaultyDisk(project, at, fault)), HEADER))
        if name == "remove queuewright.yaml":
            with pytest.raises(WorkspaceError, match="nothing was rendered here") as caught:
                plan_eject(look(project, TREE), HEADER)
            assert "delete it" in (caught.value.problems[0].hint or "")
        elif not (project / "queuewright.yaml").exists():
            assert snapshot(project) == EJECTED
        elif then == "eject":
            apply(plan_eject(look(project, TREE), HEADER))
            assert snapshot(project) == EJECTED
        else:
            render(project, TREE)
            assert snapshot(project) == rendered
            assert not check(look(project, TREE), strict=True).drift


def test_no_edit_is_lost_when_a_forced_one_is_killed_and_taken_back(project: Path) -> None:
    (project / "run.sh").write_text(f"#!/bin/sh\n{TOP}mine\n")
    before = project.with_name("before")
    shutil.copytree(project, before)
    for at in range(12):
        shutil.rmtree(project)
        shutil.copytree(before, project)
        with suppress(Killed):
            apply(plan_eject(look(project, TREE, disk=FaultyDisk(project, at)), HEADER, force=True))
        with suppress(BlockedError):
            render(project, TREE)
        assert (project / "run.sh").read_text().endswith("mine\n")
