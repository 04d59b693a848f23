"""Disk against lock against a fresh render. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from queuewright import __version__
from queuewright.errors import WorkspaceError
from queuewright.render.tree import File, Rendering
from queuewright.workspace import paths, resuming
from queuewright.workspace.blob import blob_id
from queuewright.workspace.disk import Disk
from queuewright.workspace.lock import Entry, Lock, Pending, entry
from queuewright.workspace.lockfile import is_identity, is_spec_name, parse_lock, parse_pending
from queuewright.workspace.ondisk import Kind, OnDisk
from queuewright.workspace.status import Cause, FileStatus, Origin, classify


@dataclass(frozen=True, slots=True)
class Source:
    """What was rendered, and by what."""

    project: str
    spec_name: str
    spec_text: str
    version: str

    @property
    def spec_blob(self) -> str:
        return blob_id(self.spec_text)


@dataclass(frozen=True, slots=True)
class Inspected:
    """One path: everything that its status follows from."""

    path: str
    known: Entry | None
    """What queuewright last wrote there: by the lock, or by a run that was killed."""
    rendered: File | None
    disk: OnDisk
    status: FileStatus


@dataclass(frozen=True, slots=True)
class Replacement:
    """Something that a live broker refuses to change, or that strands messages when it is changed."""

    identity: str
    old: str
    new: str | None
    """None when it goes away."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """The state of a project at one moment. `check`, `plan` and `plan_eject` are pure functions of it."""

    disk: Disk
    source: Source
    rendering: Rendering
    lock: Lock | None
    pending: Pending | None
    origin: Origin
    files: tuple[Inspected, ...]
    """Every path that is rendered or in the lock, in path order."""
    replacements: tuple[Replacement, ...]
    lock_on_disk: OnDisk
    pending_on_disk: OnDisk
    absent_folders: frozenset[str]
    """Folders of rendered files that do not exist."""
    resumed: Mapping[str, Entry]
    """What killed runs wrote and the lock does not know."""
    leftovers: tuple[str, ...]
    """Temporary files of killed runs."""

    @property
    def root(self) -> Path:
        return self.disk.root

    @property
    def spec_changed(self) -> bool:
        return self.lock is not None and self.lock.spec_blob != self.source.spec_blob


def inspect(
    root: Path,
    rendering: Rendering,
    spec_text: str,
    *,
    project: str,
    spec_name: str = paths.SPEC_NAME,
    version: str = __version__,
    disk: Disk | None = None,
) -> Inspection:
    """Compare a project with its fresh render. A root that does not exist is an empty project.

    Raises LockError for a broken or newer lock, WorkspaceError for what cannot be read and for a folder that is rendered
    from another spec, ValueError for a tree that names a path outside the project (a bug of ours).
    """
    disk = Disk(root) if disk is None else disk
    source = Source(project, spec_name, spec_text, version)
    _refuse_bad_names(source, rendering)
    lock_on_disk, pending_on_disk = disk.read(paths.LOCK_NAME), disk.read(paths.PENDING_NAME)
    lock, pending = parse_lock(lock_on_disk, version), parse_pending(pending_on_disk, version)
    _refuse_other_spec(lock, source, disk)
    origin = _origin(lock, pending, source)
    listed = sorted({*rendering.tree, *(lock.files if lock else ()), *resuming.named(pending)})
    states = {path: disk.read(path) for path in listed}
    resumed = resuming.written(lock, pending, rendering, states)
    known = {**(lock.files if lock else {}), **resumed}
    if _modes_differ(known, rendering, states) and not _keeps_modes(disk, lock_on_disk, pending_on_disk):
        states = {path: replace(state, executable=None) for path, state in states.items()}
        resumed = resuming.written(lock, pending, rendering, states)
        known = {**(lock.files if lock else {}), **resumed}
    return Inspection(
        disk=disk,
        source=source,
        rendering=rendering,
        lock=lock,
        pending=pending,
        origin=origin,
        files=tuple(_inspected(listed, known, rendering, states, origin)),
        replacements=_replacements(lock, rendering),
        lock_on_disk=lock_on_disk,
        pending_on_disk=pending_on_disk,
        absent_folders=_absent_folders(disk, rendering),
        resumed=resumed,
        leftovers=resuming.leftovers(disk, pending),
    )


def _refuse_bad_names(source: Source, rendering: Rendering) -> None:
    if not is_spec_name(source.spec_name):
        raise WorkspaceError(
            f"{source.spec_name!a} is no name for a spec: only letters, digits and _ . @ + = , - can be in it",
            hint=f"Rename it, best to {paths.SPEC_NAME}.",
        )
    for path in rendering.tree:
        wrong = "is the spec" if path == source.spec_name else paths.complaint(path)
        if wrong is not None:
            raise ValueError(f"rendered path {path!r} {wrong}")
    clash = paths.clash(list(rendering.tree))
    if clash is not None:
        raise ValueError(f"rendered path {clash!r} stands for two files")
    if not all(is_identity(text) for pair in rendering.identities.items() for text in pair):
        raise ValueError("an identity is too long or not printable")


def _refuse_other_spec(lock: Lock | None, source: Source, disk: Disk) -> None:
    if (
        lock is not None
        and lock.spec_name != source.spec_name
        and disk.read(lock.spec_name).kind is not Kind.ABSENT
    ):
        raise WorkspaceError(
            f"{disk.root} is rendered from {lock.spec_name}, not from {source.spec_name}",
            hint=f"Give {source.spec_name} a folder of its own, or delete {lock.spec_name} if it was replaced.",
        )


def _origin(lock: Lock | None, pending: Pending | None, source: Source) -> Origin:
    if lock is not None and lock.spec_blob != source.spec_blob:
        return Origin(Cause.SPEC, "the spec changed")
    if pending is not None:
        return Origin(Cause.INTERRUPTED, "a run was interrupted")
    if lock is None:
        return Origin(Cause.NEW, f"there is no {paths.LOCK_NAME}")
    if lock.version != source.version:
        return Origin(Cause.VERSION, f"queuewright {lock.version} rendered it, this is {source.version}")
    return Origin(Cause.NONE, f"{paths.LOCK_NAME} is not what this spec gives")


def _modes_differ(known: Mapping[str, Entry], rendering: Rendering, states: Mapping[str, OnDisk]) -> bool:
    """Whether a file has the content it should have, but not the mode."""
    for path, state in states.items():
        file = rendering.tree.get(path)
        for it in (known.get(path), entry(file) if file else None):
            if it is not None and state.kind is Kind.FILE and it.blob == state.blob and not it.holds(state):
                return True
    return False


def _keeps_modes(disk: Disk, lock: OnDisk, pending: OnDisk) -> bool:
    """Without a file of ours to try it on, the file system is taken to be a usual one."""
    ours = [
        name
        for name, found in ((paths.LOCK_NAME, lock), (paths.PENDING_NAME, pending))
        if found.kind is Kind.FILE
    ]
    return not ours or disk.keeps_modes(ours[0])


def _inspected(
    listed: list[str],
    known: Mapping[str, Entry],
    rendering: Rendering,
    states: Mapping[str, OnDisk],
    origin: Origin,
) -> Iterator[Inspected]:
    for path in listed:
        was, file, state = known.get(path), rendering.tree.get(path), states[path]
        if was is not None or file is not None:
            yield Inspected(path, was, file, state, classify(path, was, file, state, origin))


def _replacements(lock: Lock | None, rendering: Rendering) -> tuple[Replacement, ...]:
    """A new identity replaces nothing. One that goes away may leave messages behind."""
    if lock is None:
        return ()
    return tuple(
        Replacement(name, old, rendering.identities.get(name))
        for name, old in sorted(lock.identities.items())
        if rendering.identities.get(name) != old
    )


def _absent_folders(disk: Disk, rendering: Rendering) -> frozenset[str]:
    absent: set[str] = set()
    for folder in sorted({folder for path in rendering.tree for folder in paths.folders_of(path)}):
        if folder.rpartition("/")[0] in absent or not disk.is_folder(folder):
            absent.add(folder)
    return frozenset(absent)
