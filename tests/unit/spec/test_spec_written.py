"""What is written loads to the same, the schema agrees with the loader, and no text breaks it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from queuewright import catalog
from queuewright.errors import Problem, SpecError
from queuewright.spec import (
    MODELINE,
    Answers,
    Spec,
    StackChoice,
    Workload,
    dump,
    json_schema,
    load_answers,
    loads,
)
from queuewright.spec.vocabulary import choices, constraints

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
names = st.from_regex(r"\A[a-z][a-z0-9]{0,5}-[a-z0-9]{1,8}\Z")


@st.composite
def answers(draw: st.DrawFn) -> Answers:
    drawn: dict[str, Any] = {}
    for key in Answers.model_fields:
        if choices(key) and draw(st.booleans()):
            drawn[key] = draw(st.sampled_from(choices(key)))
    drawn["existing"] = draw(st.none() | st.lists(words, max_size=3, unique=True).map(tuple))
    drawn["constraints"] = draw(
        st.none() | st.lists(st.sampled_from(constraints()), max_size=3, unique=True).map(tuple)
    )
    drawn["excluded"] = draw(st.sampled_from([None, (), ("kafka", "arq")]))
    drawn["cron"] = draw(st.none() | st.booleans())
    drawn["fanout"] = draw(st.none() | st.integers(1, 9))
    low, high = sorted(draw(st.lists(st.floats(0.001, 1e6), min_size=2, max_size=2)))
    drawn |= {"task_typical_s": low, "task_max_s": high, "rate_avg_per_s": low, "rate_peak_per_s": high}
    drawn["payload_kb"] = draw(st.none() | st.floats(0, 1e6))
    return Answers.model_validate(drawn)


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    named = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    return Spec(
        version=1,
        name=draw(names),
        answers=Answers(language=("python",), cloud=draw(st.sampled_from([None, *choices("cloud")]))),
        stack=draw(st.sampled_from([None, StackChoice(broker="redis", worker="celery", variant="late-ack")])),
        workloads=tuple(Workload(name=each, answers=draw(answers())) for each in named),
        settings=draw(
            st.sampled_from([{}, {"max_retries": 3, "cpu_limits": False, "broker_memory": 1024.0}])
        ),
        accept=draw(st.sampled_from([(), ("some-harm",)])),
    )


@given(specs())
@settings(max_examples=60)
def test_a_spec_survives_being_written(spec: Spec) -> None:
    text = dump(spec)
    loaded = loads(text)
    assert loaded.spec == spec
    assert dump(loaded.spec) == text
    assert text.splitlines()[0] == MODELINE
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    VALIDATOR.validate(yaml.safe_load(text))


def test_it_reads_like_written_by_hand() -> None:
    spec = loads(
        "version: 1\nname: mailroom\nanswers: {language: python, cloud: aws}\n"
        "stack: {broker: rabbitmq, worker: celery, variant: quorum}\nworkloads:\n"
        "- {name: newsletter, answers: {workload: email, rate_peak_per_s: 200, task_max_s: 1800, team: 1, existing: ['no', 'a: b']}, settings: {time_limit: 1800}}\n"
    ).spec
    written = [line for line in dump(spec).splitlines() if line and not line.startswith("#")]
    assert written == [
        "version: 1",
        "name: mailroom",
        "answers:",
        "  language: [python]",
        "  cloud: aws",
        "stack: {broker: rabbitmq, worker: celery, variant: quorum}",
        "workloads:",
        "  - name: newsletter",
        "    answers:",
        '      existing: ["no", "a: b"]',
        "      workload: email",
        "      rate_peak: 200/s",
        "      task_max: 30m",
        '      team: "1"',
        "    settings:",
        "      time_limit: 30m",
    ]


def test_the_schema_is_one_and_describes_every_answer_and_setting() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    properties = SCHEMA["$defs"]["answers"]["properties"]
    assert set(Answers.model_fields) <= set(properties)
    assert all(properties[key]["description"] for key in Answers.model_fields)
    assert set(SCHEMA["properties"]["settings"]["properties"]) == set(catalog.load().settings)


@pytest.mark.parametrize(
    "answer",
    [
        {"loss": "lossy"},
        {"rate_avg": "5"},
        {"rate_avg": 5},
        {"task_max": "5 weeks"},
        {"task_max": "5m", "task_max_s": 300},
        {"constraints": ["xyzzy"]},
        {"fanout": 0},
        {"unknown": 1},
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_loader_refuses(answer: dict[str, Any]) -> None:
    spec = {"version": 1, "name": "x", "answers": answer, "workloads": [{"name": "a"}]}
    assert not VALIDATOR.is_valid(spec)
    with pytest.raises(SpecError):
        loads(yaml.safe_dump(spec))


def problems_of(read: Callable[[str], object], text: str) -> tuple[Problem, ...]:
    """What is wrong; any exception but SpecError passes through and fails the test."""
    try:
        read(text)
    except SpecError as error:
        return error.problems
    return ()


fragments = st.sampled_from(
    [*"{}[]:,-#&*!|>'\"%@`~?\n\t \\0", "version: 1", "name: x", "workloads:", "- name: a", "answers:", "<<: ", "1e3", "\u2028", "\x00", "é", "\U0001f600", "*a", "&a"]
)  # fmt: skip
anything = (
    st.text(max_size=80)
    | st.lists(fragments, max_size=40).map("".join)
    | st.text(max_size=30).map("version: 1\nname: {}".format)
)


@given(anything)
@settings(max_examples=200)
def test_any_text_is_a_spec_or_a_spec_error(text: str) -> None:
    for read in (loads, lambda text: load_answers("a", text)):
        for problem in problems_of(read, text):
            assert problem.line is None or problem.line >= 1
            assert str(problem).isprintable()


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "answers", "loss", "task_max", "x"]), inner, max_size=4), max_leaves=12))  # fmt: skip
@settings(max_examples=100)
def test_any_structure_in_any_place_is_a_spec_or_a_spec_error(value: Any) -> None:
    for key in ("version", "name", "answers", "stack", "workloads", "settings", "accept"):
        text = yaml.safe_dump({"version": 1, "name": "x", "workloads": [{"name": "a"}], key: value})
        problems_of(loads, text)
