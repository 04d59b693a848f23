"""What `qw check` says of a project. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from queuewright.workspace.inspection import Inspection, Replacement
from queuewright.workspace.paths import LOCK_NAME
from queuewright.workspace.status import Cause, FileStatus, Level


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the project as a whole."""

    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    spec_name: str
    files: tuple[FileStatus, ...]
    """Every file that is rendered or in the lock, in path order."""
    replacements: tuple[Replacement, ...]
    notes: tuple[Note, ...]
    strict: bool
    drift: bool
    """Whether the exit code is 1."""

    @property
    def findings(self) -> tuple[FileStatus, ...]:
        """The files to report: drift, and with or without `strict` what is a note."""
        return tuple(file for file in self.files if file.level is not Level.FINE)

    def is_drift(self, level: Level) -> bool:
        return level is Level.DRIFT or (self.strict and level is Level.NOTE)


def check(inspection: Inspection, *, strict: bool = False) -> CheckResult:
    """Drift, by file and for the project. What only another queuewright renders differently counts with `strict`."""
    files = tuple(it.status for it in inspection.files)
    notes = _notes(inspection, files)
    levels = [file.level for file in files] + [note.level for note in notes]
    levels += [inspection.origin.level for _ in inspection.replacements]
    worst = max(levels, default=Level.FINE)
    return CheckResult(
        spec_name=inspection.source.spec_name,
        files=files,
        replacements=inspection.replacements,
        notes=notes,
        strict=strict,
        drift=worst is Level.DRIFT or (strict and worst is Level.NOTE),
    )


def _notes(inspection: Inspection, files: tuple[FileStatus, ...]) -> tuple[Note, ...]:
    notes: list[Note] = []
    if inspection.pending is not None:
        intent = inspection.pending.intent
        notes.append(Note(Level.DRIFT, f'A "qw {intent}" was interrupted: run it again to finish it.'))
    elif inspection.lock is None:
        notes.append(Note(Level.DRIFT, f'There is no {LOCK_NAME}: run "qw render", and commit the lock.'))
    changed = any(file.level is not Level.FINE for file in files)
    if inspection.spec_changed and not changed:
        notes.append(Note(Level.FINE, "The spec changed since the last render, but gives the same files."))
    if inspection.origin.cause is Cause.VERSION and changed:
        notes.append(Note(Level.FINE, f'{inspection.origin.text}: run "qw render" when it suits.'))
    return tuple(notes)
