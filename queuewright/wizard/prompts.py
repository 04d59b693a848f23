"""Asks one question in the terminal. questionary and prompt_toolkit are imported when the first one is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from queuewright.catalog import AnswerKey
from queuewright.spec.quantities import QUANTITY_OF
from queuewright.wizard.interview import Checklist, Numbers, Question, shown


class Back:
    """The answer that takes the last one back."""


SHORT: Final = {"rate_peak_per_s": "tasks at the peak", "task_typical_s": "a typical task", "task_max_s": "the longest task"}

BACK: Final = Back()
BACK_LABEL: Final = "← back"
BACK_TEXT: Final = "<"


class Prompts:
    """`options` are passed to every questionary prompt: tests give `input` and `output`."""

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self._options = dict(options or {})

    def show(self, prompt: Question | Checklist | Numbers, *, can_go_back: bool) -> Any:
        """What was answered, or BACK. Raises KeyboardInterrupt where the user gives up."""
        if isinstance(prompt, Checklist):
            return self.needs(prompt, can_go_back=can_go_back)
        if isinstance(prompt, Numbers):
            return self.numbers(prompt, can_go_back=can_go_back)
        return self.ask(prompt, can_go_back=can_go_back)

    def ask(self, question: Question, *, can_go_back: bool) -> Any:
        """The value in the canonical unit, or BACK."""
        key = question.key
        message = key.question
        hint = _hint(question)
        match key.type:
            case "choice":
                choices = [(choice.label, choice.value) for choice in key.choices]
                return self.select(message, choices, question.default, hint=hint, can_go_back=can_go_back)
            case "bool":
                choices = [("no", False), ("yes", True)]
                return self.select(message, choices, question.default, hint=hint, can_go_back=can_go_back)
            case "choices" | "words":
                return self.checkbox(message, key, question.default or (), hint=hint, can_go_back=can_go_back)
            case _:
                return self.number(message, key, question.default, hint=hint, can_go_back=can_go_back)

    def needs(self, checklist: Checklist, *, can_go_back: bool) -> Any:
        """The keys that were ticked, or BACK."""
        choices = [(key.need, key.key) for key in checklist.keys]
        return self._tick("Which of these do you need?", choices, (), _left(checklist.left), can_go_back=can_go_back)

    def select(
        self,
        message: str,
        choices: Sequence[tuple[str, Any]],
        default: Any = None,
        *,
        hint: str = "",
        can_go_back: bool = False,
    ) -> Any:
        import questionary

        options = [questionary.Choice(label, value) for label, value in choices]
        if can_go_back:
            options.append(questionary.Choice(BACK_LABEL, BACK))
        picked = next((option for option in options if option.value == default and option.value is not BACK), None)
        return self._run(
            questionary.select(message, options, default=picked, instruction=hint or None, **self._options)
        )

    def checkbox(
        self, message: str, key: AnswerKey, default: Sequence[Any], *, hint: str = "", can_go_back: bool = False
    ) -> Any:
        known = {choice.value for choice in key.choices}
        choices = [(choice.label, choice.value) for choice in key.choices]
        choices += [(str(value), value) for value in default if value not in known]
        needed = key.type != "words"
        return self._tick(message, choices, default, hint, can_go_back=can_go_back, needed=needed)

    def _tick(
        self,
        message: str,
        choices: Sequence[tuple[str, Any]],
        ticked: Sequence[Any],
        hint: str,
        *,
        can_go_back: bool,
        needed: bool = False,
    ) -> Any:
        import questionary

        options = [questionary.Choice(label, value, checked=value in ticked) for label, value in choices]
        if can_go_back:
            options.append(questionary.Choice(BACK_LABEL, BACK))

        def check(picked: list[Any]) -> bool | str:
            return bool(picked) or not needed or "pick at least one with the space bar"

        instruction = f"{hint} (space picks, enter goes on)"
        picked = self._run(
            questionary.checkbox(message, options, validate=check, instruction=instruction, **self._options)
        )
        return BACK if BACK in picked else tuple(picked)

    def number(
        self, message: str, key: AnswerKey, default: Any, *, hint: str = "", can_go_back: bool = False
    ) -> Any:
        return self._text(
            message, shown(key.key, default), hint, lambda text: parse(key, text), can_go_back=can_go_back
        )

    def numbers(self, prompt: Numbers, *, can_go_back: bool) -> Any:
        """The values in their canonical units, or BACK."""
        names = ", ".join(SHORT[key.key] for key in prompt.keys)
        default = ", ".join(
            shown(key.key, value) for key, value in zip(prompt.keys, prompt.defaults, strict=True)
        )
        hint = f"{names} ({_left(prompt.left)})"
        return self._text(
            "How much, and how long?", default, hint, lambda text: parse_all(prompt, text), can_go_back=can_go_back
        )

    def _text(
        self, message: str, default: str, hint: str, read: Callable[[str], Any], *, can_go_back: bool
    ) -> Any:
        import questionary

        def check(text: str) -> bool | str:
            if can_go_back and text.strip() == BACK_TEXT:
                return True
            try:
                read(text)
            except ValueError as error:
                return str(error)
            return True

        back = f" {BACK_TEXT} goes back" if can_go_back else ""
        text = self._run(
            questionary.text(
                message, default=default, instruction=f"{hint}{back} ", validate=check, **self._options
            )
        )
        return BACK if can_go_back and text.strip() == BACK_TEXT else read(text)

    @staticmethod
    def _run(prompt: Any) -> Any:
        return prompt.unsafe_ask()


def parse(key: AnswerKey, text: str) -> Any:
    """A number as it was typed, in the canonical unit. ValueError says how to write it."""
    quantity = QUANTITY_OF.get(key.key)
    if quantity is not None:
        try:
            value: float = quantity.parse(text)
        except ValueError as error:
            raise ValueError(f"{error}; {quantity.hint}") from None
    else:
        try:
            value = int(text) if key.type == "integer" else float(text)
        except ValueError:
            raise ValueError(f"`{text}` is no number") from None
    if key.minimum is not None and value < key.minimum:
        raise ValueError(f"at least {shown(key.key, key.minimum)}")
    return value


def parse_all(prompt: Numbers, text: str) -> tuple[float, ...]:
    """Numbers as they were typed, separated by commas or blanks, in their canonical units."""
    parts = [part for part in re.split(r"[,;\s]+", text.strip()) if part]
    if len(parts) != len(prompt.keys):
        names = ", ".join(SHORT[key.key] for key in prompt.keys)
        raise ValueError(f"{len(prompt.keys)} values: {names}")
    values = tuple(parse(key, part) for key, part in zip(prompt.keys, parts, strict=True))
    given = {key.key: value for key, value in zip(prompt.keys, values, strict=True)}
    if given.get("task_typical_s", 0) > given.get("task_max_s", float("inf")):
        raise ValueError("the longest task is shorter than a typical one")
    return values


def _hint(question: Question) -> str:
    reason = f"{question.because}; " if question.because.startswith("found") else ""
    return f"{question.key.help} ({reason}{_left(question.left)})"


def _left(questions: int) -> str:
    return f"{questions} left" if questions else "the last one"
