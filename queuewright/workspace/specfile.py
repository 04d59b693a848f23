"""Writing the spec for the first time. From then on it is the user's."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from queuewright.errors import Blocked, Problem
from queuewright.workspace import paths
from queuewright.workspace.blob import blob_id
from queuewright.workspace.disk import Disk
from queuewright.workspace.ondisk import Kind
from queuewright.workspace.trouble import unusable


def write_spec(
    root: Path, text: str, *, name: str = paths.SPEC_NAME, force: bool = False, disk: Disk | None = None
) -> None:
    """Write the spec into a folder, which is made when it is absent. The same text again changes nothing.

    Raises Blocked when another spec is there and `force` is not given, WorkspaceError when the folder cannot be written.
    """
    disk = Disk(root) if disk is None else disk
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(error, str(root), "make") from error
    with disk.exclusive():
        found = disk.read(name)
        if found.blob == blob_id(text):
            return
        if found.kind is not Kind.ABSENT and (not force or found.kind is not Kind.FILE):
            raise Blocked(Problem("is there already", name, hint="Edit it, or work in another folder."))
        try:
            disk.write(paths.SPEC_TEMP, text.encode())
            disk.rename(paths.SPEC_TEMP, name)
            disk.sync("")
        except OSError as error:
            with suppress(OSError):
                disk.remove(paths.SPEC_TEMP)
            raise unusable(error, name, "write", "Nothing was changed.") from error
