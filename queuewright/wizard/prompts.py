"""Asks one question in the terminal. questionary and prompt_toolkit are imported when the first one is asked."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from queuewright import catalog
from queuewright.catalog import AnswerKey
from queuewright.spec.quantities import QUANTITY_OF
from queuewright.wizard.interview import Checklist, Numbers, Question, shown


class Back:
    """The answer that takes the last one back."""


SHORT: Final = {
    "rate_peak_per_s": "tasks at the peak",
    "task_typical_s": "a typical task",
    "task_max_s": "the longest task",
}

LONG_LIST: Final = 20
"""More lines than that do not fit a small terminal."""
BACK: Final = Back()
BACK_LABEL: Final = "← back"
BACK_TEXT: Final = "<"


Problem = Callable[[Mapping[str, Any]], str | None]
"""What of some answers cannot hold, with those that are known."""


class Prompts:
    """`options` are passed to every questionary prompt: tests give `input` and `output`."""

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        self._options = dict(options or {})

    def show(
        self,
        prompt: Question | Checklist | Numbers,
        *,
        can_go_back: bool,
        problem: Problem = lambda values: None,
        ticked: Sequence[str] = (),
    ) -> Any:
        """What was answered, or BACK. Raises KeyboardInterrupt where the user gives up."""
        if isinstance(prompt, Checklist):
            return self.needs(prompt, can_go_back=can_go_back, ticked=ticked)
        if isinstance(prompt, Numbers):
            return self.numbers(prompt, can_go_back=can_go_back, problem=problem)
        return self.ask(prompt, can_go_back=can_go_back, problem=problem)

    def ask(self, question: Question, *, can_go_back: bool, problem: Problem = lambda values: None) -> Any:
        """The value in the canonical unit, or BACK."""
        key = question.key
        message = key.question
        hint = _hint(question)
        match key.type:
            case "choice":
                choices = [(choice.label, choice.value) for choice in key.choices]
                return self.select(message, choices, question.default, hint=hint, can_go_back=can_go_back)
            case "bool":
                choices = [("No", False), ("Yes", True)]
                return self.select(message, choices, question.default, hint=hint, can_go_back=can_go_back)
            case "choices" | "words":
                return self.checkbox(message, key, question.default or (), hint=hint, can_go_back=can_go_back)
            case _:
                return self._text(
                    message,
                    shown(key.key, question.default),
                    hint,
                    lambda text: parse(key, text),
                    lambda value: problem({key.key: value}),
                    can_go_back=can_go_back,
                )

    def needs(self, checklist: Checklist, *, can_go_back: bool, ticked: Sequence[str] = ()) -> Any:
        """The keys that were ticked, or BACK."""
        choices = [(key.need, key.key) for key in checklist.keys]
        hint = f"Nothing is fine, too. {_left(checklist.left)}"
        return self._tick("Which of these do you need?", choices, ticked, hint, can_go_back=can_go_back)

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
        picked = next(
            (option for option in options if option.value == default and option.value is not BACK), None
        )
        return self._run(
            questionary.select(
                message, options, default=picked, instruction=_below(hint) or None, **self._options
            )
        )

    def line(self, message: str, hint: str, default: str, problem: Callable[[str], str | None]) -> str:
        """A text, checked."""
        answer: str = self._text(message, default, hint, str.strip, problem)
        return answer

    def checkbox(
        self,
        message: str,
        key: AnswerKey,
        default: Sequence[Any],
        *,
        hint: str = "",
        can_go_back: bool = False,
    ) -> Any:
        choices = words(key)
        known = {value for _, value in choices}
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

        long = len(options) > LONG_LIST
        keys = f"Space picks, Enter goes on{', letters filter the list' if long else ''}."
        picked = self._run(
            questionary.checkbox(
                message,
                options,
                validate=check,
                instruction=_below(f"{hint} {keys}"),
                use_search_filter=long,
                use_jk_keys=not long,
                **self._options,
            )
        )
        return BACK if BACK in picked else tuple(picked)

    def numbers(self, prompt: Numbers, *, can_go_back: bool, problem: Problem = lambda values: None) -> Any:
        """The values in their canonical units, or BACK."""
        default = ", ".join(
            shown(key.key, value) for key, value in zip(prompt.keys, prompt.defaults, strict=True)
        )
        names = _names(prompt)
        return self._text(
            "How much, and how long?",
            default,
            f"{names[0].upper()}{names[1:]}. {_left(prompt.left)}",
            lambda text: parse_all(prompt, text),
            lambda values: problem({key.key: value for key, value in zip(prompt.keys, values, strict=True)}),
            can_go_back=can_go_back,
        )

    def _text(
        self,
        message: str,
        default: str,
        hint: str,
        read: Callable[[str], Any],
        problem: Callable[[Any], str | None],
        *,
        can_go_back: bool = False,
    ) -> Any:
        import questionary

        def check(text: str) -> bool | str:
            if can_go_back and text.strip() == BACK_TEXT:
                return True
            try:
                return problem(read(text)) or True
            except ValueError as error:
                return str(error)

        back = f" {BACK_TEXT} goes back." if can_go_back else ""
        text = self._run(
            questionary.text(
                message,
                default=default,
                instruction=f"{_below(hint + back)}\n ",
                validate=check,
                **self._options,
            )
        )
        return BACK if can_go_back and text.strip() == BACK_TEXT else read(text)

    @staticmethod
    def _run(prompt: Any) -> Any:
        return prompt.unsafe_ask()


def words(key: AnswerKey) -> list[tuple[str, Any]]:
    """What can be ticked: label and value. The words of two answers are kept elsewhere in the catalog."""
    known = catalog.load()
    if key.key == "constraints":
        return [(choice.label, choice.value) for choice in known.constraints.values()]
    if key.key == "excluded":
        return [(part.name, part.id) for part in (*known.brokers.values(), *known.workers.values())]
    return [(choice.label, choice.value) for choice in key.choices]


def _below(hint: str) -> str:
    """On lines of its own, wrapped between words; a no-break space holds words together."""
    width = max(20, shutil.get_terminal_size().columns - 3)
    lines = (line.replace("\N{NO-BREAK SPACE}", " ") for line in textwrap.wrap(hint, width))
    return "".join(f"\n  {line}" for line in lines)


def parse(key: AnswerKey, text: str) -> Any:
    """A number as it was typed, in the canonical unit. ValueError says how to write it."""
    quantity = QUANTITY_OF.get(key.key)
    if not text.strip():
        raise ValueError(f"nothing is typed yet; {quantity.hint}" if quantity else "type a number")
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
        example = ", ".join(
            shown(key.key, value) for key, value in zip(prompt.keys, prompt.defaults, strict=True)
        )
        raise ValueError(f"give {len(prompt.keys)} values ({_names(prompt)}), for instance {example}")
    return tuple(parse(key, part) for key, part in zip(prompt.keys, parts, strict=True))


def _names(prompt: Numbers) -> str:
    return ", ".join(SHORT[key.key] for key in prompt.keys)


def _hint(question: Question) -> str:
    found = (
        question.because[0].upper() + question.because[1:] + "."
        if question.because.startswith("found")
        else ""
    )
    return " ".join(part for part in (question.key.help, found, _left(question.left)) if part)


def _left(questions: int) -> str:
    text = f"(about {questions} left)" if questions else "(the last one)"
    return text.replace(" ", "\N{NO-BREAK SPACE}")
