"""The status of one file: what is on disk, against what was last written, against what would be written now. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from queuewright.render.tree import File, Owner
from queuewright.workspace.lock import Entry, entry
from queuewright.workspace.ondisk import Kind, OnDisk


class Status(StrEnum):
    CLEAN = "clean"
    EDITED = "edited"
    STALE = "stale"
    CONFLICT = "conflict"
    """Edited, and the render differs too."""
    MISSING = "missing"
    ORPHAN = "orphan"
    """Written once, no longer rendered."""
    ADOPTED = "adopted"
    """Not in the lock, and as rendered (or seeded, and the user's)."""
    FOREIGN = "foreign"
    """Not in the lock, and not as rendered."""


class Level(IntEnum):
    """How much a status matters to `qw check`."""

    FINE = 0
    NOTE = 1
    """Drift with `--strict` only."""
    DRIFT = 2


class Cause(StrEnum):
    """Why a fresh render may differ from the lock."""

    NEW = "new"
    """There is no lock."""
    SPEC = "spec"
    VERSION = "version"
    """The spec is the same, the queuewright another one."""
    INTERRUPTED = "interrupted"
    NONE = "none"
    """The same spec and the same queuewright: a difference means that the lock was changed by hand."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A cause, in the words that a reason uses."""

    cause: Cause
    text: str

    @property
    def level(self) -> Level:
        return Level.NOTE if self.cause is Cause.VERSION else Level.DRIFT


@dataclass(frozen=True, slots=True)
class FileStatus:
    path: str
    owner: Owner
    status: Status
    level: Level
    reason: str
    """One phrase for a person; empty for a clean file."""
    line: int | None = None
    """The first line (from 1) of the file on disk that differs from the render."""


def classify(
    path: str, known: Entry | None, rendered: File | None, disk: OnDisk, origin: Origin
) -> FileStatus:
    """`known` is the lock's entry, `rendered` the fresh file; one of the two is given."""
    if rendered is None:
        if known is None:
            raise ValueError(f"{path} is neither in the lock nor rendered")
        status, level, reason = _not_rendered(known, disk, origin)
        return FileStatus(path, known.owner, status, level, reason)
    if rendered.owner is Owner.SEEDED:
        status, level, reason = _seeded(known, disk, origin)
        return FileStatus(path, Owner.SEEDED, status, level, reason)
    if known is None:
        status, level, reason = _unknown(entry(rendered), disk, origin)
    else:
        status, level, reason = _owned(known, entry(rendered), disk, origin)
    line = None if status in {Status.CLEAN, Status.ADOPTED} else first_difference(disk, rendered.content)
    return FileStatus(path, Owner.OWNED, status, level, reason, line)


Verdict = tuple[Status, Level, str]


def _owned(known: Entry, fresh: Entry, disk: OnDisk, origin: Origin) -> Verdict:
    if disk.kind is Kind.ABSENT:
        return Status.MISSING, Level.DRIFT, "deleted since it was rendered"
    if fresh.holds(disk):
        return Status.CLEAN, Level.FINE, ""
    unchanged = (known.executable, known.blob) == (fresh.executable, fresh.blob)
    if known.holds(disk):
        return Status.STALE, origin.level, origin.text
    if unchanged:
        return Status.EDITED, Level.DRIFT, _edit(known, disk)
    return Status.CONFLICT, Level.DRIFT, f"{_edit(known, disk)}, and {origin.text}"


def _unknown(fresh: Entry, disk: OnDisk, origin: Origin) -> Verdict:
    if disk.kind is Kind.ABSENT:
        return Status.MISSING, origin.level, f"not rendered yet: {origin.text}"
    if fresh.holds(disk):
        return Status.ADOPTED, Level.FINE, "as rendered, but not in the lock"
    if disk.kind is Kind.FILE:
        return Status.FOREIGN, origin.level, "a file that queuewright did not write is in its place"
    return Status.FOREIGN, origin.level, f"{_what(disk)} in its place"


def _seeded(known: Entry | None, disk: OnDisk, origin: Origin) -> Verdict:
    if disk.kind is Kind.OBSTRUCTED and known is None:
        return Status.FOREIGN, origin.level, f"{_what(disk)} in its place"
    if disk.kind not in {Kind.ABSENT, Kind.OBSTRUCTED}:
        if known is None:
            return Status.ADOPTED, Level.FINE, "yours, and was there before"
        return Status.CLEAN, Level.FINE, "" if known.owner is Owner.SEEDED else "yours from now on"
    if known is not None and known.owner is Owner.SEEDED:
        return Status.CLEAN, Level.FINE, "deleted by you: it does not come back"
    return Status.MISSING, origin.level, f"not rendered yet: {origin.text}"


def _not_rendered(known: Entry, disk: OnDisk, origin: Origin) -> Verdict:
    if known.owner is Owner.SEEDED:
        return Status.CLEAN, Level.FINE, "no longer rendered: yours to keep or to delete"
    if disk.kind is Kind.ABSENT:
        return Status.CLEAN, Level.FINE, "no longer rendered, and gone"
    if known.holds(disk):
        return Status.ORPHAN, origin.level, f"no longer rendered: {origin.text}"
    return (
        Status.ORPHAN,
        origin.level,
        f"no longer rendered, and {_edit(known, disk)}: yours to keep or to delete",
    )


def _edit(known: Entry, disk: OnDisk) -> str:
    if disk.kind is not Kind.FILE:
        return f"{_what(disk)} in its place"
    if disk.blob == known.blob:
        return "made executable" if disk.executable else "made not executable"
    return "edited since it was rendered"


def _what(disk: OnDisk) -> str:
    if disk.kind is Kind.OBSTRUCTED:
        return f"{disk.detail}, which is not followed, and stands"
    return f"{disk.kind.value} stands"


def first_difference(disk: OnDisk, content: str) -> int | None:
    """The first line (from 1) of a file on disk that is not as rendered; None where no line differs."""
    if disk.content is None:
        return None
    mine = disk.content.replace(b"\r\n", b"\n").split(b"\n")
    fresh = content.encode().split(b"\n")
    for number, (left, right) in enumerate(zip(mine, fresh, strict=False), start=1):
        if left != right:
            return number
    return None if len(mine) == len(fresh) else min(len(mine), len(fresh))
