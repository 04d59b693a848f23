"""What a run would do: one object that `--dry-run` shows, `--diff` prints and `apply` carries out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from queuewright.errors import BlockedError, Problem, QueuewrightError, WorkspaceError
from queuewright.render.tree import Owner
from queuewright.workspace import paths
from queuewright.workspace.blob import normalise
from queuewright.workspace.inspection import Inspection, Replacement
from queuewright.workspace.lock import Entry, Intent, Lock, Pending
from queuewright.workspace.ondisk import Kind, OnDisk
from queuewright.workspace.patch import patch
from queuewright.workspace.status import Status


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ADOPT = "adopt"
    """Take what is there into the lock."""
    KEEP = "keep"
    FORGET = "forget"
    """Leave what is there and drop it from the lock: the user's from now on."""
    REFUSE = "refuse"
    """The user's change stands in the way."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one file, and why."""

    path: str
    action: Action
    owner: Owner
    status: Status
    reason: str
    before: OnDisk
    after: Entry | None
    """As the lock will have it; None for what is none of queuewright's from then on."""
    content: bytes | None
    """What is to be written; for a refusal what would be."""
    executable: bool = False
    """Mode of what is written."""
    forced: bool = False
    """Whether the user's version is given up on request."""

    def patch(self) -> str:
        """From the file on disk to what is (or, refused, would be) written; empty when the file is left alone."""
        if self.action is Action.DELETE:
            return patch(self.path, self.before, None)
        if self.content is None or self.before.kind in {Kind.FOLDER, Kind.OTHER, Kind.OBSTRUCTED}:
            return ""
        return patch(self.path, self.before, self.content, self.executable)


@dataclass(frozen=True, slots=True)
class Plan:
    """Ready to be shown; ready to be applied when `error` is None."""

    inspection: Inspection
    intent: Intent
    changes: tuple[Change, ...]
    """Every file, in path order, those that stay as they are too."""
    replacements: tuple[Replacement, ...]
    lock: Lock
    obstacles: tuple[Problem, ...] = ()
    """What no flag overcomes: links and folders in the way."""
    blockers: tuple[Problem, ...] = ()
    """What the user has to decide on."""

    @property
    def root(self) -> Path:
        return self.inspection.root

    @property
    def error(self) -> QueuewrightError | None:
        """WorkspaceError (exit code 2) for obstacles, else BlockedError (1) for blockers. Both carry every problem."""
        if self.obstacles:
            return WorkspaceError((*self.obstacles, *self.blockers))
        return BlockedError(self.blockers) if self.blockers else None

    @property
    def writes(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.action in {Action.CREATE, Action.UPDATE})

    @property
    def deletes(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.action is Action.DELETE)

    @property
    def is_empty(self) -> bool:
        """Whether the project is as it should be already, the lock included."""
        return (
            self.intent is Intent.RENDER
            and self.error is None
            and not self.writes
            and not self.deletes
            and self.inspection.pending is None
            and not self.inspection.leftovers
            and normalise(self.inspection.lock_on_disk.content or b"") == self.lock.dumps().encode()
        )

    def counts(self) -> dict[str, int]:
        """How many files (and, as `replace`, identities) each action is for; those with none are left out."""
        counted = Counter(str(change.action) for change in self.changes)
        found = {str(action): counted[action] for action in Action if counted[action]}
        return {**found, "replace": len(self.replacements)} if self.replacements else found

    def diff(self) -> str:
        """The patch that applying makes to the files; `git apply` takes it."""
        return "".join(change.patch() for change in (*self.writes, *self.deletes))

    def temporaries(self) -> Mapping[str, Change]:
        """Where each new file is prepared: beside its place, or in the nearest folder above that exists."""
        return {
            paths.temporary(self._existing_folder(change.path), number): change
            for number, change in enumerate(self.writes)
        }

    def _existing_folder(self, path: str) -> str:
        existing = [it for it in paths.folders_of(path) if it not in self.inspection.absent_folders]
        return existing[-1] if existing else ""

    def new_folders(self) -> list[str]:
        """Folders to be made, the outermost first."""
        return sorted(folders_above(change.path for change in self.writes) & self.inspection.absent_folders)

    def old_folders(self) -> list[str]:
        """Folders that queuewright made and nothing needs any more, the innermost first."""
        return sorted(made_folders(self.inspection) - folders_above(self.lock.files), reverse=True)

    def pending(self) -> Pending:
        made_before = self.inspection.pending.folders if self.inspection.pending else ()
        if self.intent is Intent.EJECT:  # the lock that knows the others goes away
            made_before += self.lock.folders
        return Pending(
            intent=self.intent,
            version=self.inspection.source.version,
            writes={change.path: change.after for change in self.writes if change.after is not None},
            written=self.inspection.resumed,
            folders=tuple({*made_before, *self.new_folders()}),
            temporary=tuple(self.temporaries()),
        )


def made_folders(inspection: Inspection) -> set[str]:
    """Folders that queuewright made, runs that were killed included."""
    return {folder for it in (inspection.lock, inspection.pending) if it is not None for folder in it.folders}


def folders_above(files: Iterable[str]) -> set[str]:
    return {folder for path in files for folder in paths.folders_of(path)}
