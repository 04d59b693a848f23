"""Asks one question in the terminal. questionary and prompt_toolkit are imported when the first one is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from queuewright.catalog import AnswerKey
from queuewright.spec.quantities import QUANTITY_OF
from queuewright.wizard.interview import Question, shown


class Back:
    """The answer that takes the last one back."""


BACK: Final = Back()
BACK_LABEL: Final = "← back"
BACK_TEXT: Final = "<"


class Prompts:
    """`options` are passed to every questionary prompt: tests give `input` and `output`."""

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self._options = dict(options or {})

    def ask(self, question: Question, *, can_go_back: bool) -> Any:
        """The value in the canonical unit, or BACK. Raises KeyboardInterrupt where the user gives up."""
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
        import questionary

        known = {choice.value for choice in key.choices}
        options = [
            questionary.Choice(choice.label, choice.value, checked=choice.value in default) for choice in key.choices
        ]
        options += [questionary.Choice(str(value), value, checked=True) for value in default if value not in known]
        if can_go_back:
            options.append(questionary.Choice(BACK_LABEL, BACK))
        needed: Callable[[list[Any]], bool | str] = lambda picked: (  # noqa: E731
            True if picked or key.type == "words" else "pick at least one with the space bar"
        )
        picked = self._run(
            questionary.checkbox(
                message, options, validate=needed, instruction=f"{hint} (space picks, enter goes on)", **self._options
            )
        )
        return BACK if BACK in picked else tuple(picked)

    def number(
        self, message: str, key: AnswerKey, default: Any, *, hint: str = "", can_go_back: bool = False
    ) -> Any:
        import questionary

        def check(text: str) -> bool | str:
            if can_go_back and text.strip() == BACK_TEXT:
                return True
            try:
                parse(key, text)
            except ValueError as error:
                return str(error)
            return True

        back = f" {BACK_TEXT} goes back" if can_go_back else ""
        text = self._run(
            questionary.text(
                message,
                default=shown(key.key, default),
                instruction=f"{hint}{back} ",
                validate=check,
                **self._options,
            )
        )
        return BACK if can_go_back and text.strip() == BACK_TEXT else parse(key, text)

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


def _hint(question: Question) -> str:
    left = f"{question.left} left" if question.left else "the last one"
    reason = f"{question.because}; " if question.because.startswith("found") else ""
    return f"{question.key.help} ({reason}{left})"
