"""A kill or an error at every operation that changes the disk, in a real project of eight files.

Whatever happens: a file is as it was or as it will be, the next run gets to where an undisturbed one would be, also when
the spec was edited in between, and no edit of the user is lost.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from workspace_faults import Fault, FaultyDisk, Killed
from workspace_project import (
    FIRST,
    OTHER_SPEC,
    SECOND,
    SPEC,
    THIRD,
    expected,
    look,
    render,
    rendering,
    snapshot,
)

from queuewright.errors import BlockedError, LockError, WorkspaceError
from queuewright.render.tree import Rendering
from queuewright.workspace import apply, check, plan, read_lock

Run = tuple[Rendering, str]
"""What is rendered, and the spec it comes from."""

OLD_RUN: Run = (FIRST, SPEC)
RUN: Run = (SECOND, OTHER_SPEC)
EDITED_RUN: Run = (THIRD, OTHER_SPEC + "# and again\n")
MINE = "# mine\n"
Snapshot = dict[str, tuple[str, bool] | str]


@dataclass(frozen=True)
class Scenes:
    """A project before a run, and how undisturbed runs leave it."""

    before: Path
    work: Path
    operations: tuple[str, ...]

    @property
    def kills(self) -> list[tuple[int, Fault]]:
        """Before each operation (so after each other one), and in the middle of each write."""
        numbers = range(len(self.operations))
        writes = [at for at in numbers if self.operations[at].startswith("write ")]
        return [(at, Fault.BEFORE) for at in numbers] + [(at, Fault.HALF) for at in writes]

    def fresh(self) -> Path:
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.before, self.work, symlinks=True)
        return self.work

    def undisturbed(self, *runs: Run) -> Snapshot:
        root = self.fresh()
        for tree, spec in runs:
            render(root, tree, spec)
        return snapshot(root)


def start(folder: Path, prepare: Callable[[Path], None]) -> Scenes:
    before = folder / "before"
    before.mkdir()
    prepare(before)
    counting = folder / "counting"
    shutil.copytree(before, counting, symlinks=True)
    disk = FaultyDisk(counting)
    apply(plan(look(counting, *RUN, disk=disk)))
    return Scenes(before, folder / "work", tuple(disk.done))


def rendered_before(root: Path) -> None:
    """FIRST, with a file missing, and things of the user."""
    render(root, FIRST)
    (root / "notes.txt").write_text(MINE)
    (root / "pyproject.toml").write_text(MINE)
    (root / "k8s" / "mine.yaml").write_text(MINE)
    (root / "compose.yaml").unlink()


def nothing_before(root: Path) -> None:
    (root / "pyproject.toml").write_text(MINE)
    (root / "src").mkdir()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """These faults are not of the hardware: waiting for it some ten thousand times shows nothing more."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(params=[rendered_before, nothing_before], ids=["again", "first"])
def scenes(request: pytest.FixtureRequest, tmp_path: Path) -> Scenes:
    return start(tmp_path, request.param)


def kill(root: Path, at: int, fault: Fault, run: Run = RUN) -> FaultyDisk:
    disk = FaultyDisk(root, at, fault)
    with suppress(Killed):
        apply(plan(look(root, *run, disk=disk)))
    return disk


def assert_old_or_new(before: dict[str, object], after: dict[str, object], *trees: Rendering) -> None:
    for path, state in after.items():
        if state == "folder" or "queuewright" in path:
            continue
        assert state in (before.get(path), *(expected(tree).get(path) for tree in trees)), path
    for path in before:
        assert path in after or any(path not in tree.tree for tree in trees) or before[path] == "folder", path


def test_after_a_kill_every_file_is_old_or_new_and_the_lock_is_sound(scenes: Scenes) -> None:
    before, done = snapshot(scenes.fresh()), scenes.undisturbed(RUN)
    for at, fault in scenes.kills:
        root = scenes.fresh()
        kill(root, at, fault)
        after = snapshot(root)
        assert_old_or_new(dict(before), dict(after), SECOND)
        assert after.get("queuewright.lock") in (before.get("queuewright.lock"), done["queuewright.lock"])
        assert read_lock(root, version="1.0.0") is not None or "queuewright.lock" not in before
        result = check(look(root, *RUN))
        assert result.drift or {**after, "queuewright.lock.pending": ""} == {
            **done,
            "queuewright.lock.pending": "",
        }


@pytest.mark.parametrize("run", [RUN, EDITED_RUN, OLD_RUN], ids=["same spec", "spec edited", "spec restored"])
def test_the_next_run_arrives_where_an_undisturbed_one_does(scenes: Scenes, run: Run) -> None:
    """Undisturbed from the state before the killed run; from the state after it, once its lock was in place."""
    discarded, completed = scenes.undisturbed(run), scenes.undisturbed(RUN, run)
    lock = scenes.undisturbed(RUN)["queuewright.lock"]
    for at, fault in scenes.kills:
        root = scenes.fresh()
        disk = kill(root, at, fault)
        ended = snapshot(root).get("queuewright.lock") == lock
        render(root, *run)
        assert snapshot(root) == (completed if ended else discarded), disk.done
        assert not check(look(root, *run), strict=True).drift


def edits(root: Path) -> dict[Path, bytes]:
    """Edit every file of the project that queuewright may have written."""
    edited = {}
    for path in sorted({*FIRST.tree, *SECOND.tree, *THIRD.tree}):
        file = root / path
        if file.exists():
            file.write_bytes(file.read_bytes() + MINE.encode())
            edited[file] = file.read_bytes()
    return edited


@pytest.mark.parametrize("run", [RUN, EDITED_RUN, OLD_RUN], ids=["same spec", "spec edited", "spec restored"])
def test_no_edit_between_a_kill_and_the_next_run_is_lost(scenes: Scenes, run: Run) -> None:
    for at, fault in scenes.kills:
        root = scenes.fresh()
        kill(root, at, fault)
        edited = edits(root)
        with suppress(BlockedError):
            render(root, *run)
        assert {file: file.read_bytes() for file in edited} == edited


def test_an_edit_of_one_file_between_a_kill_and_the_next_run_stops_it_or_stays(scenes: Scenes) -> None:
    paths = sorted({*FIRST.tree, *SECOND.tree})
    for at, fault in scenes.kills:
        for path in paths[at % 3 :: 3]:
            root = scenes.fresh()
            kill(root, at, fault)
            if not (root / path).exists():
                continue
            (root / path).write_text(MINE)
            before = snapshot(root)
            try:
                render(root, *RUN)
            except BlockedError:
                assert snapshot(root) == before
            assert (root / path).read_text() == MINE


@pytest.mark.parametrize("run", [RUN, OLD_RUN], ids=["same spec", "spec restored"])
def test_a_second_kill_changes_nothing_of_that(scenes: Scenes, run: Run) -> None:
    wanted, old = scenes.undisturbed(run), snapshot(scenes.before).get("queuewright.lock")
    for at, fault in scenes.kills:
        for again in range(at % 19, len(scenes.operations) + 5, 19):
            root = scenes.fresh()
            kill(root, at, fault)
            middle = kill(root, again, Fault.HALF, EDITED_RUN)
            if snapshot(root).get("queuewright.lock") == old:
                render(root, *run)
                assert snapshot(root) == wanted, middle.done


def test_an_error_after_a_kill_changes_nothing_of_that(scenes: Scenes) -> None:
    wanted, old = scenes.undisturbed(OLD_RUN), snapshot(scenes.before).get("queuewright.lock")
    for at, fault in scenes.kills:
        root = scenes.fresh()
        kill(root, at, fault)
        if snapshot(root).get("queuewright.lock") != old:
            continue
        disk = FaultyDisk(root, at % 8, Fault.ERROR, errno.ENOSPC)
        with pytest.raises(WorkspaceError):
            apply(plan(look(root, *EDITED_RUN, disk=disk)))
        render(root, *OLD_RUN)
        assert snapshot(root) == wanted, disk.done


@pytest.mark.parametrize("path", ["Dockerfile", "k8s/base/worker.yaml"], ids=["replaced", "deleted"])
def test_an_edit_at_the_last_moment_is_not_lost(tmp_path: Path, path: str) -> None:
    class Edited(FaultyDisk):
        def write(self, name: str, data: bytes, executable: bool = False) -> None:
            super().write(name, data, executable)
            (self.root / path).write_text(MINE)

    root = start(tmp_path, rendered_before).fresh()
    with pytest.raises(WorkspaceError, match=f"{path} changed while queuewright was at work"):
        apply(plan(look(root, *RUN, disk=Edited(root))))
    assert (root / path).read_text() == MINE
    with suppress(BlockedError):
        render(root, *RUN)
    assert (root / path).read_text() == MINE


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Fault.ERROR, errno.ENOSPC, "the disk is full"),
        (Fault.ERRORS, errno.ENOSPC, "the disk is full"),
        (Fault.ERRORS, errno.EROFS, "read-only"),
        (Fault.ERROR, errno.EACCES, "permission denied"),
        (Fault.ERROR, errno.EIO, "input/output error"),
    ],
)
def test_an_error_at_any_operation_is_clear_and_loses_nothing(
    scenes: Scenes, fault: Fault, code: int, words: str
) -> None:
    wanted, before = scenes.undisturbed(RUN), snapshot(scenes.fresh())
    for at in range(len(scenes.operations)):
        root = scenes.fresh()
        disk = FaultyDisk(root, at, fault, code)
        with pytest.raises(WorkspaceError) as caught:
            apply(plan(look(root, *RUN, disk=disk)))
        (problem,) = caught.value.problems
        assert words in problem.message
        assert problem.hint
        after = snapshot(root)
        assert_old_or_new(dict(before), dict(after), SECOND)
        if fault is Fault.ERROR and "Nothing was changed" in problem.hint:
            assert after == before, disk.done
        render(root, *RUN)
        assert snapshot(root) == wanted, disk.done


def test_an_interrupt_while_files_are_prepared_leaves_no_trace(scenes: Scenes) -> None:
    before = snapshot(scenes.fresh())
    root = scenes.fresh()

    class Interrupted(FaultyDisk):
        def write(self, path: str, data: bytes, executable: bool = False) -> None:
            if path.endswith("0002.tmp"):
                raise KeyboardInterrupt
            super().write(path, data, executable)

    disk = Interrupted(root)
    with pytest.raises(KeyboardInterrupt):
        apply(plan(look(root, *RUN, disk=disk)))
    assert snapshot(root) == before


def test_a_file_of_the_user_that_a_killed_run_took_in_stays(tmp_path: Path) -> None:
    scenes = start(tmp_path, nothing_before)
    for at, fault in scenes.kills:
        root = scenes.fresh()
        kill(root, at, fault)
        render(root, rendering({"other.txt": ""}), OTHER_SPEC, allow_replace=True)
        assert (root / "pyproject.toml").read_text() == MINE


def test_check_says_that_a_run_was_interrupted_and_changes_nothing(tmp_path: Path) -> None:
    scenes = start(tmp_path, rendered_before)
    root = scenes.fresh()
    kill(root, len(scenes.operations) // 2, Fault.BEFORE)
    before = snapshot(root)
    result = check(look(root, *RUN))
    assert result.drift
    assert "was interrupted: run it again to finish it" in result.notes[0].text
    assert snapshot(root) == before


def test_a_broken_pending_file_stops_a_run_until_it_is_deleted(tmp_path: Path) -> None:
    scenes = start(tmp_path, rendered_before)
    root = scenes.fresh()
    kill(root, len(scenes.operations) // 2, Fault.BEFORE)
    (root / "queuewright.lock.pending").write_text("{")
    before = snapshot(root)
    with pytest.raises(LockError, match=r"queuewright\.lock\.pending:1:2") as caught:
        render(root, *RUN)
    assert "Delete queuewright.lock.pending" in (caught.value.problems[0].hint or "")
    assert snapshot(root) == before


def test_a_hostile_pending_file_deletes_nothing_but_temporary_names(tmp_path: Path) -> None:
    scenes = start(tmp_path, rendered_before)
    root = scenes.fresh()
    kill(root, len(scenes.operations) // 2, Fault.BEFORE)
    (root / ".queuewright-mine").write_text(MINE)
    pending = root / "queuewright.lock.pending"
    pending.write_text(pending.read_text().replace('"temporary": [', '"temporary": ["notes.txt",'))
    with pytest.raises(LockError):
        render(root, *RUN)
    assert (root / "notes.txt").read_text() == MINE
