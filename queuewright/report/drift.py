"""What `qw check` found, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from queuewright.errors import Problem
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
from queuewright.workspace.checking import CheckResult
from queuewright.workspace.inspection import Replacement
from queuewright.workspace.status import FileStatus, Level, Status

MANY = 12
"""Files that are missing for one and the same reason and are still named one by one."""


@dataclass(frozen=True, slots=True)
class Checked:
    """One spec: what the check found, or why it could not be made."""

    spec: str
    """As it was given."""
    folder: str
    """The project's root as a prefix of its files: empty, or ending in `/`."""
    result: CheckResult | None
    problems: tuple[Problem, ...] = ()
    advice: tuple[str, ...] = ()
    """Where advice would differ from the stack that the spec pins."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report, wherever it comes from."""

    id: str
    level: str
    """error | note"""
    message: str
    file: str
    line: int | None = None
    column: int | None = None


def has_drift(checks: Sequence[Checked]) -> bool:
    return any(each.result is not None and each.result.drift for each in checks)


def findings(each: Checked) -> Iterator[Finding]:
    for problem in each.problems:
        hint = f" ({problem.hint})" if problem.hint else ""
        yield Finding(
            "input",
            "error",
            f"{problem.message}{hint}",
            problem.file or each.spec,
            problem.line,
            problem.column,
        )
    result = each.result
    if result is not None:
        for file in result.findings:
            level = "error" if result.is_drift(file.level) else "note"
            yield Finding(
                str(file.status),
                level,
                f"{file.status}: {file.reason}",
                f"{each.folder}{file.path}",
                file.line,
            )
        for replaced in result.replacements:
            yield Finding(
                "replace", "error", f"a live broker refuses this change: {replacement(replaced)}", each.spec
            )
        for note in result.notes:
            if note.level is not Level.FINE:
                yield Finding(
                    "project", "error" if result.is_drift(note.level) else "note", note.text, each.spec
                )
    for text in each.advice:
        yield Finding("advice", "note", text, each.spec)


def replacement(replaced: Replacement) -> str:
    return f'{replaced.identity}: "{replaced.old}" -> ' + (
        "gone" if replaced.new is None else f'"{replaced.new}"'
    )


def as_json(checks: Sequence[Checked]) -> dict[str, Any]:
    return {"version": 1, "drift": has_drift(checks), "projects": [_project(each) for each in checks]}


def _project(each: Checked) -> dict[str, Any]:
    result = each.result
    return {
        "spec": each.spec,
        "drift": result.drift if result else None,
        "strict": result.strict if result else None,
        "files": [_file(each, file, result) for file in result.files] if result else [],
        "replacements": [
            {"identity": item.identity, "from": item.old, "to": item.new} for item in (result.replacements if result else ())
        ],
        "notes": [
            {"text": note.text, "drift": result.is_drift(note.level)} for note in result.notes
        ] if result else [],
        "advice": list(each.advice),
        "problems": [
            {"message": p.message, "file": p.file, "line": p.line, "column": p.column, "hint": p.hint} for p in each.problems
        ],
    }  # fmt: skip


def _file(each: Checked, file: FileStatus, result: CheckResult) -> dict[str, Any]:
    return {
        "path": f"{each.folder}{file.path}",
        "owner": str(file.owner),
        "status": str(file.status),
        "drift": result.is_drift(file.level),
        "reason": file.reason,
        "line": file.line,
    }


def document(checks: Sequence[Checked]) -> Document:
    return [block for each in checks for block in _section(each, titled=len(checks) > 1)]


def _section(each: Checked, *, titled: bool) -> Iterator[Block]:
    result = each.result
    if result is None:
        return
    if titled:
        yield Heading(each.spec)
    if result.findings:
        yield Table(("Status", "File", "Why"), tuple(_rows(each, result)))
    if result.replacements:
        yield Paragraph("A live broker refuses these changes, or strands messages by them:")
        yield Bullets(tuple(Item(replacement(item)) for item in result.replacements))
    for note in result.notes:
        yield Paragraph(Span(note.text, "bad" if result.is_drift(note.level) else "dim"))
    for text in each.advice:
        yield Paragraph((Span("Advice would differ: ", "caution"), text))
    yield Paragraph(_summary(result))


def _rows(each: Checked, result: CheckResult) -> Iterator[tuple[Line, ...]]:
    """One a file; where many are missing for one reason, as in a project that was never rendered, one for all of them."""
    reasons = Counter(file.reason for file in result.findings if file.status is Status.MISSING)
    told: set[str] = set()
    for file in result.findings:
        together = file.status is Status.MISSING and reasons[file.reason] > MANY
        if not together:
            line = f":{file.line}" if file.line else ""
            yield _status(file, result), f"{each.folder}{file.path}{line}", file.reason
        elif file.reason not in told:
            told.add(file.reason)
            more = f"{each.folder}{file.path} and {reasons[file.reason] - 1} more"
            yield _status(file, result), more, file.reason


def _status(file: FileStatus, result: CheckResult) -> Span:
    style: Style = "bad" if result.is_drift(file.level) else "caution"
    return Span(str(file.status), style)


def _summary(result: CheckResult) -> Span:
    if not result.drift:
        return Span(f"No drift: {len(result.files)} files are as {result.spec_name} gives them.", "good")
    drifted = sum(result.is_drift(file.level) for file in result.files)
    many = f"{drifted} file{'' if drifted == 1 else 's'} of {len(result.files)}"
    return Span(f"Drift in {many}. `qw render --dry-run` shows what would be done.", "bad")
