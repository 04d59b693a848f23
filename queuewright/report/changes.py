"""What a render or an eject would do, or did: a plan like Terraform's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from queuewright.render.tree import Owner
from queuewright.report.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Item,
    Line,
    Paragraph,
    Span,
    Style,
    Table,
)
from queuewright.report.drift import replacement
from queuewright.workspace.changes import Action, Change, Plan
from queuewright.workspace.status import Status

SIGNS: dict[Action, tuple[str, Style]] = {
    Action.CREATE: ("+", "good"),
    Action.UPDATE: ("~", "caution"),
    Action.DELETE: ("-", "bad"),
    Action.ADOPT: ("=", "dim"),
    Action.KEEP: (" ", "dim"),
    Action.FORGET: ("=", "dim"),
    Action.REFUSE: ("!", "bad"),
}
WORDS = (
    (Action.CREATE, "created", "to create"),
    (Action.UPDATE, "updated", "to update"),
    (Action.DELETE, "deleted", "to delete"),
    (Action.ADOPT, "adopted", "to adopt"),
    (Action.FORGET, "left to you", "to leave to you"),
    (Action.REFUSE, "in the way", "in the way"),
    (Action.KEEP, "unchanged", "unchanged"),
)


def as_json(plan: Plan, *, applied: bool, diff: bool = False) -> dict[str, Any]:
    error = plan.error
    return {
        "version": 1,
        "intent": str(plan.intent),
        "applied": applied,
        "counts": plan.counts(),
        "changes": [
            {
                "path": change.path,
                "action": str(change.action),
                "owner": str(change.owner),
                "status": str(change.status),
                "reason": change.reason,
                "forced": change.forced,
            }
            for change in plan.changes
        ],
        "replacements": [
            {"identity": each.identity, "from": each.old, "to": each.new} for each in plan.replacements
        ],
        "problems": [
            {"message": each.message, "file": each.file, "line": each.line, "hint": each.hint}
            for each in (error.problems if error else ())
        ],
        **({"diff": plan.diff()} if diff else {}),
    }


def document(plan: Plan, *, applied: bool, brief: bool = False) -> Document:
    """`brief` leaves out files that are merely created: a first render says how many, not which."""
    return list(_blocks(plan, applied, brief))


def _blocks(plan: Plan, applied: bool, brief: bool) -> Iterator[Block]:
    shown = [each for each in plan.changes if each.action is not Action.KEEP]
    if brief:
        shown = [each for each in shown if each.action is not Action.CREATE]
    if shown:
        yield Table(("", "File", "Why"), tuple(_row(each) for each in shown))
    if plan.replacements:
        yield Heading("Replaced in the broker", 2)
        yield Bullets(tuple(Item(Span(replacement(each), "bad")) for each in plan.replacements))
    yield Paragraph(_summary(plan, applied))


def _row(change: Change) -> tuple[Line, ...]:
    sign, style = SIGNS[change.action]
    return (Span(f"{sign} {change.action}", style), change.path, _reason(change))


def _reason(change: Change) -> str:
    if change.action is Action.CREATE and change.status is Status.MISSING:
        return "yours from then on" if change.owner is Owner.SEEDED else ""
    return f"{change.reason}, overwritten by --force" if change.forced else change.reason


def _summary(plan: Plan, applied: bool) -> Line:
    counts = plan.counts()
    parts = [
        f"{counts[str(action)]} {done if applied else todo}"
        for action, done, todo in WORDS
        if counts.get(str(action))
    ]
    if counts.get("replace"):
        parts.append(f"{counts['replace']} {'replaced' if applied else 'to replace'} in the broker")
    if plan.is_empty:
        return Span(f"Nothing to do: {', '.join(parts)}.", "good")
    return (
        Span("Done: " if applied else "Plan: ", "strong"),
        f"{', '.join(parts) or 'only the lock changes'}.",
    )
