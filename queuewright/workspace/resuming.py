"""What a killed run left, by its pending file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from queuewright.render.tree import Owner, Rendering
from queuewright.workspace import paths
from queuewright.workspace.disk import Disk
from queuewright.workspace.lock import Entry, Lock, Pending
from queuewright.workspace.ondisk import Kind, OnDisk


def named(pending: Pending | None) -> Iterator[str]:
    """Every path that a killed run may have written."""
    if pending is not None:
        yield from pending.writes
        yield from pending.written


def written(
    lock: Lock | None, pending: Pending | None, rendering: Rendering, states: Mapping[str, OnDisk]
) -> dict[str, Entry]:
    """What is on disk as a killed run wrote it, and not as the lock says."""
    if pending is None:
        return {}
    resumed: dict[str, Entry] = {}
    for path, state in states.items():
        before = lock.files.get(path) if lock else None
        discarded = before is None and path not in rendering.tree
        if before is not None and before.holds(state):
            continue
        for candidate in (pending.writes.get(path), pending.written.get(path)):
            if candidate is not None and candidate.holds(state):
                # A seeded file of a run that never ended, and that is not wanted any more, is not the user's yet.
                resumed[path] = replace(candidate, owner=Owner.OWNED) if discarded else candidate
                break
    return resumed


def leftovers(disk: Disk, pending: Pending | None) -> tuple[str, ...]:
    """Temporary files that are still there."""
    names = {paths.LOCK_TEMP, paths.PENDING_TEMP, paths.START_TEMP, *(pending.temporary if pending else ())}
    return tuple(name for name in sorted(names) if disk.read(name).kind is Kind.FILE)
