"""The interview: which question comes next, what is offered, and the way back. No terminal in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from queuewright.catalog import AnswerKey, Catalog
from queuewright.spec.model import Answers
from queuewright.spec.quantities import QUANTITY_OF
from queuewright.wizard.detect import Findings

FIRST = ("language", "workload")
"""Everything else takes its default from these."""
SIZED_BY = ("rate_peak_per_s", "task_typical_s", "task_max_s")
"""Always asked, on one line: they size the workers, whatever the stack is."""


class OpenPrompts(Protocol):
    """What can still change the advice, most decisive first; several keys in one tuple are a checklist of rare needs."""

    def __call__(
        self, answers: Answers, settled: frozenset[str], *, needs_known: bool
    ) -> Sequence[tuple[str, ...]]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """One question as it is asked now."""

    key: AnswerKey
    default: Any
    because: str
    """Where the default comes from."""
    left: int
    """Questions after this one, if nothing changes."""


@dataclass(frozen=True, slots=True)
class Checklist:
    """Needs that most people do not have, on one list: what is ticked is asked next, the rest takes its default."""

    keys: tuple[AnswerKey, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Several numbers on one line, each with its unit."""

    keys: tuple[AnswerKey, ...]
    defaults: tuple[float, ...]
    left: int


@dataclass(frozen=True, slots=True)
class Given:
    """One thing that can be taken back."""

    answers: Mapping[str, Any]
    ticked: tuple[str, ...] = ()
    checklist: bool = False


class Interview:
    """Answers are given one by one; each may be taken back."""

    def __init__(
        self,
        known: Answers,
        findings: Findings,
        catalog: Catalog,
        open_prompts: OpenPrompts,
        *,
        ask_all: bool = False,
    ) -> None:
        self._known = known
        self._findings = findings
        self._catalog = catalog
        self._open = open_prompts
        self._ask_all = ask_all
        self._given: list[Given] = []

    @property
    def answers(self) -> Answers:
        given = {key: value for each in self._given for key, value in each.answers.items()}
        return Answers.model_validate({**self._known.answered(), **given})

    @property
    def given(self) -> int:
        """Steps that can be taken back."""
        return len(self._given)

    def next(self) -> Question | Checklist | Numbers | None:
        """None when nothing that is left could change the advice."""
        waiting = self._waiting()
        if not waiting:
            return None
        first, left = waiting[0], len(waiting) - 1
        if len(first) > 1:
            keys = tuple(self._catalog.answers[key] for key in first)
            if set(first) <= set(SIZED_BY):
                return Numbers(keys, tuple(self._default(key)[0] for key in keys), left)
            return Checklist(keys, left)
        key = self._catalog.answers[first[0]]
        default, because = self._default(key)
        return Question(key, default, because, left)

    def answer(self, question: Question, value: Any) -> None:
        self._given.append(Given({question.key.key: value}))

    def fill(self, numbers: Numbers, values: Sequence[float]) -> None:
        self._given.append(Given({key.key: value for key, value in zip(numbers.keys, values, strict=True)}))

    def tick(self, checklist: Checklist, ticked: Sequence[str]) -> None:
        """`ticked` are the keys of the needs that exist."""
        unticked = {key.key: key.default for key in checklist.keys if key.key not in ticked}
        self._given.append(Given(unticked, tuple(ticked), checklist=True))

    def back(self) -> bool:
        """Takes the last step back; False where there is none."""
        if not self._given:
            return False
        self._given.pop()
        return True

    def _waiting(self) -> list[tuple[str, ...]]:
        settled = frozenset(self.answers.answered())
        wanted: list[tuple[str, ...]] = [*((key,) for key in FIRST), SIZED_BY]
        if self._ask_all:
            wanted += [(key,) for key in self._catalog.answers if key in Answers.model_fields]
        elif all(key in settled for key in FIRST):
            wanted += [(key,) for given in self._given for key in given.ticked]
            needs_known = any(given.checklist for given in self._given)
            wanted += self._open(self.answers, settled | set(SIZED_BY), needs_known=needs_known)
        unsettled = (tuple(key for key in prompt if key not in settled) for prompt in wanted)
        return list(dict.fromkeys(prompt for prompt in unsettled if prompt))

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
