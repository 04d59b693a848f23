"""The wizard in a real terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pexpect
import pytest

ENTER = "\r"
DOWN = "\x1b[B"
QUESTION = r"\?(?:\x1b\[[0-9;]*m| )+([A-Z][^\r\n?\x1b]*\?)"
"""A prompt: a question mark, colours, and the question."""


def spawn(cwd: Path, *argv: str) -> pexpect.spawn:
    return pexpect.spawn(
        sys.executable, ["-m", "queuewright", "init", *argv], cwd=str(cwd), encoding="utf-8", timeout=60, dimensions=(50, 140)
    )


ON_AWS = ("workload=api", "cloud=aws", "hosting=kubernetes")


def answered(cwd: Path, *pairs: str) -> pexpect.spawn:
    """Enter at every question, up to the choice of the stack or what stands in its place."""
    terminal = spawn(cwd, "shop", *(word for pair in pairs for word in ("--set", pair)))
    before = ""
    while True:
        terminal.expect(QUESTION)
        question = terminal.match.group(1)
        if question in ("Which stack?", "And now?"):
            return terminal
        if question != before:  # an answered question is drawn once more
            before = question
            terminal.send(ENTER)


def finish(terminal: pexpect.spawn) -> int:
    terminal.expect(pexpect.EOF)
    terminal.close()
    return int(terminal.exitstatus)


def test_defaults_lead_to_a_project(tmp_path: Path) -> None:
    """Enter at every question, at the choice of the stack and at the end."""
    terminal = spawn(tmp_path, "shop")
    seen: list[str] = []
    while terminal.expect([QUESTION, pexpect.EOF]) == 0:
        question = terminal.match.group(1)
        if question not in seen[-1:]:  # an answered question is drawn once more
            seen.append(question)
            terminal.send(ENTER)
    terminal.close()
    assert terminal.exitstatus == 0
    assert len(seen) >= 7
    assert "Which stack?" in seen
    assert (tmp_path / "shop" / "queuewright.yaml").is_file()
    assert (tmp_path / "shop" / "DECISION.md").is_file()
    assert "And now?" in seen


def test_a_preset_asks_only_for_consent(tmp_path: Path) -> None:
    terminal = spawn(tmp_path, "shop", "--preset", "api")
    terminal.expect("Write ([0-9]+) files to shop.*Stop without writing anything")
    offered = int(terminal.match.group(1))
    terminal.send(ENTER)
    terminal.expect(f"Wrote {offered} files")
    assert finish(terminal) == 0
    assert sum(path.is_file() for path in (tmp_path / "shop").rglob("*")) == offered
    assert (tmp_path / "shop" / "src" / "shop" / "tasks" / "requests.py").is_file()


def test_nothing_is_written_without_consent(tmp_path: Path) -> None:
    terminal = spawn(tmp_path, "shop", "--preset", "api")
    terminal.expect("And now")
    terminal.send(DOWN + ENTER)
    assert finish(terminal) == 0
    assert not (tmp_path / "shop").exists()


def test_advice_only_wants_consent_too(tmp_path: Path) -> None:
    """The best stack that the whole project can be written for is one step below the advice."""
    terminal = answered(tmp_path, *ON_AWS)
    terminal.expect("advice only.*the best that can be written")
    terminal.send(ENTER)
    terminal.expect("Write 3 files to shop.*Answer again.*Stop")
    terminal.send(DOWN + DOWN + ENTER)
    assert finish(terminal) == 0
    assert not (tmp_path / "shop").exists()


def test_after_a_refusal_the_answers_can_be_changed(tmp_path: Path) -> None:
    terminal = answered(tmp_path, "workload=api", "constraints=no_cloud_queue,no_broker_server")
    assert "No stack can do this" in terminal.before
    terminal.expect("not asked again: `workload`, `constraints`.*Answer again.*Show everything.*Stop")
    terminal.send(DOWN + ENTER)
    terminal.expect("What was ruled out.*Stop without")
    terminal.send(DOWN + DOWN + ENTER)
    assert finish(terminal) == 1


def test_a_folder_that_names_no_project_is_asked_about_instead_of_refused(tmp_path: Path) -> None:
    terminal = spawn(tmp_path, "123", "--preset", "api")
    terminal.expect("What is the project called")
    terminal.send("import" + ENTER)
    terminal.expect("is a keyword of Python")
    terminal.send("\x15shop" + ENTER)
    terminal.expect("name: shop")
    terminal.expect("Stop without writing anything")  # the prompt is drawn: from here on it reads the keyboard
    terminal.sendintr()
    terminal.expect("Nothing was written")
    assert finish(terminal) == 130


@pytest.mark.parametrize("argv", [["shop"], ["shop", "--preset", "ml"]])
def test_ctrl_c_writes_nothing(tmp_path: Path, argv: list[str]) -> None:
    terminal = spawn(tmp_path, *argv)
    terminal.expect(["Which languages", "And now"])
    terminal.sendintr()
    assert finish(terminal) == 130
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["--no-input"], "--set workload="),
        (["--preset", "apo", "--no-input"], "--preset is one of"),
        (["--set", "workload=api", "--set", "rate_peak=fast", "--no-input"], "rate_peak"),
    ],
)
def test_without_input_the_error_names_the_flag(tmp_path: Path, argv: list[str], expected: str) -> None:
    terminal = spawn(tmp_path, "shop", *argv)
    terminal.expect(expected)
    assert finish(terminal) == 2
    assert not (tmp_path / "shop").exists()


def test_the_questions_go_to_the_terminal_where_the_result_goes_to_a_file(tmp_path: Path) -> None:
    command = f"{sys.executable} -m queuewright recommend --format json > advice.json"
    terminal = pexpect.spawn("bash", ["-c", command], cwd=str(tmp_path), encoding="utf-8", timeout=60, dimensions=(50, 140))
    before = ""
    while terminal.expect([QUESTION, pexpect.EOF]) == 0:
        if terminal.match.group(1) != before:
            before = terminal.match.group(1)
            terminal.send(ENTER)
    terminal.close()
    assert terminal.exitstatus == 0
    assert json.loads((tmp_path / "advice.json").read_text())["verdict"] in ("recommend", "warn")


def test_enter_on_the_way_back_goes_back(tmp_path: Path) -> None:
    terminal = spawn(tmp_path, "shop", "--all-questions", "--set", "language=python", "--set", "workload=api")
    terminal.expect("how long do they run")
    terminal.send(ENTER)
    terminal.expect("Where does it run")
    terminal.send("\x1b[A" * 6 + ENTER)
    terminal.expect("What do workers run on")
    terminal.send(ENTER)
    terminal.expect("What is there already.*← back")
    terminal.send("\x1b[A" + ENTER)
    terminal.expect("← back\x1b")
    terminal.expect("What do workers run on")
    terminal.sendintr()
    assert finish(terminal) == 130
