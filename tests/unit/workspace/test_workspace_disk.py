"""The rim: what it refuses to follow, and what it says when the system refuses."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
from pathlib import Path

import pytest
from workspace_faults import Fault, FaultyDisk

from queuewright.errors import BlockedError, ExitCode, WorkspaceError
from queuewright.workspace import write_once
from queuewright.workspace.disk import Disk
from queuewright.workspace.ondisk import Kind
from queuewright.workspace.trouble import ObstructedError, unusable


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "precious").write_text("precious\n")
    (root / "link").symlink_to(outside)
    (root / "inner").mkdir()
    (root / "inner" / "loop").symlink_to("loop")
    (root / "file").write_text("file\n")
    return Disk(root)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("file", Kind.FILE),
        ("inner", Kind.FOLDER),
        ("link", Kind.LINK),
        ("inner/loop", Kind.LINK),
        ("absent", Kind.ABSENT),
        ("absent/deeper", Kind.ABSENT),
        ("link/precious", Kind.OBSTRUCTED),
        ("file/x", Kind.OBSTRUCTED),
        ("inner/loop/x", Kind.OBSTRUCTED),
    ],
)
def test_what_is_found_at_a_path(disk: Disk, path: str, kind: Kind) -> None:
    assert disk.read(path).kind is kind


def test_nothing_is_done_through_a_link(disk: Disk) -> None:
    with pytest.raises(ObstructedError):
        disk.write("link/new", b"")
    with pytest.raises(ObstructedError):
        disk.rename("file", "link/precious")
    with pytest.raises(ObstructedError):
        disk.remove("link/precious")
    with pytest.raises(ObstructedError):
        disk.make_folder("link/new")
    disk.remove_folder("link")
    assert not disk.is_folder("link")
    outside = disk.root.with_name("outside")
    assert [path.name for path in outside.iterdir()] == ["precious"]
    assert (outside / "precious").read_text() == "precious\n"
    assert (disk.root / "link").is_symlink()


def test_writing_does_not_go_through_a_link_of_that_name(disk: Disk) -> None:
    (disk.root / "new").symlink_to("../outside/precious")
    disk.write("new", b"mine\n")
    assert (disk.root.with_name("outside") / "precious").read_text() == "precious\n"
    assert (disk.root / "new").read_text() == "mine\n"


def test_only_an_empty_folder_is_removed(disk: Disk) -> None:
    disk.remove_folder("inner")
    disk.remove_folder("absent")
    disk.remove_folder("file")
    assert disk.is_folder("inner")
    (disk.root / "inner" / "loop").unlink()
    disk.remove_folder("inner")
    assert not disk.is_folder("inner")


def test_what_is_gone_already_is_no_error(disk: Disk) -> None:
    disk.remove("absent")
    disk.sync("absent")
    disk.make_folder("inner")


def test_no_descriptor_is_left_open(disk: Disk) -> None:
    before = len(list(Path("/dev/fd").iterdir()))
    for path in ("file", "link/precious", "absent/x", "inner/loop/x"):
        disk.read(path)
        disk.is_folder(path)
    with disk.exclusive(), pytest.raises(WorkspaceError), Disk(disk.root).exclusive():
        pass
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_one_run_at_a_time(disk: Disk) -> None:
    with (
        disk.exclusive(),
        pytest.raises(WorkspaceError, match="another queuewright"),
        Disk(disk.root).exclusive(),
    ):
        pass
    with disk.exclusive():
        pass


def test_a_file_system_without_locks_is_worked_on_all_the_same(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with disk.exclusive():
        disk.write("new", b"")
    assert disk.read("new").kind is Kind.FILE


def test_a_folder_that_cannot_be_synced_is_no_error(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(handle: int) -> None:
        raise OSError(errno.EINVAL, "no sync")

    monkeypatch.setattr(os, "fsync", refuse)
    disk.sync("inner")


@pytest.mark.parametrize("permitted", [True, False])
def test_a_file_system_that_does_not_keep_modes_is_found_out(
    disk: Disk, monkeypatch: pytest.MonkeyPatch, permitted: bool
) -> None:
    def refuse(handle: int, mode: int) -> None:
        if not permitted:
            raise PermissionError(errno.EPERM, "not here")

    assert disk.keeps_modes("file")
    monkeypatch.setattr(os, "fchmod", refuse)
    assert not disk.keeps_modes("file")


def test_without_git_the_disk_itself_is_asked(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*args: object, **kwargs: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", absent)
    assert disk.keeps_modes("file")
    assert disk.keeps_modes("absent")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission denied"),
        (errno.EPERM, "does not permit"),
        (errno.ENAMETOOLONG, "name too long"),
    ],
)
def test_what_the_system_refuses_is_said_in_words(code: int, words: str) -> None:
    error = unusable(OSError(code, "x"), "src/a.py", "write", "Nothing was changed.")
    (problem,) = error.problems
    assert problem.message.startswith("cannot write src/a.py: ")
    assert words in problem.message
    assert (problem.hint or "").startswith("Nothing was changed. ")
    assert error.exit_code is ExitCode.INPUT


def test_the_first_files_are_written_once(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "project"
    write_once(root, {"schema.json": "{}\n", "queuewright.yaml": "name: a\n"})
    assert sorted(path.name for path in root.iterdir()) == ["queuewright.yaml", "schema.json"]
    before = (root / "queuewright.yaml").stat()
    write_once(root, {"queuewright.yaml": "name: a\n"})
    assert (root / "queuewright.yaml").stat() == before
    with pytest.raises(BlockedError, match=r"queuewright\.yaml: is there already"):
        write_once(root, {"more.txt": "more\n", "queuewright.yaml": "name: b\n"})
    assert (root / "queuewright.yaml").read_text() == "name: a\n"
    assert not (root / "more.txt").exists()


def test_nothing_is_written_once_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "queuewright.yaml").symlink_to("target")
    with pytest.raises(BlockedError):
        write_once(tmp_path, {"queuewright.yaml": "name: a\n"})
    assert not (tmp_path / "target").exists()


def test_the_first_files_cannot_be_written_where_a_file_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match=r"cannot make .*file/project"):
        write_once(tmp_path / "file" / "project", {"queuewright.yaml": "name: a\n"})
    with pytest.raises(WorkspaceError, match=r"cannot make .*file"):
        write_once(tmp_path / "file", {"queuewright.yaml": "name: a\n"})


@pytest.mark.parametrize("at", range(5))
def test_first_files_that_cannot_be_written_leave_no_trace(tmp_path: Path, at: int) -> None:
    (tmp_path / "same.txt").write_text("same\n")
    files = {"same.txt": "same\n", "schema.json": "{}\n", "queuewright.yaml": "name: a\n"}
    disk = FaultyDisk(tmp_path, at, Fault.ERROR, errno.ENOSPC)
    with pytest.raises(WorkspaceError, match=r"cannot write .*: the disk is full"):
        write_once(tmp_path, files, disk=disk)
    assert [path.name for path in tmp_path.iterdir()] == ["same.txt"]
