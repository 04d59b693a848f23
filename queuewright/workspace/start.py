"""The first files of a project: the spec and what stands beside it. They are the user's from then on."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from queuewright.errors import BlockedError, Problem
from queuewright.workspace import paths
from queuewright.workspace.blob import blob_id
from queuewright.workspace.disk import Disk
from queuewright.workspace.ondisk import Kind
from queuewright.workspace.trouble import UNCHANGED, unusable


def write_once(root: Path, files: Mapping[str, str], *, disk: Disk | None = None) -> None:
    """Write files (name to text, in that order) straight into a folder, which is made when it is absent.

    A file that is there with the same text is left alone. Raises BlockedError when one has another text, WorkspaceError when the
    folder cannot be written; nothing is left behind then.
    """
    disk = Disk(root) if disk is None else disk
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unusable(error, str(root), "make") from error
    with disk.exclusive():
        found = {name: disk.read(name) for name in files}
        taken = [
            name
            for name, it in found.items()
            if it.kind is not Kind.ABSENT and it.blob != blob_id(files[name])
        ]
        if taken:
            hint = "Move it away, or work in another folder."
            raise BlockedError(Problem("is there already", name, hint=hint) for name in taken)
        _write(disk, {name: text for name, text in files.items() if found[name].kind is Kind.ABSENT})


def _write(disk: Disk, files: Mapping[str, str]) -> None:
    name = ""
    try:
        for name, text in files.items():
            disk.write(paths.START_TEMP, text.encode())
            disk.rename(paths.START_TEMP, name)
        disk.sync("")
    except OSError as error:
        for written in (paths.START_TEMP, *files):
            with suppress(OSError):
                disk.remove(written)
        raise unusable(error, name, "write", UNCHANGED) from error
