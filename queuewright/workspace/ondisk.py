"""What can be found at a path, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    ABSENT = "absent"
    FILE = "a file"
    LINK = "a link"
    FOLDER = "a folder"
    OTHER = "neither file nor folder"
    OBSTRUCTED = "obstructed"
    """A folder on the way is a link or a file."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """What is found at a path."""

    kind: Kind
    blob: str = ""
    """Git blob id of the normalised content, of a file only."""
    executable: bool | None = None
    """None where the file system does not keep the bit."""
    content: bytes | None = field(default=None, repr=False)
    """As it is on disk; None for what is no file, or is too large."""
    detail: str = ""
    """Where a link points; what obstructs the way."""

    def same(self, other: OnDisk) -> bool:
        modes = {self.executable, other.executable}
        return (self.kind, self.blob, self.detail) == (other.kind, other.blob, other.detail) and (
            None in modes or len(modes) == 1
        )


ABSENT = OnDisk(Kind.ABSENT)
