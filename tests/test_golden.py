"""The golden trees: what each case renders to, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from queuewright.render import Owner
from tools.golden import cases, rendering

REFRESH = "`make golden` rewrites the golden trees after a wanted change"


@pytest.mark.parametrize("case", cases(), ids=lambda path: path.name)
def test_a_golden_tree_is_fresh(case: Path) -> None:
    tree = rendering(case).tree
    project = case / "project"
    on_disk = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert on_disk == set(tree), REFRESH
    stale = [path for path, file in tree.items() if (project / path).read_text(encoding="utf-8") != file.content]
    assert stale == [], REFRESH
    modes = [path for path, file in tree.items() if bool((project / path).stat().st_mode & 0o100) != bool(file.mode & 0o100)]
    assert modes == [], REFRESH


@pytest.mark.parametrize("case", cases(), ids=lambda path: path.name)
def test_rendering_twice_gives_the_same_bytes(case: Path) -> None:
    assert rendering(case) == rendering(case)


@pytest.mark.parametrize("case", cases(), ids=lambda path: path.name)
def test_an_owned_file_says_so_at_its_top(case: Path) -> None:
    """JSON has no comments, and hash-locked requirements have their own first line."""
    silent = [
        path
        for path, file in rendering(case).tree.items()
        if file.owner is Owner.OWNED
        and not path.endswith(".json")
        and "Rendered by queuewright" not in "\n".join(file.content.splitlines()[:6])
    ]
    assert silent == []
