"""Findings as SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from queuewright import __version__
from queuewright.report.drift import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RULES = {
    "edited": "A rendered file was edited by hand.",
    "stale": "A rendered file is not what the spec gives now.",
    "conflict": "A rendered file was edited, and the spec gives something else now.",
    "missing": "A rendered file is not there.",
    "orphan": "A file that is no longer rendered is still there.",
    "foreign": "A file that queuewright did not write stands where one is rendered.",
    "adopted": "A file is as rendered but not in the lock.",
    "replace": "A change that a live broker refuses.",
    "project": "The project as a whole is not as rendered.",
    "advice": "Advice would differ from the stack that the spec pins.",
    "input": "The spec or the project cannot be read.",
}
"""Every id of a finding."""


def document(findings: Iterable[Finding], exit_code: int) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "queuewright",
                        "semanticVersion": __version__,
                        "rules": [
                            {"id": _rule(id_), "name": _pascal(id_), "shortDescription": {"text": text}}
                            for id_, text in RULES.items()
                        ],
                    }
                },
                "invocations": [{"executionSuccessful": exit_code in (0, 1), "exitCode": exit_code}],
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding) for finding in findings],
            }
        ],
    }


def _result(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(finding.file.replace("\\", "/"), safe="/")}}
    if finding.line is not None:
        column = {"startColumn": finding.column} if finding.column is not None else {}
        place["region"] = {"startLine": finding.line, **column}
    print_ = hashlib.sha256(f"{finding.id}\0{finding.file}\0{finding.message}".encode()).hexdigest()
    return {
        "ruleId": _rule(finding.id),
        "ruleIndex": list(RULES).index(finding.id),
        "level": finding.level,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"finding/v1": print_[:32]},
    }


def _rule(id_: str) -> str:
    return f"drift/{id_}"


def _pascal(id_: str) -> str:
    return "".join(word.title() for word in id_.split("-"))
