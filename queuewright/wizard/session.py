"""Runs an interview in the terminal, start to end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from queuewright import advisor, catalog
from queuewright.spec.model import Answers
from queuewright.wizard.detect import Findings, detect
from queuewright.wizard.interview import Interview
from queuewright.wizard.prompts import BACK, Prompts


def open_questions(answers: Answers, settled: frozenset[str]) -> Sequence[str]:
    return advisor.open_questions(answers, exclude=settled)


def ask_answers(
    known: Answers,
    *,
    root: Path | None = None,
    ask_all: bool = False,
    prompts: Prompts | None = None,
) -> Answers:
    """Asks what is still open and gives all answers, those known before too. KeyboardInterrupt where the user stops."""
    findings = detect(root) if root is not None else Findings()
    interview = Interview(known, findings, catalog.load(), open_questions, ask_all=ask_all)
    run(interview, prompts or Prompts())
    return interview.answers


def run(interview: Interview, prompts: Prompts) -> None:
    can_go_back = False
    while (question := interview.next()) is not None:
        value: Any = prompts.ask(question, can_go_back=can_go_back)
        if value is BACK:
            can_go_back = interview.back() and interview.given > 0
            continue
        interview.answer(question, value)
        can_go_back = True
