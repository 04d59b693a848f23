"""Runs an interview in the terminal, start to end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from queuewright import advisor, catalog
from queuewright.spec.model import Answers
from queuewright.wizard.detect import detect
from queuewright.wizard.interview import Checklist, Interview, Numbers
from queuewright.wizard.prompts import BACK, Prompts


def open_prompts(
    answers: Answers, settled: frozenset[str], *, needs_known: bool
) -> Sequence[tuple[str, ...]]:
    return advisor.open_prompts(answers, exclude=settled, needs_known=needs_known)


def ask_answers(
    known: Answers,
    *,
    roots: Sequence[Path] = (),
    ask_all: bool = False,
    before: Answers | None = None,
    prompts: Prompts | None = None,
) -> Answers:
    """Asks what is still open and gives all answers, those known before too. KeyboardInterrupt where the user stops.

    `roots` are folders whose files suggest answers. `before` has the answers of an earlier round, which are offered again.
    """
    interview = Interview(known, detect(*roots), catalog.load(), open_prompts, ask_all=ask_all, before=before)
    run(interview, prompts or Prompts())
    return interview.answers


def run(interview: Interview, prompts: Prompts) -> None:
    while (prompt := interview.next()) is not None:
        ticked = interview.ticked(prompt) if isinstance(prompt, Checklist) else ()
        answer: Any = prompts.show(
            prompt, can_go_back=interview.given > 0, problem=interview.problem, ticked=ticked
        )
        if answer is BACK:
            interview.back()
        elif isinstance(prompt, Checklist):
            interview.tick(prompt, answer)
        elif isinstance(prompt, Numbers):
            interview.fill(prompt, answer)
        else:
            interview.answer(prompt, answer)
