"""StackPlan x templates -> Tree. Pure: the same plan gives the same bytes anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from queuewright.advisor.policy import Policy
from queuewright.catalog import Catalog
from queuewright.render.tree import File, Owner, Rendering
from queuewright.spec.model import Spec
from queuewright.stack.build import plan_spec
from queuewright.stack.component import Component, FileRule
from queuewright.stack.components import Components, folder, select
from queuewright.stack.plan import StackPlan
from queuewright.stack.templating import environment, fill, holds, templates_dir

HEADER = (
    "Rendered by queuewright from queuewright.yaml: edits here are overwritten.\n"
    'Change the spec and run "qw render"; README.md says where your own changes belong.'
)


def render_spec(spec: Spec, catalog: Catalog, policy: Policy | None = None) -> Rendering:
    """Advice, plan and tree of a spec. Raises StackError where nothing can be rendered."""
    return render(plan_spec(spec, catalog, policy), catalog)


def render(plan: StackPlan, catalog: Catalog) -> Rendering:
    parts = select(plan.language, plan.broker, plan.worker, plan.kinds)
    names: dict[str, Any] = {
        "plan": plan,
        "settings": plan.settings,
        "header": HEADER,
        "fact": catalog.fact,
        "why": lambda pitfall: catalog.pitfalls[pitfall].why,
        "entry": catalog.entry,
        "part": catalog.part,
    }
    files: dict[str, File] = {}
    for file in _files(plan, parts, names):
        if file.path in files:
            raise ValueError(f"two components render {file.path}")
        files[file.path] = file
    return Rendering(dict(sorted(files.items())), dict(plan.identities))


def _files(plan: StackPlan, parts: Components, names: Mapping[str, Any]) -> Iterator[File]:
    for part in parts:
        for rule in part.files:
            for scope in _scopes(part, rule, plan, names):
                if holds(rule.when, scope):
                    yield _file(part, rule, scope)


def _scopes(
    part: Component, rule: FileRule, plan: StackPlan, names: Mapping[str, Any]
) -> Iterator[Mapping[str, Any]]:
    if rule.each is None:
        yield names
        return
    for workload in plan.workloads:
        if part.kind != "workload" or _kind_of(part) == workload.kind:
            yield {**names, "w": workload, "settings": workload.settings}


def _kind_of(part: Component) -> str:
    return part.id.split("/")[0]


def _file(part: Component, rule: FileRule, scope: Mapping[str, Any]) -> File:
    path = str(fill(rule.to, scope))
    _refuse_escape(path)
    name = f"{folder(part.kind, part.id)}/{rule.source}"
    if rule.source.endswith(".j2"):
        content = environment().get_template(name).render(scope)
    else:
        content = (templates_dir() / name).read_text(encoding="utf-8")
    return File(path, _ends_with_newline(content), Owner(rule.owner), 0o755 if rule.executable else 0o644)


def _ends_with_newline(content: str) -> str:
    return content.replace("\r\n", "\n").rstrip("\n") + "\n" if content.strip() else content


def _refuse_escape(path: str) -> None:
    pure = PurePosixPath(path)
    if not path or pure.is_absolute() or ".." in pure.parts or "\\" in path:
        raise ValueError(f"a component renders outside the project: {path!r}")


__all__ = ["HEADER", "render", "render_spec"]
