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


_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space, then run the command again."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, then run the command again."),
    errno.EROFS: (
        "the file system is read-only",
        "Make it writable or work in another folder, then run the command again.",
    ),
    errno.EACCES: ("permission denied", "Correct the permissions or the owner, then run the command again."),
    errno.EPERM: (
        "the system does not permit it",
        "Correct the permissions or attributes, then run the command again.",
    ),
}


def unusable(error: OSError, path: str, verb: str, extra: str = "") -> WorkspaceError:
    """What a person should read in place of an OSError."""
    if isinstance(error, ObstructedError):
        reason, hint = error.detail, "Put a folder in its place, then run the command again."
    else:
        reason, hint = _REASONS.get(
            error.errno or 0,
            (os.strerror(error.errno or 0).lower(), "Correct that, then run the command again."),
        )
    return WorkspaceError(f"cannot {verb} {path}: {reason}", hint=f"{extra} {hint}".strip())
