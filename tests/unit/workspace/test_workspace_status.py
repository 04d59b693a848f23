"""The matrix: disk against lock against a fresh render, file by file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from workspace_project import FIRST, OTHER_SPEC, SPEC, look, render, rendering

from queuewright.errors import ExitCode, LockError, WorkspaceError
from queuewright.render.tree import File, Owner, Rendering
from queuewright.workspace import CheckResult, FileStatus, Level, Status, check, inspect
from queuewright.workspace.disk import MAX_BYTES

OLD = rendering({"a.conf": "one\ntwo\n", "b.sh": "#!/bin/sh\n"}, {"task.py": "pass\n"}, executable=["b.sh"])
NEW = rendering({"a.conf": "one\n2\n", "b.sh": "#!/bin/sh\n"}, {"task.py": "new\n"}, executable=["b.sh"])


def checked(
    root: Path, tree: Rendering, spec: str = SPEC, *, version: str = "1.0.0", strict: bool = False
) -> CheckResult:
    return check(look(root, tree, spec, version=version), strict=strict)


def of(result: CheckResult, path: str) -> FileStatus:
    return next(file for file in result.files if file.path == path)


def test_a_fresh_project_is_clean(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    result = checked(tmp_path, OLD, strict=True)
    assert {file.status for file in result.files} == {Status.CLEAN}
    assert [file.path for file in result.files] == ["a.conf", "b.sh", "task.py"]
    assert not result.drift
    assert not result.findings
    assert not result.notes


def test_check_writes_nothing(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "a.conf").write_text("edited\n")
    before = {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]}
    checked(tmp_path, NEW, OTHER_SPEC)
    assert {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]} == before


def test_edited_is_drift_and_has_the_line(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "a.conf").write_text("one\n2\n")
    file = of(checked(tmp_path, OLD), "a.conf")
    assert (file.status, file.level, file.line) == (Status.EDITED, Level.DRIFT, 2)
    assert file.reason == "edited since it was rendered"


@pytest.mark.parametrize(
    ("text", "line"), [("one\n", 2), ("one\ntwo", 2), ("one\ntwo\nthree\n", 3), ("", 1), ("\none\ntwo\n", 1)]
)
def test_the_line_is_the_first_one_that_differs(tmp_path: Path, text: str, line: int) -> None:
    render(tmp_path, OLD)
    (tmp_path / "a.conf").write_text(text)
    assert of(checked(tmp_path, OLD), "a.conf").line == line


def test_stale_by_the_spec_is_drift(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    result = checked(tmp_path, NEW, OTHER_SPEC)
    file = of(result, "a.conf")
    assert (file.status, file.level, file.reason) == (Status.STALE, Level.DRIFT, "the spec changed")
    assert result.drift


@pytest.mark.parametrize("strict", [False, True])
def test_stale_by_another_queuewright_is_a_note_unless_strict(tmp_path: Path, strict: bool) -> None:
    render(tmp_path, OLD)
    result = checked(tmp_path, NEW, version="1.1.0", strict=strict)
    file = of(result, "a.conf")
    assert (file.status, file.level) == (Status.STALE, Level.NOTE)
    assert "queuewright 1.0.0 rendered it, this is 1.1.0" in file.reason
    assert result.findings == (file,)
    assert result.drift is strict
    assert result.is_drift(file.level) is strict
    assert any("when it suits" in note.text for note in result.notes)


def test_a_changed_spec_and_another_queuewright_is_drift(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    assert checked(tmp_path, NEW, OTHER_SPEC, version="1.1.0").drift


def test_a_lock_that_was_made_to_match_an_edit_is_drift(tmp_path: Path) -> None:
    render(tmp_path, NEW)
    file = of(checked(tmp_path, OLD), "a.conf")
    assert (file.status, file.level) == (Status.STALE, Level.DRIFT)
    assert "queuewright.lock is not what this spec gives" in file.reason


def test_edited_and_stale_is_a_conflict(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "a.conf").write_text("mine\n")
    file = of(checked(tmp_path, NEW, version="1.1.0"), "a.conf")
    assert (file.status, file.level, file.line) == (Status.CONFLICT, Level.DRIFT, 1)


def test_an_edit_that_equals_the_render_is_clean(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "a.conf").write_text("one\n2\n")
    result = checked(tmp_path, NEW, OTHER_SPEC)
    assert of(result, "a.conf").status is Status.CLEAN
    assert not result.drift


def test_missing_is_drift_whatever_the_version(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "a.conf").unlink()
    file = of(checked(tmp_path, NEW, version="1.1.0"), "a.conf")
    assert (file.status, file.level) == (Status.MISSING, Level.DRIFT)


@pytest.mark.parametrize(
    ("spec", "version", "level"), [(OTHER_SPEC, "1.0.0", Level.DRIFT), (SPEC, "1.1.0", Level.NOTE)]
)
def test_a_file_that_is_new_in_the_render_is_missing(
    tmp_path: Path, spec: str, version: str, level: Level
) -> None:
    render(tmp_path, rendering({"a.conf": "one\ntwo\n"}))
    result = checked(tmp_path, OLD, spec, version=version)
    for path in ("b.sh", "task.py"):
        assert (of(result, path).status, of(result, path).level) == (Status.MISSING, level)


@pytest.mark.parametrize(
    ("spec", "version", "level"), [(OTHER_SPEC, "1.0.0", Level.DRIFT), (SPEC, "1.1.0", Level.NOTE)]
)
def test_a_file_that_is_no_longer_rendered_is_an_orphan(
    tmp_path: Path, spec: str, version: str, level: Level
) -> None:
    render(tmp_path, OLD)
    less = rendering({"a.conf": "one\ntwo\n"}, {"task.py": "pass\n"})
    assert (of(checked(tmp_path, less, spec, version=version), "b.sh").level) == level
    (tmp_path / "b.sh").write_text("mine\n")
    edited = of(checked(tmp_path, less, spec, version=version), "b.sh")
    assert edited.status is Status.ORPHAN
    assert "edited" in edited.reason
    (tmp_path / "b.sh").unlink()
    assert of(checked(tmp_path, less, spec, version=version), "b.sh").level is Level.FINE


def test_on_disk_and_not_in_the_lock_is_adopted_or_foreign(tmp_path: Path) -> None:
    render(tmp_path, rendering({"b.sh": "#!/bin/sh\n"}, executable=["b.sh"]))
    (tmp_path / "a.conf").write_text("one\ntwo\n")
    adopted = checked(tmp_path, OLD, version="1.1.0")
    assert (of(adopted, "a.conf").status, of(adopted, "a.conf").level) == (Status.ADOPTED, Level.FINE)
    (tmp_path / "a.conf").write_text("mine\n")
    foreign = of(checked(tmp_path, OLD, OTHER_SPEC), "a.conf")
    assert (foreign.status, foreign.level, foreign.line) == (Status.FOREIGN, Level.DRIFT, 1)


def test_a_seeded_file_is_the_users(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "task.py").write_text("mine\n")
    (tmp_path / "task.py").chmod(0o755)
    assert of(checked(tmp_path, NEW, version="1.1.0", strict=True), "task.py").level is Level.FINE
    (tmp_path / "task.py").unlink()
    file = of(checked(tmp_path, OLD, strict=True), "task.py")
    assert (file.level, file.reason) == (Level.FINE, "deleted by you: it does not come back")
    assert not checked(tmp_path, OLD, strict=True).drift


def test_a_seeded_file_that_was_there_before_is_the_users(tmp_path: Path) -> None:
    (tmp_path / "task.py").write_text("mine\n")
    assert of(checked(tmp_path, OLD), "task.py").status is Status.ADOPTED


def test_without_a_lock_there_is_drift_even_where_all_is_as_rendered(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "queuewright.lock").unlink()
    result = checked(tmp_path, OLD)
    assert {file.status for file in result.files} == {Status.ADOPTED}
    assert result.drift
    assert "There is no queuewright.lock" in result.notes[0].text


def test_a_spec_that_changed_and_gives_the_same_is_a_remark(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    result = checked(tmp_path, OLD, OTHER_SPEC, strict=True)
    assert not result.drift
    assert [note.text for note in result.notes] == [
        "The spec changed since the last render, but gives the same files."
    ]
    assert not checked(tmp_path, OLD, SPEC.replace("\n", "\r\n")).notes


def test_other_line_ends_are_no_drift(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "a.conf").write_bytes(b"one\r\ntwo\r\n")
    (tmp_path / "queuewright.lock").write_bytes(
        (tmp_path / "queuewright.lock").read_bytes().replace(b"\n", b"\r\n")
    )
    assert not checked(tmp_path, OLD, strict=True).drift


@pytest.mark.parametrize(
    ("path", "mode", "reason"), [("a.conf", 0o755, "made executable"), ("b.sh", 0o644, "made not executable")]
)
def test_the_executable_bit_counts(tmp_path: Path, path: str, mode: int, reason: str) -> None:
    render(tmp_path, OLD)
    (tmp_path / path).chmod(mode)
    file = of(checked(tmp_path, OLD), path)
    assert (file.status, file.reason, file.line) == (Status.EDITED, reason, None)


@pytest.mark.parametrize(
    ("path", "mode"), [("a.conf", 0o600), ("a.conf", 0o666), ("b.sh", 0o700), ("b.sh", 0o777)]
)
def test_no_other_bit_counts(tmp_path: Path, path: str, mode: int) -> None:
    render(tmp_path, OLD)
    (tmp_path / path).chmod(mode)
    assert not checked(tmp_path, OLD, strict=True).drift


@pytest.mark.parametrize("mask", [0o077, 0o022, 0o002, 0o027])
def test_the_umask_is_respected_and_no_drift(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        render(tmp_path, OLD)
    finally:
        os.umask(before)
    assert (tmp_path / "a.conf").stat().st_mode & 0o777 == 0o666 & ~mask
    assert (tmp_path / "b.sh").stat().st_mode & 0o777 == 0o777 & ~mask
    assert not checked(tmp_path, OLD, strict=True).drift


def test_where_git_is_told_to_ignore_modes_they_do_not_count(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "b.sh").chmod(0o644)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    assert checked(tmp_path, OLD).drift
    subprocess.run(["git", "-C", tmp_path, "config", "core.fileMode", "false"], check=True)
    assert not checked(tmp_path, OLD, strict=True).drift
    assert checked(tmp_path, NEW, OTHER_SPEC).drift


def test_where_the_file_system_keeps_no_modes_they_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    render(tmp_path, OLD)
    (tmp_path / "b.sh").chmod(0o644)
    monkeypatch.setattr(os, "fchmod", lambda handle, mode: None)
    assert not checked(tmp_path, OLD, strict=True).drift


def test_trying_out_whether_modes_are_kept_leaves_no_trace(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "b.sh").chmod(0o644)
    (tmp_path / "queuewright.lock").chmod(0o640)
    assert checked(tmp_path, OLD).drift
    assert (tmp_path / "queuewright.lock").stat().st_mode & 0o777 == 0o640


def test_a_link_in_place_of_a_file_is_an_edit(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "elsewhere").write_text("one\ntwo\n")
    (tmp_path / "a.conf").unlink()
    (tmp_path / "a.conf").symlink_to("elsewhere")
    assert of(checked(tmp_path, OLD), "a.conf").reason == "a link stands in its place"


@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_file_is_an_edit(tmp_path: Path, kind: str) -> None:
    render(tmp_path, OLD)
    (tmp_path / "a.conf").unlink()
    (tmp_path / "a.conf").mkdir() if kind == "folder" else os.mkfifo(tmp_path / "a.conf")
    assert of(checked(tmp_path, OLD), "a.conf").status is Status.EDITED


@pytest.mark.parametrize("lock", [True, False])
def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path, lock: bool) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    render(project, FIRST)
    (project / "k8s").rename(outside)
    (project / "k8s").symlink_to(outside)
    if not lock:
        (project / "queuewright.lock").unlink()
    file = of(checked(project, FIRST), "k8s/base/worker.yaml")
    assert (file.status, file.level) == (Status.EDITED if lock else Status.FOREIGN, Level.DRIFT)
    assert file.reason == "k8s is a link, which is not followed, and stands in its place"


def test_a_file_too_large_to_be_ours_is_not_read(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    with (tmp_path / "a.conf").open("r+b") as file:
        file.truncate(MAX_BYTES + 1)
    assert of(checked(tmp_path, OLD), "a.conf").status is Status.EDITED


def test_binary_content_is_an_edit(tmp_path: Path) -> None:
    render(tmp_path, OLD)
    (tmp_path / "a.conf").write_bytes(b"one\n\xff\x00")
    assert of(checked(tmp_path, OLD), "a.conf").line == 2


def test_a_newer_queuewright_stops_the_check(tmp_path: Path) -> None:
    render(tmp_path, OLD, version="1.1.0")
    with pytest.raises(LockError) as caught:
        checked(tmp_path, OLD)
    assert caught.value.exit_code is ExitCode.INPUT


@pytest.mark.parametrize(
    ("now", "new"),
    [({"queue.type": "quorum"}, "quorum"), ({}, None), ({"queue.type": "quorum", "more": "x"}, "quorum")],
)
def test_an_identity_that_changes_is_drift(tmp_path: Path, now: dict[str, str], new: str | None) -> None:
    render(tmp_path, rendering({"a.conf": "one\n"}, identities={"queue.type": "classic"}))
    result = checked(tmp_path, rendering({"a.conf": "one\n"}, identities=now), OTHER_SPEC)
    (replaced,) = result.replacements
    assert (replaced.identity, replaced.old, replaced.new) == ("queue.type", "classic", new)
    assert result.drift


def test_an_identity_that_only_another_queuewright_changes_is_a_note(tmp_path: Path) -> None:
    render(tmp_path, rendering({"a.conf": "one\n"}, identities={"queue.type": "classic"}))
    tree = rendering({"a.conf": "one\n"}, identities={"queue.type": "quorum"})
    assert not checked(tmp_path, tree, version="1.1.0").drift
    assert checked(tmp_path, tree, version="1.1.0", strict=True).drift


def test_a_new_identity_replaces_nothing(tmp_path: Path) -> None:
    render(tmp_path, rendering({"a.conf": "one\n"}))
    tree = rendering({"a.conf": "one\n"}, identities={"queue.type": "classic"})
    assert not checked(tmp_path, tree, OTHER_SPEC).replacements


def test_two_specs_in_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "queuewright.yaml").write_text(SPEC)
    render(tmp_path, OLD)
    with pytest.raises(WorkspaceError, match=r"is rendered from queuewright\.yaml, not from other\.yaml"):
        inspect(tmp_path, OLD, SPEC, project="mailroom", spec_name="other.yaml", version="1.0.0")
    (tmp_path / "queuewright.yaml").rename(tmp_path / "other.yaml")
    inspection = inspect(tmp_path, OLD, SPEC, project="mailroom", spec_name="other.yaml", version="1.0.0")
    assert not check(inspection).drift


@pytest.mark.parametrize("name", ["../spec.yaml", "a b.yaml", "a/b.yaml", "queuewright.lock", ""])
def test_a_spec_name_that_a_lock_cannot_hold_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WorkspaceError, match="is no name for a spec"):
        inspect(tmp_path, OLD, SPEC, project="mailroom", spec_name=name)


@pytest.mark.parametrize(
    "path", ["../x", "/x", "queuewright.yaml", "queuewright.lock", ".git/hooks/pre-commit", "a\\b"]
)
def test_a_tree_that_leaves_the_project_is_a_bug(tmp_path: Path, path: str) -> None:
    tree = Rendering({path: File(path, "", Owner.OWNED)}, {})
    with pytest.raises(ValueError, match="rendered path"):
        look(tmp_path, tree)


def test_a_tree_with_two_files_for_one_place_is_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stands for two files"):
        look(tmp_path, rendering({"a": "", "a/b": ""}))


def test_a_root_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="is not a folder"):
        look(tmp_path / "file", OLD)


def test_a_root_reached_through_a_link_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    render(tmp_path / "link", OLD)
    assert not checked(tmp_path / "real", OLD).drift
