"""What `qw render` would do, from the state of a project. Pure."""

from __future__ import annotations

from dataclasses import replace

from queuewright.errors import Problem
from queuewright.render.tree import Owner
from queuewright.workspace.changes import Action, Change, Plan, folders_above, made_folders
from queuewright.workspace.inspection import Inspected, Inspection, Replacement
from queuewright.workspace.lock import Entry, Intent, Lock, entry
from queuewright.workspace.ondisk import Kind, OnDisk
from queuewright.workspace.status import Status


def plan(inspection: Inspection, *, force: bool = False, allow_replace: bool = False) -> Plan:
    """What a render would do. `force` overwrites edited, conflicting and foreign files; `allow_replace` lets identities change.

    Whatever the flags: no edited file is deleted, no seeded file is overwritten.
    """
    changes = tuple(_change(it, force) for it in inspection.files)
    files = {change.path: change.after for change in changes if change.after is not None}
    made = made_folders(inspection) | (
        folders_above(change.path for change in changes if change.action is Action.CREATE)
        & inspection.absent_folders
    )
    source = inspection.source
    lock = Lock(
        project=source.project,
        version=source.version,
        spec_name=source.spec_name,
        spec_blob=source.spec_blob,
        identities=dict(sorted(inspection.rendering.identities.items())),
        files=files,
        folders=tuple(sorted(made & folders_above(files))),
    )
    refused = [
        it for it, change in zip(inspection.files, changes, strict=True) if change.action is Action.REFUSE
    ]
    replaced = () if allow_replace else inspection.replacements
    return Plan(
        inspection=inspection,
        intent=Intent.RENDER,
        changes=changes,
        replacements=inspection.replacements,
        lock=lock,
        obstacles=tuple(_obstacle(it) for it in refused if _is_obstacle(it.disk)),
        blockers=(
            *(_blocker(it) for it in refused if not _is_obstacle(it.disk)),
            *(_replacement_blocker(it, source.spec_name) for it in replaced),
        ),
    )


def _change(it: Inspected, force: bool) -> Change:
    action, forced = _action(it, force)
    writes = action in {Action.CREATE, Action.UPDATE, Action.REFUSE}
    return Change(
        path=it.path,
        action=action,
        owner=it.status.owner,
        status=it.status.status,
        reason=it.status.reason,
        before=it.disk,
        after=_after(it, action),
        content=it.rendered.content.encode() if writes and it.rendered else None,
        executable=bool(it.rendered and it.rendered.mode & 0o100),
        forced=forced,
    )


def _action(it: Inspected, force: bool) -> tuple[Action, bool]:
    """The action, and whether only `force` makes it so."""
    match it.status.status:
        case Status.STALE:
            return Action.UPDATE, False
        case Status.MISSING:
            return (Action.REFUSE if _is_obstacle(it.disk) else Action.CREATE), False
        case Status.ORPHAN:
            unedited = it.known is not None and it.known.holds(it.disk)
            return (Action.DELETE if unedited else Action.FORGET), False
        case Status.ADOPTED:
            return Action.ADOPT, False
        case Status.CLEAN:
            return _clean(it), False
        case _:
            forced = force and not _is_obstacle(it.disk)
            return (Action.UPDATE if forced else Action.REFUSE), forced


def _clean(it: Inspected) -> Action:
    if it.rendered is None:
        return Action.FORGET
    return Action.KEEP if _after(it, Action.KEEP) == it.known else Action.ADOPT


def _after(it: Inspected, action: Action) -> Entry | None:
    """What the lock will say. Of a seeded file it never has the user's content, which would pass for ours one day."""
    if it.rendered is None:
        return None
    fresh = entry(it.rendered)
    if fresh.owner is Owner.OWNED or action in {Action.CREATE, Action.REFUSE} or it.known is None:
        return fresh
    return replace(it.known, owner=Owner.SEEDED)


def _is_obstacle(disk: OnDisk) -> bool:
    """Whether nothing can be put in that place by a rename."""
    return disk.kind in {Kind.FOLDER, Kind.OBSTRUCTED}


def _obstacle(it: Inspected) -> Problem:
    what = it.disk.detail or f"it is {it.disk.kind.value}"
    return Problem(f"cannot be written: {what}", it.path, hint="Move that away, then run the command again.")


def _blocker(it: Inspected) -> Problem:
    if it.status.status is Status.FOREIGN:
        hint = 'Move it away, or overwrite it with "qw render --force".'
    else:
        hint = 'Move the change to where README.md says and restore the file, or overwrite it with "qw render --force".'
    return Problem(it.status.reason, it.path, it.status.line, hint=hint)


def _replacement_blocker(it: Replacement, spec_name: str) -> Problem:
    step = (
        "would go away, and what is still queued would be stranded"
        if it.new is None
        else f'would become "{it.new}"'
    )
    return Problem(
        f'{it.identity} is "{it.old}" and {step}: a live broker does not take that change along',
        spec_name,
        hint='Drain first, as RUNBOOK.md says, then run "qw render --allow-replace". Or undo the change in the spec.',
    )
