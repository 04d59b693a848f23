"""The advisor's result: plain data that every report and document is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

ENVIRONMENT = frozenset(
    {"language-not-spoken", "other-cloud", "broker-ruled-out", "worker-ruled-out", "pair-ruled-out"}
)
"""Rules that say where the work runs; a reason only where no other is left."""


@dataclass(frozen=True, slots=True)
class StackId:
    broker: str
    worker: str
    variant: str

    def __str__(self) -> str:
        return f"{self.broker}+{self.worker}"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the id of the rule or catalog entry, a sentence with its numbers filled in, a source to open."""

    id: str
    message: str
    source: str
    points: float = 0.0
    """What it added to or took from the score; 0 for what is not a preference."""


@dataclass(frozen=True, slots=True)
class Candidate:
    stack: StackId
    score: float
    reasons: tuple[Reason, ...]
    rendered: bool = False
    """Whether queuewright can render it, or only advise it."""


@dataclass(frozen=True, slots=True)
class Rejection:
    what: str
    """A broker (`kafka`), a worker (`arq`), or a stack (`redis+rq`)."""
    id: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - `Warning` is a builtin
    """What must be true for the stack to be safe. `id` is one of the warning topics."""

    id: str
    severity: Literal["must", "should"]
    message: str
    source: str
    against: str = ""
    """The part that was wished for, is there, or is near at hand, and of which it speaks in place of the stack."""


@dataclass(frozen=True, slots=True)
class Flip:
    """The nearest other value of an answer that changes the winner; `stack` is None for a refusal."""

    answer: str
    from_: Any
    to: Any
    stack: StackId | None
    workload: str | None = None
    """Whose answer it is, where there are several and they do not share it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    reasons: tuple[Reason, ...]
    outside: str
    """The class of tool that would do it, and why."""


@dataclass(frozen=True, slots=True)
class Split:
    """Where no stack survives every workload: which workloads go together, on which stack."""

    workloads: tuple[str, ...]
    stack: StackId


@dataclass(frozen=True, slots=True)
class Decision:
    verdict: Literal["recommend", "warn", "refuse"]
    winner: Candidate | None
    assumed: Mapping[str, Any]
    """Answers that were missing, with the documented default that was taken."""
    warnings: tuple[Warning_, ...]
    refusal: Refusal | None
    alternatives: tuple[Candidate, ...]
    """Best first, without the winner."""
    rejected: tuple[Rejection, ...]
    flips: tuple[Flip, ...]
    contradictions: tuple[Reason, ...] = ()
    """Wishes, existing parts or answers that a limit overruled."""
    splits: tuple[Split, ...] = ()

    @property
    def flips_together(self) -> tuple[tuple[Flip, tuple[str, ...]], ...]:
        """Each flip once, with the workloads of which one such answer is enough; () where it is the project's."""
        found: dict[tuple[str, str, str, StackId | None], tuple[Flip, list[str]]] = {}
        for flip in self.flips:
            key = (flip.answer, repr(flip.from_), repr(flip.to), flip.stack)
            names = found.setdefault(key, (flip, []))[1]
            if flip.workload is not None:
                names.append(flip.workload)
        return tuple((flip, tuple(names)) for flip, names in found.values())

    @property
    def stack(self) -> StackId | None:
        return self.winner.stack if self.winner else None
