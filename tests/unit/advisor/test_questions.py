"""Which questions are still worth asking."""

from __future__ import annotations

from advice_samples import plain

from queuewright.advisor import decide, open_prompts, open_questions
from queuewright.spec.model import Answers


def test_the_language_decides_most() -> None:
    assert open_questions(Answers())[0] == "language"


def test_what_is_answered_or_excluded_is_not_asked() -> None:
    keys = open_questions(plain(cloud="aws"), exclude=["hosting", "existing"])
    assert not {"language", "cloud", "hosting", "existing"} & set(keys)


def test_nothing_is_asked_once_a_rule_refuses_whatever_else_is_said() -> None:
    answers = plain(workflow="durable")
    assert decide(answers).verdict == "refuse"
    assert open_questions(answers) == []


def test_the_order_is_stable() -> None:
    assert open_questions(plain()) == open_questions(plain())


def test_needs_are_put_on_one_checklist_once() -> None:
    prompts = open_prompts(plain())
    (needs,) = [prompt for prompt in prompts if len(prompt) > 1]
    assert {"ordering", "fanout", "replay"} <= set(needs)
    assert sorted(key for prompt in prompts for key in prompt) == sorted(open_questions(plain()))
    assert all(len(prompt) == 1 for prompt in open_prompts(plain(), needs_known=True))
