"""qw recommend on the real advisor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_cli_frame import run

ANSWERS = (
    "language: python\nworkload: email\nrate_peak: 20/s\ntask_max: 1m\nloss: no_loss\nexisting: [redis]\n"
)
KEYS = {"version", "verdict", "stack", "assumed", "warnings", "refusal", "alternatives", "rejected", "flips"}


def advice(*args: str, stdin: str | None = None) -> dict[str, Any]:
    code, out, err = run("recommend", *args, "--format", "json", stdin=stdin)
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    assert set(found) >= KEYS
    return found


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "answers.yaml"
    path.write_text(ANSWERS)
    return str(path)


def test_answers_from_a_file_a_stream_and_flags_are_the_same(file: str) -> None:
    found = advice("--answers", file)
    assert found["stack"] is not None
    assert "latency" in found["assumed"]
    assert advice("--answers", "-", stdin=ANSWERS) == found
    pairs = [line.replace(": ", "=").replace("[", "").replace("]", "") for line in ANSWERS.splitlines()]
    assert advice(*(part for pair in pairs for part in ("--set", pair))) == found


def test_a_spec_is_advised_on_whatever_stack_it_pins(tmp_path: Path) -> None:
    spec = tmp_path / "queuewright.yaml"
    lines = "".join(f"    {line}\n" for line in ANSWERS.splitlines() if not line.startswith("language"))
    spec.write_text(
        f"version: 1\nname: mailroom\nanswers: {{language: python}}\nworkloads:\n- name: mail\n  answers:\n{lines}"
    )
    assert advice(str(spec))["stack"] is not None


def test_set_goes_over_the_file(file: str) -> None:
    assert "loss" not in advice("--answers", file, "--set", "latency=batch")["assumed"]
    assert "latency" not in advice("--answers", file, "--set", "latency=batch")["assumed"]


def test_a_refusal_is_advice_and_exits_0() -> None:
    found = advice("--set", "workflow=durable", "--set", "task_max=3000d", "--set", "delay_max=3000d")
    assert found["verdict"] in ("refuse", "warn")


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_it_can_be_read(file: str, form: str) -> None:
    code, out, err = run("recommend", "--answers", file, "--format", form)
    assert (code, err) == (0, "")
    assert "https://" in out
    assert "\x1b" not in out
    assert all(line == line.rstrip() for line in out.splitlines())
    assert len(run("recommend", "--answers", file, "--format", form, "--why")[1]) > len(out)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--set", "loss=lossy"], "--set: `loss` takes one of"),
        (
            ["--set", "task_typical=1h", "--set", "task_max=1m"],
            "`task_typical` (1h) is above `task_max` (1m)",
        ),
        (["--answers", "nowhere.yaml"], "nowhere.yaml: there is no such file"),
        (["nowhere"], "nowhere: there is no such file"),
        (["--no-input"], "there is nothing to advise on"),
        (["spec.yaml", "--answers", "a.yaml"], "a spec and --answers were both given"),
        (["--set", "loss=strict", "--policy", "nowhere.yaml"], "nowhere.yaml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_2(args: list[str], message: str) -> None:
    code, out, err = run("recommend", *args)
    assert (code, out) == (2, "")
    assert message in err


def test_a_contradiction_across_file_and_flag_is_found(file: str) -> None:
    code, _, err = run("recommend", "--answers", file, "--set", "task_typical=2h")
    assert (code, err) == (
        2,
        f"error: `task_typical` (2h) is above `task_max` (1m)\n  lower `task_typical` (--set) or raise `task_max` ({file})\n",
    )


def test_contradictions_in_a_file_come_with_both_values_their_places_and_the_fix(tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("language: python\nrate_avg: 50/s\nrate_peak: 5/s\ntask_typical: 1h\ntask_max: 1m\n")
    code, out, err = run("recommend", "--answers", str(path))
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        f"{path}:2:11: `rate_avg` (50/s) is above `rate_peak` (5/s)",
        "  lower `rate_avg` or raise `rate_peak` (line 3)",
        f"{path}:4:15: `task_typical` (1h) is above `task_max` (1m)",
        "  lower `task_typical` or raise `task_max` (line 5)",
    ]


def test_without_a_terminal_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QW_NO_INPUT", "1")
    assert run("recommend")[0] == 2
