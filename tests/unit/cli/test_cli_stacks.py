"""The commands on the stacks that are rendered, from the spec to the files and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli_frame import run

from queuewright import catalog

PRESETS = catalog.load().presets


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_renders_checks_and_sizes(
    preset: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = PRESETS[preset]
    spec = {
        "version": 1,
        "name": "mailroom",
        "stack": chosen.stack,
        "workloads": [{"name": chosen.workload, "answers": chosen.answers, "settings": chosen.settings}],
    }
    (tmp_path / "queuewright.yaml").write_text(json.dumps(spec))
    monkeypatch.chdir(tmp_path)
    code, out, err = run("render")
    assert (code, err) == (0, "")
    assert out.startswith("Done: ")
    assert run("check")[0] == 0
    assert json.loads(run("render", "--dry-run", "--format", "json")[1])["counts"].keys() == {"keep"}
    code, out, _ = run("size", "--format", "json")
    figures = json.loads(out)["workloads"][0]["figures"]
    assert code == 0
    assert figures["concurrency"]["value"] == chosen.settings["concurrency"]
    assert all(figure["because"] for figure in figures.values())
    assert ("visibility_timeout_s" in figures) == (preset == "api"), "of these, only Celery on Redis has one"
    assert ("visibility timeout" in run("size")[1]) == (preset == "api")
    assert run("size")[1].startswith(f"{chosen.workload}\n")
    assert run("eject")[0] == 0
    assert not (tmp_path / "queuewright.lock").exists()


def test_an_impossible_stack_is_refused_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queuewright.yaml").write_text(
        "version: 1\nname: mailroom\nstack: {broker: sqs, worker: rq}\nworkloads: [{name: mail}]\n"
    )
    monkeypatch.chdir(tmp_path)
    for command in ("render", "check", "size"):
        code, _, err = run(command)
        assert code == 2
        assert err.startswith("queuewright.yaml:3:")


@pytest.mark.parametrize(
    ("stack", "place", "message", "hint"),
    [
        ("stack: {broker: rabbitmq, worker: celery, variant: classic}", "4:52", "variant `classic`", "`variant: quorum`"),
        ("", "1:1", "the advice is sqs+consumer", "pin one that can: `stack: {broker: "),
    ],
)
def test_what_is_advised_only_is_not_rendered_as_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: str, place: str, message: str, hint: str
) -> None:
    text = f"version: 1\nname: mailroom\nanswers: {{cloud: aws, hosting: kubernetes}}\n{stack}\nworkloads: [{{name: mail}}]\n"
    (tmp_path / "queuewright.yaml").write_text(text)
    monkeypatch.chdir(tmp_path)
    for command in ("render", "check", "size"):
        code, _, err = run(command)
        assert code == 2
        assert err.startswith(f"queuewright.yaml:{place}: ")
        assert message in err
        assert hint in err


def test_workloads_that_no_one_stack_serves_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "queuewright.yaml").write_text(
        "version: 1\nname: mixed\nanswers: {cloud: aws}\nworkloads:\n"
        "  - {name: audit, answers: {workload: event, rate_peak: 50000/s, replay: long_history, fanout: 4}}\n"
        "  - {name: mails, answers: {workload: email, delay_max: 30d, priorities: few_levels}}\n"
    )
    monkeypatch.chdir(tmp_path)
    code, _, err = run("render")
    assert code == 2
    assert "Split them into specs of their own: audit with a plain consumer on Apache Kafka; mails with " in err
