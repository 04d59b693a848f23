"""The code keeps to its own rules: layers, types, style, and nothing of one machine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "argv",
    [["lint-imports"], ["ruff", "check", "."], ["mypy"]],
    ids=["layers", "style", "types"],
)
def test_a_checker_finds_nothing(argv: list[str]) -> None:
    done = subprocess.run([BIN / argv[0], *argv[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: the tracked files are not known")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def test_nothing_is_left_open() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in tracked()
        if path.suffix in {".py", ".j2", ".yaml", ".toml", ".sh"} and path != Path(__file__) and path.is_file()
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if marks.search(line)
    ]
    assert found == []


def test_no_path_of_a_home_is_in_the_tree() -> None:
    home = re.compile(rf"{re.escape(str(Path.home()))}/|{re.escape(str(ROOT.parent))}/")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.is_file() and home.search(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []
