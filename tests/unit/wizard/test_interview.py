"""Which questions come, what is offered, and the way back. The advice itself is replaced by a short list."""

import json
import os
from pathlib import Path

import pytest
import yaml

from queuewright import advisor, catalog
from queuewright.spec import conflicts, dump, load_answers, loads
from queuewright.spec.model import Answers
from queuewright.wizard import Checklist, Findings, Interview, Numbers
from queuewright.wizard.session import open_prompts
from queuewright.wizard.start import new_spec, preset_answers, typical

SHARED = Path(os.environ.get("QW_SHARED", Path(__file__).parents[4] / "shared"))


def public_scenarios():
    path = SHARED / "scenarios" / "public.yaml"
    if not path.exists():
        pytest.skip("the public scenarios are not there: QW_SHARED names their folder")
    return yaml.safe_load(path.read_text())["scenarios"]


def read_answers(scenario):
    return load_answers("answers.json", json.dumps(scenario["answers"]))

ALWAYS = ["language", "workload", "rate_peak_per_s", "task_typical_s", "task_max_s"]


def interview(known=None, findings=None, open_keys=("loss", "cron"), ask_all=False):
    return Interview(
        known or Answers(),
        findings or Findings(),
        catalog.load(),
        lambda answers, settled, needs_known: [(key,) for key in open_keys if key not in settled],
        ask_all=ask_all,
    )


def take_defaults(running):
    asked = []
    while (prompt := running.next()) is not None:
        if isinstance(prompt, Numbers):
            asked += [key.key for key in prompt.keys]
            running.fill(prompt, prompt.defaults)
        else:
            asked.append(prompt.key.key)
            running.answer(prompt, prompt.default)
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
    running = interview(Answers(language=("python",), workload="ml", task_max_s=9))
    numbers = running.next()
    assert [key.key for key in numbers.keys] == ["rate_peak_per_s", "task_typical_s"]
    left = [numbers.left]
    running.fill(numbers, (1, 1))
    while (question := running.next()) is not None:
        left.append(question.left)
        running.answer(question, question.default)
    assert left == [2, 1, 0]


def test_the_first_question_knows_how_many_follow():
    running = interview()
    assert running.next().left == len(["workload", "numbers", "loss", "cron"])


def test_defaults_come_from_files_then_from_the_kind_of_work():
    findings = Findings({"language": ["node"], "existing": ["redis"]}, {"language": "in package.json", "existing": "redis in x"})
    running = interview(findings=findings, open_keys=("existing",))
    first = running.next()
    assert (first.default, first.because) == (["node"], "found in package.json")
    running.answer(first, ("node",))
    workload = running.next()
    running.answer(workload, "pipeline")
    numbers = running.next()
    assert numbers.defaults[0] == catalog.load().workloads["pipeline"]["typical"]["rate_peak_per_s"]


@pytest.mark.parametrize("typical", [0.5, 500.0])
def test_a_default_never_contradicts_an_answer(typical):
    running = interview(Answers(language=("python",), workload="api", rate_peak_per_s=1, task_typical_s=typical))
    question = running.next()
    assert question.key.key == "task_max_s"
    assert question.default >= typical


@pytest.mark.parametrize(
    ("language", "offered", "default"),
    [("python", {"async_io", "sync_io"}, "sync_io"), ("node", {"async_io"}, "async_io"), ("ruby", {"sync_io"}, "sync_io")],
)
def test_a_style_that_a_language_does_not_know_is_not_offered(language, offered, default):
    known = Answers(language=(language,), workload="api", rate_peak_per_s=1, task_typical_s=1, task_max_s=1)
    question = interview(known, open_keys=("bound",)).next()
    assert {value for value in question.key.values if value.endswith("_io")} == offered
    assert question.default == default


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


def test_a_checklist_settles_what_is_not_ticked_and_asks_what_is():
    needs = ("ordering", "priorities", "cron")

    def open_prompts(answers, settled, needs_known):
        return [(key,) for key in needs] if needs_known else [needs]

    running = Interview(
        Answers(language=("python",), workload="api", rate_peak_per_s=1, task_typical_s=1, task_max_s=9),
        Findings(), catalog.load(), open_prompts,
    )  # fmt: skip
    checklist = running.next()
    assert isinstance(checklist, Checklist)
    assert [key.key for key in checklist.keys] == list(needs)
    running.tick(checklist, ("priorities", "cron"))
    assert running.answers.ordering == "none"
    assert running.answers.cron is True, "a tick that leaves one value answers it"
    assert running.next().key.key == "priorities"
    assert running.next().default == "few_levels", "no: that would take the tick back"
    running.answer(running.next(), "strict")
    assert running.next() is None
    assert running.back()
    assert running.next().default == "strict"
    assert running.back()
    assert isinstance(running.next(), Checklist)
    assert running.ticked(running.next()) == ("priorities", "cron")


@pytest.mark.parametrize("kind", catalog.load().workloads)
def test_defaults_of_every_kind_of_work_make_a_valid_spec(kind):
    """With the advisor's own questions, and nothing ticked."""
    running = Interview(Answers(workload=kind), Findings(), catalog.load(), open_prompts)
    while (prompt := running.next()) is not None:
        if isinstance(prompt, Numbers):
            running.fill(prompt, prompt.defaults)
        elif isinstance(prompt, Checklist):
            running.tick(prompt, ())
        else:
            running.answer(prompt, prompt.default)
    decision = advisor.decide(running.answers)
    assert loads(dump(new_spec("shop", running.answers, decision.stack, catalog.load(), {}))).spec.name == "shop"


def test_what_was_answered_before_is_offered_again():
    before = Answers(language=("ruby",), workload="api", rate_peak_per_s=7, task_typical_s=2, task_max_s=9, loss="strict")
    running = Interview(
        Answers(), Findings(), catalog.load(), lambda answers, settled, needs_known: [("loss",)] * ("loss" not in settled), before=before
    )
    take_defaults(running)
    assert running.answers == before


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Answers(rate_peak_per_s=0.5), ("rate_peak_per_s", 0.5)),
        (Answers(rate_avg_per_s=900), ("rate_avg_per_s", 900)),
        (Answers(task_max_s=0.1), ("task_max_s", 0.1)),
        (Answers(task_typical_s=5000), ("task_typical_s", 5000)),
    ],
)
def test_what_is_typical_gives_way_to_what_was_said(given, expected):
    known = catalog.load()
    for answers in (typical(given, known), *(preset_answers(preset, given) for preset in known.presets.values())):
        assert getattr(answers, expected[0]) == expected[1]
        assert conflicts(answers) == []


def test_public_scenarios_need_at_most_half_of_the_questions():
    """Answered as the scenario says, the interview ends with the winner of the full answers."""
    scenarios = public_scenarios()
    keys = [key for key in catalog.load().answers if key in Answers.model_fields]
    steps = []
    for scenario in scenarios:
        wanted = read_answers(scenario)
        running = Interview(Answers(), Findings(), catalog.load(), open_prompts)
        count = 0
        while (prompt := running.next()) is not None:
            count += 1
            if isinstance(prompt, Numbers):
                running.fill(prompt, [getattr(wanted, key.key) for key in prompt.keys])
            elif isinstance(prompt, Checklist):
                running.tick(prompt, [key.key for key in prompt.keys if getattr(wanted, key.key) != key.default])
            else:
                running.answer(prompt, getattr(wanted, prompt.key.key))
        steps.append(count)
        assert advisor.decide(running.answers).stack == advisor.decide(wanted).stack, scenario["id"]
    assert sum(steps) / len(steps) <= len(keys) / 2, steps
