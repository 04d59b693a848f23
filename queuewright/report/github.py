"""Findings as annotations of a GitHub Actions run."""

from __future__ import annotations

from collections.abc import Iterable

from queuewright.report.drift import Finding


def render(findings: Iterable[Finding]) -> str:
    """One workflow command a finding. GitHub shows ten errors and ten notices a step."""
    return "".join(f"{_command(finding)}\n" for finding in findings)


def _command(finding: Finding) -> str:
    fields = {
        "file": finding.file,
        "line": finding.line,
        "col": finding.column,
        "title": f"queuewright {finding.id}",
    }
    given = ",".join(f"{key}={_property(str(value))}" for key, value in fields.items() if value is not None)
    kind = "error" if finding.level == "error" else "notice"
    return f"::{kind} {given}::{_data(finding.message)}"


def _data(text: str) -> str:
    """Escaped as actions/toolkit does: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts"""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
