"""Which questions come, what is offered, and the way back. The advice itself is replaced by a short list."""

import pytest

from queuewright import catalog
from queuewright.spec.model import Answers
from queuewright.wizard import Findings, Interview

ALWAYS = ["language", "workload", "rate_peak_per_s", "task_typical_s", "task_max_s"]


def interview(known=None, findings=None, open_keys=("loss", "cron"), ask_all=False):
    return Interview(
        known or Answers(),
        findings or Findings(),
        catalog.load(),
        lambda answers, settled: [key for key in open_keys if key not in settled],
        ask_all=ask_all,
    )


def take_defaults(running):
    asked = []
    while (question := running.next()) is not None:
        asked.append(question.key.key)
        running.answer(question, question.default)
    return asked


def test_asks_what_sizes_the_workers_and_what_is_open():
    assert take_defaults(interview()) == [*ALWAYS, "loss", "cron"]


def test_asks_nothing_that_is_known():
    known = Answers(language=("ruby",), workload="email", task_max_s=9, loss="strict")
    assert take_defaults(interview(known)) == ["rate_peak_per_s", "task_typical_s", "cron"]


def test_all_questions_asks_each_once():
    asked = take_defaults(interview(ask_all=True))
    assert len(asked) == len(set(asked))
    assert set(asked) == {key for key in catalog.load().answers if key in Answers.model_fields}


def test_says_how_many_are_left():
    running = interview(Answers(language=("python",), workload="ml"))
    left = []
    while (question := running.next()) is not None:
        left.append(question.left)
        running.answer(question, question.default)
    assert left == [4, 3, 2, 1, 0]


def test_defaults_come_from_files_then_from_the_kind_of_work():
    findings = Findings({"language": ["node"], "existing": ["redis"]}, {"language": "package.json", "existing": "x"})
    running = interview(findings=findings, open_keys=("existing",))
    first = running.next()
    assert (first.default, first.because) == (["node"], "found in package.json")
    running.answer(first, ("node",))
    workload = running.next()
    running.answer(workload, "pipeline")
    peak = running.next()
    assert peak.default == catalog.load().workloads["pipeline"]["typical"]["rate_peak_per_s"]


@pytest.mark.parametrize("typical", [0.5, 500.0])
def test_a_default_never_contradicts_an_answer(typical):
    running = interview(Answers(language=("python",), workload="api", rate_peak_per_s=1, task_typical_s=typical))
    question = running.next()
    assert question.key.key == "task_max_s"
    assert question.default >= typical


def test_back_takes_the_last_answer_back():
    running = interview()
    assert not running.back()
    running.answer(running.next(), ("ruby",))
    running.answer(running.next(), "email")
    assert running.back()
    assert running.next().key.key == "workload"
    assert running.answers.answered() == {"language": ("ruby",)}
    assert running.back()
    assert running.given == 0
