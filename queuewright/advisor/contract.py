"""The decision as the one JSON object that programs read; version 1 of the contract."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from queuewright.advisor.decision import Candidate, Decision, Reason, StackId, Warning_

VERSION = 1


def decision_to_json(decision: Decision) -> dict[str, Any]:
    """Plain dicts, lists and numbers, in a fixed order."""
    return {
        "version": VERSION,
        "verdict": decision.verdict,
        "stack": stack(decision.stack),
        "rendered": decision.winner.rendered if decision.winner else False,
        "score": decision.winner.score if decision.winner else None,
        "reasons": [_reason(reason) for reason in decision.winner.reasons] if decision.winner else [],
        "assumed": {key: _plain(value) for key, value in decision.assumed.items()},
        "warnings": [_warning(warning) for warning in decision.warnings],
        "contradictions": [_reason(reason) for reason in decision.contradictions],
        "refusal": None
        if decision.refusal is None
        else {
            "reasons": [_short(reason) for reason in decision.refusal.reasons],
            "outside": decision.refusal.outside,
        },
        "alternatives": [_candidate(candidate) for candidate in decision.alternatives],
        "rejected": [asdict(rejection) for rejection in decision.rejected],
        "flips": [
            {
                "answer": flip.answer,
                "from": _plain(flip.from_),
                "to": _plain(flip.to),
                "stack": stack(flip.stack),
                **({} if flip.workload is None else {"workload": flip.workload}),
            }
            for flip in decision.flips
        ],
        "splits": [
            {"workloads": list(split.workloads), "stack": stack(split.stack)} for split in decision.splits
        ],
    }


def stack(id_: StackId | None) -> dict[str, str] | None:
    return None if id_ is None else {"broker": id_.broker, "worker": id_.worker, "variant": id_.variant}


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        **(stack(candidate.stack) or {}),
        "score": candidate.score,
        "rendered": candidate.rendered,
        "reasons": [_reason(reason) for reason in candidate.reasons],
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {**_short(reason), "points": reason.points}


def _warning(warning: Warning_) -> dict[str, str]:
    return {key: value for key, value in asdict(warning).items() if key != "against"}


def _short(reason: Reason) -> dict[str, Any]:
    return {"id": reason.id, "message": reason.message, "source": reason.source}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
