"""Commands that only read the catalog."""

from __future__ import annotations

import json

import pytest
from test_cli_frame import run


@pytest.mark.parametrize(
    "args",
    [
        ["explain", "time_limit"],
        ["explain", "redis"],
        ["explain", "redis+celery"],
        ["explain", "task_max"],
        ["explain", "idempotency"],
        ["explain", "pitfalls"],
        ["explain", "memory", "grows"],
        ["list"],
        ["compare", "celery", "dramatiq"],
        ["compare", "redis", "rabbitmq"],
        ["compare", "redis+rq", "rabbitmq+celery"],
        ["compare", "sqs", "sqs@fifo"],
        ["facts"],
        ["facts", "--of", "rq"],
        ["facts", "--stale", "0"],
        ["facts", "--stale", "100000"],
    ],
    ids=" ".join,
)
def test_every_form_of_every_report(args: list[str]) -> None:
    for form in ("text", "json", "markdown"):
        code, out, err = run(*args, "--format", form)
        assert code == 0
        assert "\x1b" not in out + err
        assert all(line == line.rstrip() for line in out.splitlines())
        if form == "json":
            assert json.loads(out)["version"] == 1


@pytest.mark.parametrize("words", ["redelivered", "memory grows", "worker hangs"])
def test_pitfalls_are_found_by_symptom(words: str) -> None:
    found = json.loads(run("explain", *words.split(), "--format", "json")[1])["entries"]
    assert any(entry["id"].startswith("pitfall.") for entry in found[:3])


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["explain", "visiblity_timeout"], "did you mean `visibility_timeout`?"),
        (["explain", "zzz-qqq"], "`qw explain KIND` lists ids"),
        (["compare", "celery", "redis"], "compare two of the same kind"),
        (["compare", "celry", "rq"], "did you mean `celery`?"),
        (["compare", "celery", "rqq"], "did you mean `rq`?"),
        (["compare", "redis+celry", "redis+rq"], "did you mean `redis-celery`?"),
        (["compare", "sqs@express", "sqs"], "variants: standard, fifo"),
        (["compare", "celery@express", "rq"], "it has no variants"),
        (["compare", "redis+rq", "redis"], "compare two of the same kind"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_not_there_is_2_with_a_suggestion(args: list[str], message: str) -> None:
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert message in err


def test_schema_is_json() -> None:
    assert json.loads(run("schema")[1])["title"] == "queuewright.yaml"


def test_facts_of_what_does_not_exist_are_no_empty_list() -> None:
    code, out, err = run("facts", "--of", "redsi")
    assert (code, out) == (2, "")
    assert "did you mean `redis`?" in err
    assert run("facts", "--of", "redis+celery") == run("facts", "--of", "redis-celery")
    assert run("facts", "--of", "redis-celery")[1].startswith("Facts\n")
