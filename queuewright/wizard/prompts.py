"""Asks one question in the terminal. questionary and prompt_toolkit are imported when the first one is asked."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
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

    def __init__(self, options: Mapping[str, Any] | None = None, *, color: bool = True) -> None:
        self._given = dict(options or {})
        self._color = color

    @cached_property
    def _options(self) -> Mapping[str, Any]:
        """Questions go to the terminal, also where standard output is a file that waits for the result."""
        from prompt_toolkit.output import ColorDepth, create_output

        plain = {} if self._color else {"color_depth": ColorDepth.DEPTH_1_BIT}
        return {"output": create_output(always_prefer_tty=True), **plain, **self._given}

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
        hint = f"None is fine, too. {_left(checklist.left)}"
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

        offered = [*choices, *([(BACK_LABEL, BACK)] if can_go_back else [])]
        options = [questionary.Choice(_fitted(label, 3), value) for label, value in offered]
        picked = next(
            (option for option in options if option.value == default and option.value is not BACK), None
        )
        prompt = questionary.select(
            message, options, default=picked, instruction=_below(hint) or None, **self._options
        )
        return self._run(
            prompt, message, lambda answer: next(label for label, value in offered if value == answer)
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

        offered = [*choices, *([(BACK_LABEL, BACK)] if can_go_back else [])]
        options = [
            questionary.Choice(_fitted(label, 5), value, checked=value in ticked) for label, value in offered
        ]

        def check(picked: list[Any]) -> bool | str:
            return bool(picked) or not needed or "pick at least one with the space bar"

        long = len(options) > LONG_LIST
        count = f"{len(choices)} to choose from: letters filter the list, " if long else ""
        keys = f"{count}{'space' if long else 'Space'} picks, Enter goes on."
        prompt = questionary.checkbox(
            message,
            options,
            validate=check,
            instruction=_below(f"{hint} {keys}"),
            initial_choice=next((option for option in options if option.checked), None),
            use_search_filter=long,
            use_jk_keys=not long,
            **self._options,
        )
        _bind(prompt, long)
        labels = {value: label for label, value in offered}
        picked = self._run(
            prompt,
            message,
            lambda answer: BACK_LABEL if answer is BACK else ", ".join(labels[each] for each in answer) or "none",
        )
        return BACK if picked is BACK else tuple(picked)

    def numbers(self, prompt: Numbers, *, can_go_back: bool, problem: Problem = lambda values: None) -> Any:
        """The values in their canonical units, or BACK."""
        default = ", ".join(
            shown(key.key, value) for key, value in zip(prompt.keys, prompt.defaults, strict=True)
        )
        names = _names(prompt)
        return self._text(
            "How many tasks, and how long do they run?",
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

        back = f"{BACK_TEXT} goes back.".replace(" ", "\N{NO-BREAK SPACE}") if can_go_back else ""
        prompt = questionary.text(
            message,
            default=default,
            instruction=f"{_below(f'{hint} {back}')}\n ",
            validate=check,
            **self._options,
        )
        text = self._run(
            prompt, message, lambda text: BACK_LABEL if text.strip() == BACK_TEXT else text.strip()
        )
        return BACK if can_go_back and text.strip() == BACK_TEXT else read(text)

    def _run(self, prompt: Any, message: str, said: Callable[[Any], str]) -> Any:
        """The answer. Of the prompt, the question and what was said stay on the screen, wrapped between words."""
        prompt.application.erase_when_done = True
        try:
            answer = prompt.unsafe_ask()
        except (KeyboardInterrupt, EOFError):
            self._leave(message, "")
            raise
        self._leave(message, said(answer))
        return answer

    def _leave(self, message: str, answer: str) -> None:
        from prompt_toolkit import print_formatted_text
        from prompt_toolkit.formatted_text import FormattedText
        from questionary.constants import DEFAULT_STYLE

        where = {key: value for key, value in self._options.items() if key in ("output", "color_depth")}
        fits = len(f"? {message} {answer}") < shutil.get_terminal_size().columns
        shown = f" {answer}" if fits else _below(answer)
        parts = [("class:qmark", "?"), ("class:question", f" {message}"), ("class:answer", shown.rstrip())]
        print_formatted_text(FormattedText(parts), style=DEFAULT_STYLE, **where)


def _bind(prompt: Any, filtered: bool) -> None:
    """On the way back, Enter goes back. The keys that tick all are off: hit by chance they undo every tick."""
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from questionary.prompts.common import InquirerControl

    controls = prompt.application.layout.find_all_controls()
    control = next(each for each in controls if isinstance(each, InquirerControl))
    keys = KeyBindings()

    @Condition
    def on_back() -> bool:
        return control.get_pointed_at().value is BACK

    @keys.add("enter", filter=on_back, eager=True)
    @keys.add(" ", filter=on_back, eager=True)
    def leave(event: Any) -> None:
        event.app.exit(result=BACK)

    @keys.add("c-a" if filtered else "a", eager=True)
    @keys.add("c-i" if filtered else "i", eager=True)
    def nothing(event: Any) -> None:
        pass

    prompt.application.key_bindings = merge_key_bindings([prompt.application.key_bindings, keys])


def words(key: AnswerKey) -> list[tuple[str, Any]]:
    """What can be ticked: label and value. The words of two answers are kept elsewhere in the catalog."""
    known = catalog.load()
    if key.key == "constraints":
        return [(choice.label, choice.value) for choice in known.constraints.values()]
    if key.key == "excluded":
        return [(part.name, part.id) for part in (*known.brokers.values(), *known.workers.values())]
    return [(choice.label, choice.value) for choice in key.choices]


def _fitted(label: str, indent: int) -> str:
    """A line of a list, wrapped where the terminal is narrower."""
    width = max(20, shutil.get_terminal_size().columns - indent - 1)
    return f"\n{' ' * (indent + 2)}".join(textwrap.wrap(label, width - 2)) if len(label) > width else label


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
