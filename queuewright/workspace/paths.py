"""Names inside a project: which are allowed, which are queuewright's own."""

from __future__ import annotations

import re

SPEC_NAME = "queuewright.yaml"
LOCK_NAME = "queuewright.lock"
PENDING_NAME = "queuewright.lock.pending"

TEMP_PREFIX = ".queuewright-"
LOCK_TEMP = f"{TEMP_PREFIX}lock.tmp"
PENDING_TEMP = f"{TEMP_PREFIX}pending.tmp"
START_TEMP = f"{TEMP_PREFIX}start.tmp"

_COMPONENT = re.compile(r"[A-Za-z0-9_.@+=,-]{1,255}")
_TEMP = re.compile(rf"{re.escape(TEMP_PREFIX)}[0-9]{{4,9}}\.tmp")
_MAX_PATH = 1024


def complaint(path: str) -> str | None:
    """What is wrong with a path from a lock or a tree; None when it names a file inside the project.

    The characters are few on purpose: no backslash, colon, space or control character, nothing outside ASCII,
    so that a path means the same on every file system and cannot disguise itself in a terminal.
    """
    if not path or len(path) > _MAX_PATH:
        return "is empty or too long"
    if path.startswith("/"):
        return "is absolute"
    for part in path.split("/"):
        if part in {"", ".", ".."}:
            return "leaves the project or is not in its plain form"
        if not _COMPONENT.fullmatch(part) or part.endswith("."):
            return "has a character that is not allowed"
        if part.casefold() == ".git":
            return "is inside .git"
        if part.casefold().startswith(TEMP_PREFIX):
            return "is a temporary name of queuewright"
    if path.casefold() in {LOCK_NAME, PENDING_NAME}:
        return "is a file of queuewright itself"
    return None


def is_temporary(path: str) -> bool:
    """Whether a path is one that `temporary` gives."""
    folder, name = split(path)
    return (
        path == join(folder, name)
        and bool(_TEMP.fullmatch(name))
        and (not folder or complaint(folder) is None)
    )


def temporary(folder: str, number: int) -> str:
    return join(folder, f"{TEMP_PREFIX}{number:04d}.tmp")


def join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def split(path: str) -> tuple[str, str]:
    """Folder (empty for the root) and name."""
    folder, _, name = path.rpartition("/")
    return folder, name


def folders_of(path: str) -> tuple[str, ...]:
    """Every folder above a path, the outermost first, without the root."""
    parts = path.split("/")[:-1]
    return tuple("/".join(parts[: depth + 1]) for depth in range(len(parts)))


def clash(paths: list[str]) -> str | None:
    """A path that another one is a folder of, or that differs from another one in case only."""
    folded = [path.casefold() for path in paths]
    seen = set(folded)
    if len(seen) < len(folded):
        return next(path for path in paths if folded.count(path.casefold()) > 1)
    return next((path for path in paths if any(up.casefold() in seen for up in folders_of(path))), None)
