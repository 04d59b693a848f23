"""Rewrites the golden trees: tests/golden/CASE/queuewright.yaml is rendered to tests/golden/CASE/project/."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from queuewright import catalog
from queuewright.render import Rendering, render_spec
from queuewright.spec import load

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"


def cases() -> list[Path]:
    return sorted(path.parent for path in GOLDEN.glob("*/queuewright.yaml"))


def rendering(case: Path) -> Rendering:
    return render_spec(load(case / "queuewright.yaml").spec, catalog.load())


def write(case: Path) -> int:
    project = case / "project"
    shutil.rmtree(project, ignore_errors=True)
    tree = rendering(case).tree
    for file in tree.values():
        target = project / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8", newline="\n")
        target.chmod(file.mode)
    return len(tree)


def main() -> None:
    for case in cases():
        sys.stdout.write(f"{case.name}: {write(case)} files\n")


if __name__ == "__main__":
    main()
