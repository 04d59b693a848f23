"""Renders a spec into a directory, without lock or drift check: for work on the templates."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

from queuewright import catalog as catalogs
from queuewright.advisor.decision import Candidate, Decision, StackId
from queuewright.render import render
from queuewright.spec.model import Spec
from queuewright.stack import build_plan


def main(spec_path: str, out: str) -> None:
    catalog = catalogs.load()
    spec = Spec.model_validate(yaml.safe_load(Path(spec_path).read_text()))
    try:
        from queuewright.advisor import decide_project  # type: ignore[attr-defined]

        decision = decide_project(spec)
    except Exception as error:  # noqa: BLE001
        print("no advisor yet:", repr(error)[:200], file=sys.stderr)
        assert spec.stack is not None
        variant = {"redis+celery": "late-ack", "rabbitmq+celery": "quorum", "redis+rq": "list"}[
            f"{spec.stack.broker}+{spec.stack.worker}"
        ]
        stack = StackId(spec.stack.broker, spec.stack.worker, variant)
        decision = Decision("recommend", Candidate(stack, 10, (), True), {}, (), None, (), (), ())
    plan = build_plan(spec, decision, catalog)
    rendering = render(plan, catalog)
    for file in rendering.tree.values():
        target = Path(out) / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.content, encoding="utf-8")
        target.chmod(file.mode)
    print(f"{len(rendering.tree)} files in {out}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
