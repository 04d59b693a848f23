"""Renders a spec into a directory, without lock or drift check: for work on the templates."""

from __future__ import annotations

import sys
from pathlib import Path

from queuewright import catalog
from queuewright.render import render_spec
from queuewright.spec import load


def main(spec_path: str, out: str) -> None:
    rendering = render_spec(load(Path(spec_path)).spec, catalog.load())
    for file in rendering.tree.values():
        target = Path(out) / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8", newline="\n")
        target.chmod(file.mode)
    sys.stdout.write(f"{len(rendering.tree)} files in {out}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
