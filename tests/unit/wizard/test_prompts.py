"""The prompts, typed at by a keyboard of prompt_toolkit's own."""

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from queuewright import catalog
from queuewright.spec.model import Answers
from queuewright.wizard import BACK, Checklist, Findings, Interview, Numbers, Prompts, Question, run
from queuewright.wizard.prompts import _below, _fitted, parse, parse_all, words

DOWN, ENTER, CLEAR = "\x1b[B", "\r", "\x15"
KEYS = catalog.load().answers


def typed(keys, act):
    with create_pipe_input() as pipe:
        pipe.send_text(keys)
        return act(Prompts({"input": pipe, "output": DummyOutput()}))


def ask(key, keys, default=None, can_go_back=True):
    question = Question(KEYS[key], KEYS[key].default if default is None else default, "", 3)
    return typed(keys, lambda prompts: prompts.ask(question, can_go_back=can_go_back))


def test_enter_takes_the_default():
    assert ask("loss", ENTER, "strict") == "strict"
    assert ask("cron", ENTER, True) is True
    assert ask("task_max_s", ENTER, 90) == 90
    assert ask("language", ENTER, ["ruby"]) == ("ruby",)


def test_arrows_pick():
    values = [choice.value for choice in KEYS["loss"].choices]
    assert ask("loss", DOWN + ENTER, values[0]) == values[1]


def test_quantities_are_typed_with_their_unit():
    assert ask("task_max_s", CLEAR + "15m" + ENTER) == 900
    assert ask("rate_peak_per_s", CLEAR + "90/m" + ENTER) == 1.5


@pytest.mark.parametrize("text", ["soon", "15", "-3s", "3 apples", " "])
def test_a_wrong_quantity_says_how_to_write_it(text):
    with pytest.raises(ValueError, match=r"write it like 300ms|no duration"):
        parse(KEYS["task_max_s"], text)


def test_back():
    assert ask("task_max_s", CLEAR + "<" + ENTER) is BACK
    assert ask("loss", DOWN * len(KEYS["loss"].choices) + ENTER, KEYS["loss"].choices[0].value) is BACK


def test_ctrl_c_interrupts():
    with pytest.raises(KeyboardInterrupt):
        ask("loss", "\x03")


def test_an_interview_with_a_step_back():
    """Language, back to it, then on: the second answer counts."""
    interview = Interview(Answers(), Findings(), catalog.load(), lambda answers, settled, needs_known: [])
    back = DOWN * len(KEYS["workload"].choices) + ENTER
    keys = ENTER + back + " " + DOWN + " " + ENTER + ENTER * 2
    typed(keys, lambda prompts: run(interview, prompts))
    assert interview.answers.language == ("ruby",)
    assert interview.answers.workload == "api"


def test_needs_are_ticked():
    checklist = Checklist((KEYS["ordering"], KEYS["cron"]), 2)
    assert typed(DOWN + " " + ENTER, lambda prompts: prompts.needs(checklist, can_go_back=True)) == ("cron",)
    assert typed(ENTER, lambda prompts: prompts.needs(checklist, can_go_back=True)) == ()
    assert typed(DOWN * 2 + " ", lambda prompts: prompts.needs(checklist, can_go_back=True)) is BACK
    assert typed(DOWN * 2 + ENTER, lambda prompts: prompts.needs(checklist, can_go_back=True)) is BACK
    assert typed(" " + DOWN * 2 + ENTER, lambda prompts: prompts.needs(checklist, can_go_back=True)) is BACK


@pytest.mark.parametrize("keys", ["a", "i", "ai"])
def test_a_key_hit_by_chance_ticks_nothing(keys):
    checklist = Checklist((KEYS["ordering"], KEYS["cron"]), 2)
    assert typed(keys + ENTER, lambda prompts: prompts.needs(checklist, can_go_back=True)) == ()
    assert ask("constraints", "\t\x01" + ENTER) == ()


def test_the_cursor_stands_on_what_is_ticked():
    assert ask("language", DOWN + " " + ENTER, ["ruby"]) == ("ruby", "node")


NUMBERS = Numbers((KEYS["rate_peak_per_s"], KEYS["task_typical_s"], KEYS["task_max_s"]), (50, 0.25, 30), 4)


def test_numbers_on_one_line():
    show = lambda prompts: prompts.show(NUMBERS, can_go_back=True)  # noqa: E731
    assert typed(ENTER, show) == (50, 0.25, 30)
    assert typed(CLEAR + "90/m 2s 5m" + ENTER, show) == (1.5, 2, 300)
    assert typed(CLEAR + "<" + ENTER, show) is BACK


@pytest.mark.parametrize(
    ("text", "message"), [("50/s, 1s", r"3 values .* for instance 50/s, 250ms, 30s"), ("50, 1s, 2s", "has no unit")]
)
def test_wrong_numbers_say_what_is_wrong(text, message):
    with pytest.raises(ValueError, match=message):
        parse_all(NUMBERS, text)


def test_every_answer_can_be_given():
    """Enter, on whatever the cursor or the default is, and at least two things to choose from."""
    for key in KEYS.values():
        if key.type in ("choice", "choices", "words"):
            assert len(words(key)) > 1, key.key
            assert len({label for label, _ in words(key)}) == len(words(key)), key.key
        ask(key.key, ENTER)


def test_a_long_list_is_filtered_by_typing():
    assert ask("constraints", "billed" + " " + ENTER) == ("redis_billed_per_command",)


def test_numbers_that_contradict_what_is_known_are_asked_again():
    known = Answers(language=("python",), workload="api", rate_avg_per_s=5, task_max_s=10)
    interview = Interview(known, Findings(), catalog.load(), lambda answers, settled, needs_known: [])
    typed(CLEAR + "2/s 1s" + ENTER + CLEAR + "8/s 11s" + ENTER + CLEAR + "8/s 1s" + ENTER, lambda prompts: run(interview, prompts))
    assert interview.answers.rate_peak_per_s == 8
    assert interview.problem({"rate_peak_per_s": 2}) == "`rate_avg` (5/s) is above `rate_peak` (2/s)"


def test_hints_are_wrapped_between_words(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    lines = _below("Brokers, stores and worker libraries that run today. (about 3 left)").split("\n")
    assert lines[0] == ""
    assert all(line.startswith("  ") and len(line) < 40 for line in lines[1:])
    assert " ".join(line.strip() for line in lines[1:]) == "Brokers, stores and worker libraries that run today. (about 3 left)"


@pytest.mark.parametrize("columns", ["40", "60"])
def test_labels_are_wrapped_between_words(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    for key in KEYS.values():
        for label, _ in words(key):
            lines = _fitted(label, 5).split("\n")
            assert all(len(line) + 5 * (not place) < int(columns) for place, line in enumerate(lines))
            assert " ".join(line.strip() for line in lines) == label


class Recorded(DummyOutput):
    def __init__(self):
        self.text = ""

    def write(self, data):
        self.text += data


def test_the_answer_stays_on_the_screen_in_words(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    output = Recorded()
    question = Question(KEYS["language"], ("python",), "", 3)
    with create_pipe_input() as pipe:
        pipe.send_text(DOWN + " " + DOWN + " " + ENTER)
        Prompts({"input": pipe, "output": output}).ask(question, can_go_back=False)
    last = output.text.replace("\r", "").rstrip("\n").split("\n")[-2:]
    assert last[-1] == "  Python, Ruby, Node.js (JavaScript, TypeScript)"
    assert last[0].endswith("Which languages are producers and workers written in?")
