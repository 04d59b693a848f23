"""Any project, any edits, any order: what must hold whatever happens."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from workspace_faults import Fault, FaultyDisk, Killed
from workspace_project import look, snapshot

from queuewright.errors import BlockedError, WorkspaceError
from queuewright.render.tree import File, Owner, Rendering
from queuewright.workspace import Action, apply, check, plan, read_lock

PATHS = ("a.txt", "b.sh", "d/a.txt", "d/e/b.txt", "f/c.txt", "f/d.txt")
CONTENTS = st.sampled_from(["", "1\n", "2\n", "1\n2\n", "no newline", "é\n"])
FILES = st.builds(
    lambda path, content, owner, mode: File(path, content, owner, mode),
    st.sampled_from(PATHS),
    CONTENTS,
    st.sampled_from([Owner.OWNED, Owner.OWNED, Owner.SEEDED]),
    st.sampled_from([0o644, 0o755]),
)
TREES = st.lists(FILES, unique_by=lambda file: file.path).map(
    lambda files: Rendering({file.path: file for file in sorted(files, key=lambda it: it.path)}, {})
)
SPECS = st.sampled_from(["one\n", "two\n"])
VERSIONS = st.sampled_from(["1.0.0", "1.0.1"])


@pytest.fixture(autouse=True, scope="module")
def quick() -> Iterator[None]:
    with mock.patch.object(os, "fsync"):
        yield


class Project(RuleBasedStateMachine):
    """Renders, kills and edits in any order. `mine` is what the user changed last and has not given up."""

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.mine: dict[str, bytes] = {}
        self.version = "1.0.0"

    def teardown(self) -> None:
        shutil.rmtree(self.root)

    @rule(tree=TREES, spec=SPECS, force=st.booleans(), newer=st.booleans())
    def render(self, tree: Rendering, spec: str, force: bool, newer: bool) -> None:
        self.version = "1.0.1" if newer else self.version
        before = snapshot(self.root)
        todo = plan(look(self.root, tree, spec, version=self.version), force=force)
        try:
            apply(todo)
        except (BlockedError, WorkspaceError):
            assert snapshot(self.root) == before
            return
        for change in todo.changes:
            if change.forced:
                self.mine.pop(change.path, None)
        inspection = look(self.root, tree, spec, version=self.version)
        assert not check(inspection, strict=True).drift
        assert {it.status.status for it in inspection.files} <= {"clean"}
        again = plan(inspection)
        assert again.is_empty
        assert set(again.counts()) <= {"keep"}
        for file in tree.tree.values():
            if file.owner is Owner.OWNED:
                assert (self.root / file.path).read_bytes() == file.content.encode()
        assert not list(self.root.rglob(".queuewright-*"))
        assert not (self.root / "queuewright.lock.pending").exists()

    @rule(tree=TREES, spec=SPECS, at=st.integers(0, 40), fault=st.sampled_from([Fault.BEFORE, Fault.HALF]))
    def die(self, tree: Rendering, spec: str, at: int, fault: Fault) -> None:
        disk = FaultyDisk(self.root, at, fault)
        try:
            apply(plan(look(self.root, tree, spec, version=self.version, disk=disk)))
        except (BlockedError, WorkspaceError, Killed):
            return

    @rule(path=st.sampled_from(PATHS), content=st.sampled_from(["mine\n", "mine too\n", "1\n"]))
    def edit(self, path: str, content: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(content)
        self.mine[path] = content.encode()

    @rule(path=st.sampled_from(PATHS))
    def delete(self, path: str) -> None:
        (self.root / path).unlink(missing_ok=True)
        self.mine.pop(path, None)

    @rule(path=st.sampled_from(PATHS))
    def toggle_mode(self, path: str) -> None:
        if (self.root / path).exists():
            (self.root / path).chmod((self.root / path).stat().st_mode ^ 0o100)

    @precondition(lambda self: (self.root / "queuewright.lock").exists())
    @rule()
    def lose_the_lock(self) -> None:
        (self.root / "queuewright.lock").unlink()

    @invariant()
    def no_edit_is_lost(self) -> None:
        for path, content in self.mine.items():
            if b"mine" in content:
                assert (self.root / path).read_bytes() == content

    @invariant()
    def the_lock_is_sound(self) -> None:
        read_lock(self.root, version="1.0.1")


Project.TestCase.settings = settings(max_examples=60, stateful_step_count=12, deadline=None)
TestProject = Project.TestCase


@settings(max_examples=60, deadline=None)
@given(first=TREES, second=TREES, force=st.booleans())
def test_the_plan_says_exactly_what_is_done(first: Rendering, second: Rendering, force: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        apply(plan(look(root, first, "one\n")))
        if "a.txt" in first.tree:
            (root / "a.txt").write_text("mine\n")
        before = snapshot(root)
        todo = plan(look(root, second, "two\n"), force=force)
        if todo.error is not None:
            return
        apply(todo)
        after = snapshot(root)
        by_action = {
            action: {change.path for change in todo.changes if change.action is action} for action in Action
        }
        files = {path for path in {*before, *after} if "folder" not in (before.get(path), after.get(path))}
        files.discard("queuewright.lock")
        assert {path for path in files if path not in before} == by_action[Action.CREATE]
        assert {path for path in files if path not in after} == by_action[Action.DELETE]
        assert {
            path for path in files if path in before and path in after and before[path] != after[path]
        } == by_action[Action.UPDATE]
