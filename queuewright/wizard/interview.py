"""The interview: which question comes next, what is offered, and the way back. No terminal in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from queuewright.catalog import AnswerKey, Catalog
from queuewright.spec import conflicts
from queuewright.spec.model import Answers
from queuewright.spec.quantities import QUANTITY_OF
from queuewright.wizard.detect import Findings
from queuewright.wizard.start import beside

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
    """Answers are given one by one; each may be taken back, and is then the default of its question.

    `before`: answers of an earlier round, which are defaults as well.
    """

    def __init__(
        self,
        known: Answers,
        findings: Findings,
        catalog: Catalog,
        open_prompts: OpenPrompts,
        *,
        ask_all: bool = False,
        before: Answers | None = None,
    ) -> None:
        self._known = known
        self._findings = findings
        self._catalog = catalog
        self._open = open_prompts
        self._ask_all = ask_all
        self._given: list[Given] = []
        self._before: dict[str, Any] = dict(before.answered()) if before else {}
        self._ticked = {key for key, value in self._before.items() if value != self._usual(key, self._before)}

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
        key = self._offered(self._catalog.answers[first[0]])
        default, because = self._default(key)
        if key.type == "choice" and default not in key.values:
            default, because = key.values[0], ""
        return Question(key, default, because, left)

    def _offered(self, key: AnswerKey) -> AnswerKey:
        """With the choices that mean something in one of the languages."""
        languages = set(self.answers.language or ())
        choices = tuple(
            each for each in key.choices if not (each.languages and languages) or languages & set(each.languages)
        )
        return replace(key, choices=choices)

    def answer(self, question: Question, value: Any) -> None:
        self._given.append(Given({question.key.key: value}))

    def fill(self, numbers: Numbers, values: Sequence[float]) -> None:
        self._given.append(Given({key.key: value for key, value in zip(numbers.keys, values, strict=True)}))

    def tick(self, checklist: Checklist, ticked: Sequence[str]) -> None:
        """`ticked` are the keys of the needs that exist. One that leaves only one value to choose is answered by its tick."""
        self._ticked = set(ticked)
        settled = {key.key: self._suggested(key)[0] for key in checklist.keys if key.key not in ticked}
        asked = []
        for key in (key for key in checklist.keys if key.key in ticked):
            values = _others(key)
            if len(values) == 1:
                settled[key.key] = values[0]
            else:
                asked.append(key.key)
        self._given.append(Given(settled, tuple(asked), checklist=True))

    def ticked(self, checklist: Checklist) -> tuple[str, ...]:
        """What was ticked when this step was taken the last time."""
        return tuple(key.key for key in checklist.keys if key.key in self._ticked)

    def problem(self, values: Mapping[str, Any]) -> str | None:
        """What of these values cannot hold together, or not with what is known."""
        found = conflicts(Answers.model_validate({**self.answers.answered(), **values}))
        return found[0].message if found else None

    def back(self) -> bool:
        """Takes the last step back; False where there is none."""
        if not self._given:
            return False
        self._before |= self._given.pop().answers
        return True

    def _waiting(self) -> list[tuple[str, ...]]:
        """Before the first answers are in, the rest is what their defaults would leave open."""
        settled = frozenset(self.answers.answered())
        wanted: list[tuple[str, ...]] = [*((key,) for key in FIRST), SIZED_BY]
        if self._ask_all:
            wanted += [(key,) for key in self._catalog.answers if key in Answers.model_fields]
        else:
            wanted += [(key,) for given in self._given for key in given.ticked]
            needs_known = any(given.checklist for given in self._given)
            wanted += self._open(self.answers, settled | {*FIRST, *SIZED_BY}, needs_known=needs_known)
        unsettled = (tuple(key for key in prompt if key not in settled) for prompt in wanted)
        return list(dict.fromkeys(prompt for prompt in unsettled if prompt))

    def _default(self, key: AnswerKey) -> tuple[Any, str]:
        if any(key.key in given.ticked for given in self._given):
            return self._before.get(key.key) if key.key in self._before else _needed(key), ""
        if key.key in self._before:
            return self._fitting({key.key: self._before[key.key]})[key.key], ""
        return self._suggested(key)

    def _suggested(self, key: AnswerKey) -> tuple[Any, str]:
        """What nobody answered: what files say, or else what is typical, or else the documented default."""
        if key.key in self._findings.answers:
            return self._findings.answers[key.key], f"found {self._findings.evidence[key.key]}"
        usual = self._usual(key.key, self.answers.answered())
        return self._fitting({key.key: usual})[
            key.key
        ], key.why_default if usual == key.default else "typical of this kind of work"

    def _usual(self, key: str, answered: Mapping[str, Any]) -> Any:
        kind = answered.get("workload")
        typical = self._catalog.workloads[kind]["typical"] if kind else {}
        return typical.get(key, self._catalog.answers[key].default)

    def _fitting(self, suggested: Mapping[str, Any]) -> Mapping[str, Any]:
        return beside(self.answers.answered(), suggested)


def _others(key: AnswerKey) -> list[Any]:
    """The values of a choice that are not its default."""
    values = [False, True] if key.type == "bool" else [choice.value for choice in key.choices]
    return [value for value in values if value != key.default]


def _needed(key: AnswerKey) -> Any:
    """Where the cursor stands for a need that exists: on the first value that is one; a number has to be typed."""
    return next(iter(_others(key)), None)


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
