"""The wizard in a real terminal."""

from __future__ import annotations

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
    assert (tmp_path / "shop" / "compose.yaml").is_file() == ("And now?" in seen)


def test_a_preset_asks_only_for_consent(tmp_path: Path) -> None:
    terminal = spawn(tmp_path, "shop", "--preset", "api")
    terminal.expect("And now")
    terminal.send(ENTER)
    terminal.expect("Wrote .* files")
    assert finish(terminal) == 0
    assert (tmp_path / "shop" / "src" / "shop" / "tasks" / "requests.py").is_file()


def test_nothing_is_written_without_consent(tmp_path: Path) -> None:
    terminal = spawn(tmp_path, "shop", "--preset", "api")
    terminal.expect("And now")
    terminal.send(DOWN + DOWN + ENTER)
    assert finish(terminal) == 0
    assert not (tmp_path / "shop").exists()


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
