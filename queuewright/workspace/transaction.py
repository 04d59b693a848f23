"""Carrying a plan out: all or nothing, and if the process is killed, nothing lost and everything known to the next run.

1. Every file that will be touched is compared with what the plan was made from.
2. `queuewright.lock.pending` is put in place: the ids of all that may appear on disk from now on.
3. Every new file is written and flushed under a temporary name. An error up to here is undone.
4. Files are deleted, and replaced by renames, each compared once more; the lock is the last to be replaced.
5. The pending file is removed.

The next run needs no log to replay: a file with a pending id counts as ours, and its own plan does the rest, also when
the spec was edited in between.
"""

from __future__ import annotations

from contextlib import suppress

from queuewright.errors import WorkspaceError
from queuewright.workspace import paths
from queuewright.workspace.changes import Change, Plan
from queuewright.workspace.disk import Disk
from queuewright.workspace.lock import Intent
from queuewright.workspace.ondisk import OnDisk
from queuewright.workspace.trouble import UNCHANGED, unusable


def apply(plan: Plan) -> None:
    """Write what the plan says. Nothing is touched, not even a time stamp, where nothing changes.

    Raises `plan.error` if there is one (nothing is written then) and WorkspaceError when the folder cannot be written,
    is in use by another run, or changed since it was inspected.
    """
    if plan.error is not None:
        raise plan.error
    if plan.is_empty:
        return
    disk = plan.inspection.disk
    with disk.exclusive():
        _refuse_changes(plan, disk)
        _prepare(plan, disk)
        _commit(plan, disk)


def _refuse_changes(plan: Plan, disk: Disk) -> None:
    _refuse_change(disk, paths.LOCK_NAME, plan.inspection.lock_on_disk)
    _refuse_change(disk, paths.PENDING_NAME, plan.inspection.pending_on_disk)
    for change in (*plan.writes, *plan.deletes):
        _refuse_change(disk, change.path, change.before)
    if plan.intent is Intent.EJECT:
        source = plan.inspection.source
        if disk.read(source.spec_name).blob != source.spec_blob:
            raise _changed(source.spec_name)


def _refuse_change(disk: Disk, path: str, before: OnDisk) -> None:
    if not disk.read(path).same(before):
        raise _changed(path)


def _changed(path: str) -> WorkspaceError:
    return WorkspaceError(f"{path} changed while queuewright was at work", hint="Run the command again.")


def _prepare(plan: Plan, disk: Disk) -> None:
    path = paths.PENDING_NAME
    try:
        for path in plan.inspection.leftovers:
            disk.remove(path)
        path = paths.PENDING_NAME
        disk.write(paths.PENDING_TEMP, plan.pending().dumps().encode())
        disk.rename(paths.PENDING_TEMP, paths.PENDING_NAME)
        disk.sync("")
        for temporary, change in plan.temporaries().items():
            path = change.path
            _stage(disk, temporary, change)
        path = paths.LOCK_NAME
        if plan.intent is Intent.RENDER:
            disk.write(paths.LOCK_TEMP, plan.lock.dumps().encode())
    except BaseException as error:
        _undo(plan, disk)
        if isinstance(error, OSError):
            raise unusable(error, path, "write", UNCHANGED) from error
        raise


def _stage(disk: Disk, temporary: str, change: Change) -> None:
    if change.content is None:
        raise ValueError(f"{change.path} has nothing to be written")
    disk.write(temporary, change.content, change.executable)


def _undo(plan: Plan, disk: Disk) -> None:
    for name in (*plan.temporaries(), paths.LOCK_TEMP, paths.PENDING_TEMP):
        with suppress(OSError):
            disk.remove(name)
    # What an earlier killed run left is known by the pending file only.
    if plan.inspection.pending is None:
        with suppress(OSError):
            disk.remove(paths.PENDING_NAME)


def _commit(plan: Plan, disk: Disk) -> None:
    path = paths.LOCK_NAME
    try:
        for deletion in plan.deletes:
            path = deletion.path
            _refuse_change(disk, path, deletion.before)
            disk.remove(path)
        for path in plan.old_folders():
            disk.remove_folder(path)
        for path in plan.new_folders():
            disk.make_folder(path)
        for temporary, change in plan.temporaries().items():
            path = change.path
            _refuse_change(disk, path, change.before)
            disk.rename(temporary, path)
        for path in _touched(plan):
            disk.sync(path)
        path = paths.LOCK_NAME
        _finish(plan, disk)
    except OSError as error:
        raise unusable(
            error, path, "write", "Some files are written, the rest is not; no edit is lost."
        ) from error


def _touched(plan: Plan) -> list[str]:
    """Folders whose entries changed and that are still there."""
    changed = {paths.split(change.path)[0] for change in (*plan.writes, *plan.deletes)}
    changed |= {paths.split(folder)[0] for folder in (*plan.new_folders(), *plan.old_folders())}
    return sorted(changed - set(plan.old_folders()))


def _finish(plan: Plan, disk: Disk) -> None:
    if plan.intent is Intent.RENDER:
        disk.rename(paths.LOCK_TEMP, paths.LOCK_NAME)
        disk.sync("")
        disk.remove(paths.PENDING_NAME)
        return
    disk.remove(paths.LOCK_NAME)
    disk.remove(paths.PENDING_NAME)
    disk.remove(plan.inspection.source.spec_name)
    disk.sync("")
