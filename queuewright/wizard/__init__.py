"""The interview: the questions as data, asked with questionary."""

from queuewright.wizard.detect import Findings, detect
from queuewright.wizard.interview import Checklist, Interview, Numbers, Question, shown
from queuewright.wizard.prompts import BACK, Prompts
from queuewright.wizard.session import ask_answers, run

__all__ = [
    "BACK",
    "Checklist",
    "Findings",
    "Interview",
    "Numbers",
    "Prompts",
    "Question",
    "ask_answers",
    "detect",
    "run",
    "shown",
]
