"""The lock: what queuewright last wrote, as plain data. Reading it from text is in `lockfile`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from queuewright.render.tree import File, Owner
from queuewright.workspace.blob import blob_id
from queuewright.workspace.ondisk import Kind, OnDisk

FORMAT = 1
"""Raised when an older queuewright could not read the lock any more."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as it was last written."""

    owner: Owner
    executable: bool
    blob: str

    def holds(self, disk: OnDisk) -> bool:
        """Whether the file on disk is this one. The executable bit counts where the file system keeps it."""
        return (
            disk.kind is Kind.FILE and disk.blob == self.blob and disk.executable in {None, self.executable}
        )


@dataclass(frozen=True, slots=True)
class Lock:
    project: str
    version: str
    """The queuewright that wrote it."""
    spec_name: str
    spec_blob: str
    identities: Mapping[str, str]
    files: Mapping[str, Entry]
    """By path. A seeded file stays here once it is written, so that one that the user deleted does not come back."""
    folders: tuple[str, ...]
    """Folders that queuewright made, and may remove when they are empty."""

    def dumps(self) -> str:
        return _json(_document(self))


class Intent(StrEnum):
    RENDER = "render"
    EJECT = "eject"


@dataclass(frozen=True, slots=True)
class Pending:
    """What a run is about to do; found by the next one when the run was killed."""

    intent: Intent
    version: str
    writes: Mapping[str, Entry]
    """Files that it writes. What it only takes into the lock is not its own and is not listed."""
    written: Mapping[str, Entry]
    """What earlier killed runs wrote and the lock does not know."""
    folders: tuple[str, ...]
    """Folders that it makes, and that earlier killed runs made."""
    temporary: tuple[str, ...]
    """Files that are being prepared and take their place by a rename."""

    def dumps(self) -> str:
        return _json(
            {
                "folders": sorted(self.folders),
                "format": FORMAT,
                "intent": str(self.intent),
                "queuewright": self.version,
                "temporary": sorted(self.temporary),
                "writes": _entries(self.writes),
                "written": _entries(self.written),
            }
        )


def entry(file: File) -> Entry:
    return Entry(file.owner, bool(file.mode & 0o100), blob_id(file.content))


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _document(lock: Lock) -> dict[str, Any]:
    return {
        "files": _entries(lock.files),
        "folders": sorted(lock.folders),
        "format": FORMAT,
        "identities": dict(lock.identities),
        "project": lock.project,
        "queuewright": lock.version,
        "spec": {"blob": lock.spec_blob, "path": lock.spec_name},
    }


def _entries(files: Mapping[str, Entry]) -> dict[str, Any]:
    return {
        path: {"blob": it.blob, "mode": "0755" if it.executable else "0644", "owner": str(it.owner)}
        for path, it in files.items()
    }
