"""Runs that are killed, kept out, and refused by the operating system itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from workspace_faults import Fault, FaultyDisk
from workspace_project import FIRST, OTHER_SPEC, SECOND, look, render, snapshot

from queuewright.errors import WorkspaceError
from queuewright.workspace import apply, plan

NOBODY = 65534


def command(root: Path, at: int, how: str) -> list[str]:
    return [sys.executable, str(Path(__file__).with_name("workspace_process.py")), str(root), str(at), how]


def run(root: Path, at: int, how: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(root, at, how), capture_output=True, text=True, check=False, timeout=60)


def killed(root: Path, at: int) -> int:
    """The exit code of a child that SIGKILL ends in the middle of an operation."""
    child = os.fork()
    if child == 0:
        try:
            disk = FaultyDisk(root, at, Fault.HALF)
            disk.die = lambda: os.kill(os.getpid(), signal.SIGKILL)
            apply(plan(look(root, SECOND, OTHER_SPEC, disk=disk)))
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    render(root, FIRST)
    (root / "k8s" / "mine.yaml").write_text("mine\n")
    return root


def wanted(project: Path) -> dict[str, tuple[str, bool] | str]:
    other = project.with_name("wanted")
    shutil.copytree(project, other)
    render(other, SECOND, OTHER_SPEC)
    return snapshot(other)


def operations(project: Path) -> int:
    other = project.with_name("counted")
    shutil.copytree(project, other)
    disk = FaultyDisk(other)
    apply(plan(look(other, SECOND, OTHER_SPEC, disk=disk)))
    return len(disk.done)


def test_after_a_sigkill_the_next_run_completes(project: Path) -> None:
    want, before = wanted(project), project.with_name("before")
    shutil.copytree(project, before)
    for at in range(operations(project)):
        shutil.rmtree(project)
        shutil.copytree(before, project)
        assert killed(project, at) == -signal.SIGKILL
        assert (project / "k8s" / "mine.yaml").read_text() == "mine\n"
        render(project, SECOND, OTHER_SPEC)
        assert snapshot(project) == want


def test_a_second_run_is_kept_out_until_the_first_is_gone(project: Path) -> None:
    want = wanted(project)
    todo = plan(look(project, SECOND, OTHER_SPEC))
    with subprocess.Popen(
        command(project, 12, "wait"), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"waiting\n"
        before = snapshot(project)
        with pytest.raises(WorkspaceError, match="another queuewright is writing to") as caught:
            apply(todo)
        assert "Wait" in (caught.value.problems[0].hint or "")
        assert snapshot(project) == before
        first.kill()
    with pytest.raises(WorkspaceError, match="changed while queuewright was at work"):
        apply(todo)
    render(project, SECOND, OTHER_SPEC)
    assert snapshot(project) == want


def test_a_file_that_cannot_grow_is_a_clear_error(project: Path) -> None:
    before = snapshot(project)
    done = run(project, 20, "limit")
    assert done.returncode == 2
    assert "file too large" in done.stdout
    assert not done.stderr
    assert snapshot(project) == before


@pytest.mark.parametrize("where", [".", "src/mailroom/runtime"])
def test_a_folder_that_cannot_be_written_is_a_clear_error(project: Path, where: str) -> None:
    give_away(project)
    before = snapshot(project)
    (project / where).chmod(0o555)
    done = run(project, 0, "plain")
    (project / where).chmod(0o755)
    assert done.returncode == 2, done.stderr
    assert "permission denied" in done.stdout
    assert snapshot(project) == before


def test_a_file_that_cannot_be_read_is_a_clear_error(project: Path) -> None:
    give_away(project)
    before = snapshot(project)
    (project / "Dockerfile").chmod(0)
    done = run(project, 0, "plain")
    (project / "Dockerfile").chmod(0o644)
    assert done.returncode == 2, done.stderr
    assert "cannot read Dockerfile: permission denied" in done.stdout
    assert snapshot(project) == before


def give_away(project: Path) -> None:
    """Root may write everywhere: a run by root is done as somebody else, who must be able to get there."""
    if os.geteuid() != 0:
        return
    for folder in (project, *project.parents):
        if folder.stat().st_mode & 0o001 == 0:
            folder.chmod(folder.stat().st_mode | 0o011)
    for path in (project, *project.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
