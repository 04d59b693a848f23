"""What a person should read when the file system refuses."""

from __future__ import annotations

import errno
import os

from queuewright.errors import WorkspaceError


class ObstructedError(OSError):
    """A folder on the way to a path is a link or no folder."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(errno.ENOTDIR, f"{path} is {what}, not a folder", path)
        self.detail = f"{path} is {what}"


AGAIN = "run the command again"
UNCHANGED = "Nothing was changed."

_REASONS = {
    errno.ENOSPC: ("the disk is full", f"Free some space, then {AGAIN}."),
    errno.EDQUOT: ("the disk quota is used up", f"Free some space, then {AGAIN}."),
    errno.EROFS: (
        "the file system is read-only",
        f"Make it writable or work in another folder, then {AGAIN}.",
    ),
    errno.EACCES: ("permission denied", f"Correct the permissions or the owner, then {AGAIN}."),
    errno.EPERM: (
        "the system does not permit it",
        f"Correct the permissions or attributes, then {AGAIN}.",
    ),
}


def unusable(error: OSError, path: str, verb: str, extra: str = "") -> WorkspaceError:
    """What a person should read in place of an OSError."""
    if isinstance(error, ObstructedError):
        reason, hint = error.detail, f"Put a folder in its place, then {AGAIN}."
    else:
        reason, hint = _REASONS.get(
            error.errno or 0,
            (os.strerror(error.errno or 0).lower(), f"Correct that, then {AGAIN}."),
        )
    return WorkspaceError(f"cannot {verb} {path}: {reason}", hint=f"{extra} {hint}".strip())
