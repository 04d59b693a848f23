"""`qw eject`: the project goes on without queuewright. Headers, lock and spec are dropped; the files are the user's."""

from __future__ import annotations

import re

from queuewright.errors import Problem, WorkspaceError
from queuewright.render.tree import Owner
from queuewright.workspace.blob import blob_id
from queuewright.workspace.changes import Action, Change, Plan
from queuewright.workspace.inspection import Inspected, Inspection
from queuewright.workspace.lock import Entry, Intent, Lock
from queuewright.workspace.ondisk import Kind
from queuewright.workspace.paths import LOCK_NAME
from queuewright.workspace.status import Level, Status

DROP_FROM = "qw eject: drop from here"
DROP_TO = "qw eject: drop to here"
"""In a comment of a template, around what only works with queuewright."""

_SEARCHED = 12
"""Lines from the top in which a header is looked for: an interpreter line or a parser directive may come before it."""
_WORD = re.compile(r"\w+")
"""No comment syntax has one of its own."""
_OPENERS = {"<!--", "/*", "/**", "{{/*", "{#"}
_CLOSERS = {"-->", "*/", "*/}}", "#}"}


def plan_eject(inspection: Inspection, header: str, *, force: bool = False) -> Plan:
    """What ejecting does; `apply` carries it out. `header` is the text that owned files start with, without comment marks.

    BlockedError by drift, notes included, unless forced: an edited file then keeps its edits and only loses its header.
    """
    old, pending = inspection.lock, inspection.pending
    resumes = pending is not None and pending.intent is Intent.EJECT
    if old is None and not resumes:
        raise WorkspaceError(
            f"{inspection.root} has no {LOCK_NAME}: nothing was rendered here",
            hint=f"Without a lock only {inspection.source.spec_name} is left of queuewright: delete it if you do not need it.",
        )
    changes = tuple(_change(it, header) for it in inspection.files if it.known is not None)
    done = {path for path in inspection.resumed if resumes}
    return Plan(
        inspection=inspection,
        intent=Intent.EJECT,
        changes=changes,
        replacements=(),
        lock=_lock(inspection, changes),
        blockers=()
        if force
        else tuple(
            _blocker(it)
            for it in inspection.files
            if it.status.level is not Level.FINE and it.path not in done
        ),
    )


def drop_header(text: str, header: str) -> str:
    """A file without its header comment, in whatever comment syntax, and without the empty line that follows it."""
    lines = text.splitlines(keepends=True)
    words = _WORD.findall(header)
    for start in range(min(len(lines), _SEARCHED)):
        end = _match(lines, start, words)
        if end is not None:
            return "".join(lines[: _before(lines, start)] + lines[_after(lines, start, end) :])
    return text


def drop_marked(text: str) -> str:
    """A file without what only works with queuewright: from a line with the one mark to a line with the other."""
    kept: list[str] = []
    dropping = False
    for line in text.splitlines(keepends=True):
        dropping = dropping or DROP_FROM in line
        if not dropping:
            kept.append(line)
        dropping = dropping and DROP_TO not in line
    if dropping or len(kept) == len(text.splitlines()):
        return text
    while kept and not kept[-1].strip():
        kept.pop()
    return "".join(kept)


def _match(lines: list[str], start: int, words: list[str]) -> int | None:
    """The line after the header, if its words begin at a line."""
    found: list[str] = []
    for position in range(start, len(lines)):
        found += _WORD.findall(lines[position])
        if found == words:
            return position + 1
        if found != words[: len(found)] or not found:
            return None
    return None


def _before(lines: list[str], start: int) -> int:
    return start - 1 if start and lines[start - 1].strip() in _OPENERS else start


def _after(lines: list[str], start: int, end: int) -> int:
    first = _before(lines, start)
    mark = _WORD.split(lines[start], maxsplit=1)[0].strip()
    if (first < start or mark in _OPENERS) and end < len(lines) and lines[end].strip() in _CLOSERS:
        end += 1
    at_top = first == 0 or not lines[first - 1].strip()
    empty = {mark, ""} if at_top else {mark} - {""}
    return end + 1 if end < len(lines) and lines[end].strip() in empty else end


def _change(it: Inspected, header: str) -> Change:
    content = _ejected(it, header)
    return Change(
        path=it.path,
        action=Action.FORGET if content is None else Action.UPDATE,
        owner=it.status.owner,
        status=it.status.status,
        reason="yours from now on"
        if content is None
        else "what names queuewright is dropped, yours from now on",
        before=it.disk,
        after=_entry(it, content),
        content=content,
        executable=bool(it.disk.executable),
    )


def _entry(it: Inspected, content: bytes | None) -> Entry | None:
    """By what the next run knows a file that an interrupted eject has written: never one that the user edited."""
    unedited = (it.known is not None and it.known.holds(it.disk)) or it.status.status is Status.CLEAN
    if content is None or not unedited:
        return None
    return Entry(Owner.OWNED, bool(it.disk.executable), blob_id(content))


def _ejected(it: Inspected, header: str) -> bytes | None:
    """New content; None for what stays as it is, or is none of ours."""
    if it.status.owner is Owner.SEEDED or it.disk.kind is not Kind.FILE or it.disk.content is None:
        return None
    try:
        text = it.disk.content.decode()
    except UnicodeDecodeError:
        return None
    dropped = drop_marked(drop_header(text, header))
    return None if dropped == text else dropped.encode()


def _lock(inspection: Inspection, changes: tuple[Change, ...]) -> Lock:
    """Never written as a lock: the next run knows by it what an interrupted eject has done."""
    source = inspection.source
    return Lock(
        project=source.project,
        version=source.version,
        spec_name=source.spec_name,
        spec_blob=source.spec_blob,
        identities=dict(inspection.rendering.identities),
        files={change.path: change.after for change in changes if change.after is not None},
        folders=inspection.lock.folders if inspection.lock else (),
    )


def _blocker(it: Inspected) -> Problem:
    return Problem(
        it.status.reason,
        it.path,
        it.status.line,
        hint='Run "qw render" first, so that what you keep is whole. Or eject as it is with "qw eject --force".',
    )
