"""The interview: which question comes next, what is offered, and the way back. No terminal in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from queuewright.catalog import AnswerKey, Catalog
from queuewright.spec.model import Answers
from queuewright.spec.quantities import QUANTITY_OF
from queuewright.wizard.detect import Findings

FIRST = ("language", "workload")
"""Everything else takes its default from these."""
SIZED_BY = ("rate_peak_per_s", "task_typical_s", "task_max_s")
"""Always asked: they size the workers, whatever the stack is."""

OpenQuestions = Callable[[Answers, frozenset[str]], Sequence[str]]
"""Answers so far and keys that are not to be asked -> keys that can still change the advice, most decisive first."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is asked now."""

    key: AnswerKey
    default: Any
    because: str
    """Where the default comes from."""
    left: int
    """Questions after this one, if nothing changes."""


class Interview:
    """Answers are given one by one; each may be taken back."""

    def __init__(
        self,
        known: Answers,
        findings: Findings,
        catalog: Catalog,
        open_questions: OpenQuestions,
        *,
        ask_all: bool = False,
    ) -> None:
        self._known = known
        self._findings = findings
        self._catalog = catalog
        self._open = open_questions
        self._ask_all = ask_all
        self._given: list[tuple[str, Any]] = []

    @property
    def answers(self) -> Answers:
        return Answers.model_validate({**self._known.answered(), **dict(self._given)})

    @property
    def given(self) -> int:
        """Answers that can be taken back."""
        return len(self._given)

    def next(self) -> Question | None:
        """None when nothing that is left could change the advice."""
        waiting = self._waiting()
        if not waiting:
            return None
        key = self._catalog.answers[waiting[0]]
        default, because = self._default(key)
        return Question(key, default, because, len(waiting) - 1)

    def answer(self, question: Question, value: Any) -> None:
        self._given.append((question.key.key, value))

    def back(self) -> bool:
        """Takes the last answer back; False where there is none."""
        if not self._given:
            return False
        self._given.pop()
        return True

    def _waiting(self) -> list[str]:
        settled = frozenset(self.answers.answered())
        keys = [key for key in self._catalog.answers if key in Answers.model_fields]
        if self._ask_all:
            wanted: Sequence[str] = [*FIRST, *SIZED_BY, *keys]
        else:
            wanted = [*FIRST, *SIZED_BY]
            if all(key in settled for key in FIRST):
                wanted = [*wanted, *self._open(self._suggested(), settled | set(SIZED_BY))]
        return [key for key in dict.fromkeys(wanted) if key not in settled]

    def _suggested(self) -> Answers:
        """The answers with what the files and the kind of work suggest, so that only what is open is asked."""
        return Answers.model_validate({**self._typical(), **self._found(), **self.answers.answered()})

    def _default(self, key: AnswerKey) -> tuple[Any, str]:
        found = self._found()
        if key.key in found:
            return found[key.key], f"found in {self._findings.evidence[key.key]}"
        typical = self._typical()
        if key.key in typical:
            return self._consistent(key.key, typical[key.key]), "typical of this kind of work"
        return key.default, key.why_default

    def _consistent(self, key: str, value: Any) -> Any:
        """A default never contradicts what was answered."""
        answers = self.answers
        if key == "task_max_s":
            return max(value, answers.task_typical_s or 0)
        if key == "rate_avg_per_s":
            return min(value, answers.rate_peak_per_s if answers.rate_peak_per_s is not None else value)
        return value

    def _found(self) -> Mapping[str, Any]:
        return self._findings.answers

    def _typical(self) -> Mapping[str, Any]:
        kind = self.answers.workload
        if kind is None:
            return {}
        typical = self._catalog.workloads[kind]["typical"]
        return {key: self._consistent(key, value) for key, value in typical.items()}


def shown(key: str, value: Any) -> str:
    """A value as the user would write it in the spec."""
    if value is None:
        return ""
    if key in QUANTITY_OF:
        return QUANTITY_OF[key].format(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)
