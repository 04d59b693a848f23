"""Findings that we live with, each with its reason, in exceptions.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import yaml
from golden.judges.toolbox import Finding


@dataclass(frozen=True, slots=True)
class Excuse:
    tool: str
    rule: str
    where: str
    """A shell pattern."""
    reason: str

    def covers(self, finding: Finding) -> bool:
        return (self.tool, self.rule) == (finding.tool, finding.rule) and fnmatchcase(
            finding.where, self.where
        )


@cache
def excuses() -> tuple[Excuse, ...]:
    entries = yaml.safe_load((Path(__file__).parent / "exceptions.yaml").read_text(encoding="utf-8"))
    return tuple(Excuse(**entry) for entry in entries)


def unexcused(findings: Iterable[Finding]) -> list[str]:
    return [str(each) for each in sorted(findings) if not any(excuse.covers(each) for excuse in excuses())]


def idle(findings: Iterable[Finding]) -> list[Excuse]:
    """Excuses that excuse nothing any more."""
    found = list(findings)
    return [excuse for excuse in excuses() if not any(excuse.covers(each) for each in found)]
