"""Plans, and what they do to a directory."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from workspace_project import FIRST, OTHER_SPEC, SECOND, SPEC, expected, look, render, rendering, snapshot

from queuewright.errors import BlockedError, ExitCode, LockError, WorkspaceError
from queuewright.render.tree import Owner, Rendering
from queuewright.workspace import Action, Plan, apply, check, plan, read_lock

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge of a patch")


def actions(todo: Plan) -> dict[str, Action]:
    return {change.path: change.action for change in todo.changes}


def files(root: Path) -> dict[str, object]:
    return {path: it for path, it in snapshot(root).items() if it != "folder" and path != "queuewright.lock"}


def times(root: Path) -> dict[str, tuple[int, int]]:
    found = [root, *root.rglob("*")]
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in found}


def test_a_first_render_writes_the_tree_and_the_lock(tmp_path: Path) -> None:
    todo = render(tmp_path, FIRST)
    assert set(actions(todo).values()) == {Action.CREATE}
    assert todo.counts() == {"create": 8}
    assert files(tmp_path) == expected(FIRST)
    assert sorted(path.name for path in tmp_path.glob("*queuewright*")) == ["queuewright.lock"]


def test_a_plan_alone_writes_nothing(tmp_path: Path) -> None:
    plan(look(tmp_path, FIRST)).diff()
    assert snapshot(tmp_path) == {}
    plan(look(tmp_path / "new", FIRST))
    assert not (tmp_path / "new").exists()


def test_again_changes_nothing_not_even_a_time(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    before = times(tmp_path)
    todo = render(tmp_path, FIRST)
    assert todo.is_empty
    assert todo.counts() == {"keep": 8}
    assert times(tmp_path) == before


def test_only_what_differs_is_written(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    before = times(tmp_path)
    todo = render(tmp_path, SECOND, OTHER_SPEC)
    assert actions(todo) == {
        "Dockerfile": Action.UPDATE,
        "compose.yaml": Action.KEEP,
        "config/broker/redis.conf": Action.DELETE,
        "config/state/redis.conf": Action.CREATE,
        "k8s/base/worker.yaml": Action.DELETE,
        "monitoring/rules/alerts.yml": Action.CREATE,
        "pyproject.toml": Action.KEEP,
        "scripts/secrets.sh": Action.UPDATE,
        "src/mailroom/runtime/worker.py": Action.UPDATE,
        "src/mailroom/tasks/bounce.py": Action.CREATE,
        "src/mailroom/tasks/send.py": Action.KEEP,
    }
    assert files(tmp_path) == expected(SECOND)
    assert times(tmp_path)[str(tmp_path / "compose.yaml")] == before[str(tmp_path / "compose.yaml")]


def test_folders_that_were_made_and_are_empty_are_removed(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "k8s").mkdir()
    render(tmp_path, FIRST)
    render(tmp_path, rendering({"compose.yaml": "services: {}\n"}), OTHER_SPEC, allow_replace=True)
    folders = [path for path, it in snapshot(tmp_path).items() if it == "folder"]
    assert folders == ["config", "k8s", "src", "src/mailroom", "src/mailroom/tasks"]


def test_a_folder_with_a_file_of_the_user_stays(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    (tmp_path / "k8s" / "base" / "mine.yaml").write_text("mine\n")
    render(tmp_path, rendering({"compose.yaml": "services: {}\n"}), OTHER_SPEC, allow_replace=True)
    assert (tmp_path / "k8s" / "base" / "mine.yaml").read_text() == "mine\n"
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize("tree", [FIRST, SECOND], ids=["edited", "conflict"])
def test_an_edited_file_stops_everything(tmp_path: Path, tree: Rendering) -> None:
    render(tmp_path, FIRST)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "compose.yaml").unlink()
    before = times(tmp_path)
    with pytest.raises(BlockedError) as caught:
        render(tmp_path, tree, OTHER_SPEC)
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("Dockerfile", 1)
    assert "edited since it was rendered" in problem.message
    assert "--force" in (problem.hint or "")
    assert caught.value.exit_code is ExitCode.DRIFT
    assert times(tmp_path) == before


def test_every_blocked_file_is_named_at_once(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "scripts/secrets.sh").chmod(0o644)
    (tmp_path / "monitoring/rules").mkdir(parents=True)
    (tmp_path / "monitoring/rules/alerts.yml").write_text("mine\n")
    with pytest.raises(BlockedError) as caught:
        render(tmp_path, SECOND, OTHER_SPEC)
    assert [problem.file for problem in caught.value.problems] == [
        "Dockerfile",
        "monitoring/rules/alerts.yml",
        "scripts/secrets.sh",
    ]


def test_force_overwrites_edited_and_foreign_files(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "compose.yaml").write_text("edited\n")
    (tmp_path / "monitoring/rules").mkdir(parents=True)
    (tmp_path / "monitoring/rules/alerts.yml").write_text("mine\n")
    todo = render(tmp_path, SECOND, OTHER_SPEC, force=True)
    assert {change.path for change in todo.changes if change.forced} == {
        "Dockerfile",
        "compose.yaml",
        "monitoring/rules/alerts.yml",
    }
    assert files(tmp_path) == expected(SECOND)


@pytest.mark.parametrize("force", [False, True])
def test_an_edited_orphan_is_kept_reported_and_the_users_from_then_on(tmp_path: Path, force: bool) -> None:
    render(tmp_path, FIRST)
    (tmp_path / "k8s/base/worker.yaml").write_text("mine\n")
    todo = render(tmp_path, SECOND, OTHER_SPEC, force=force)
    (change,) = (change for change in todo.changes if change.path == "k8s/base/worker.yaml")
    assert change.action is Action.FORGET
    assert "edited" in change.reason
    assert (tmp_path / "k8s/base/worker.yaml").read_text() == "mine\n"
    assert not check(look(tmp_path, SECOND, OTHER_SPEC), strict=True).drift
    with pytest.raises(BlockedError, match="did not write"):
        render(tmp_path, FIRST)


@pytest.mark.parametrize("force", [False, True])
def test_seeded_files_are_written_once(tmp_path: Path, force: bool) -> None:
    render(tmp_path, FIRST)
    (tmp_path / "pyproject.toml").write_text("mine\n")
    (tmp_path / "src/mailroom/tasks/send.py").unlink()
    for tree in (FIRST, SECOND, FIRST):
        render(tmp_path, tree, OTHER_SPEC, force=force)
        assert (tmp_path / "pyproject.toml").read_text() == "mine\n"
        assert not (tmp_path / "src/mailroom/tasks/send.py").exists()


def test_a_seeded_file_that_was_there_before_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("mine\n")
    todo = render(tmp_path, FIRST, force=True)
    assert actions(todo)["pyproject.toml"] is Action.ADOPT
    assert (tmp_path / "pyproject.toml").read_text() == "mine\n"
    (tmp_path / "pyproject.toml").unlink()
    render(tmp_path, FIRST)
    assert not (tmp_path / "pyproject.toml").exists()


def test_a_seeded_file_that_is_no_longer_rendered_stays_and_comes_back_with_its_workload(
    tmp_path: Path,
) -> None:
    render(tmp_path, SECOND)
    todo = render(tmp_path, FIRST, OTHER_SPEC)
    assert actions(todo)["src/mailroom/tasks/bounce.py"] is Action.FORGET
    assert (tmp_path / "src/mailroom/tasks/bounce.py").exists()
    (tmp_path / "src/mailroom/tasks/bounce.py").unlink()
    render(tmp_path, SECOND)
    assert (tmp_path / "src/mailroom/tasks/bounce.py").exists()


def test_a_file_that_becomes_seeded_is_the_users_from_then_on(tmp_path: Path) -> None:
    render(tmp_path, rendering({"a": "1\n", "b": "1\n"}))
    (tmp_path / "b").unlink()
    render(tmp_path, rendering({}, {"a": "2\n", "b": "2\n"}), version="1.1.0")
    assert files(tmp_path) == {"a": ("1\n", False), "b": ("2\n", False)}
    (tmp_path / "a").write_text("mine\n")
    assert not check(
        look(tmp_path, rendering({}, {"a": "2\n", "b": "2\n"}), version="1.1.0"), strict=True
    ).drift


@pytest.mark.parametrize("edited", [False, True])
def test_a_file_that_becomes_owned_is_refused_only_if_the_user_changed_it(
    tmp_path: Path, edited: bool
) -> None:
    render(tmp_path, rendering({}, {"a": "1\n"}))
    if edited:
        (tmp_path / "a").write_text("mine\n")
        with pytest.raises(BlockedError):
            render(tmp_path, rendering({"a": "2\n"}), version="1.1.0")
        return
    render(tmp_path, rendering({"a": "2\n"}), version="1.1.0")
    lock = read_lock(tmp_path, version="1.1.0")
    assert lock is not None
    assert lock.files["a"].owner is Owner.OWNED


def test_a_file_of_the_user_that_becomes_owned_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine\n")
    render(tmp_path, rendering({}, {"a": "1\n"}))
    with pytest.raises(BlockedError):
        render(tmp_path, rendering({"a": "2\n"}), version="1.1.0")
    assert (tmp_path / "a").read_text() == "mine\n"


def test_a_missing_file_comes_back(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    shutil.rmtree(tmp_path / "config")
    render(tmp_path, FIRST)
    assert files(tmp_path) == expected(FIRST)


def test_the_lock_alone_is_written_when_only_it_is_out_of_date(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    before = times(tmp_path)
    todo = render(tmp_path, FIRST, OTHER_SPEC, version="1.1.0")
    assert todo.counts() == {"keep": 8}
    assert {path for path, it in times(tmp_path).items() if before[path] != it} == {
        str(tmp_path),
        str(tmp_path / "queuewright.lock"),
    }
    assert render(tmp_path, FIRST, OTHER_SPEC, version="1.1.0").is_empty


def test_what_is_as_rendered_is_adopted(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    (tmp_path / "queuewright.lock").unlink()
    before = times(tmp_path)
    todo = render(tmp_path, FIRST)
    assert set(actions(todo).values()) == {Action.ADOPT}
    assert {path for path, it in times(tmp_path).items() if before.get(path) != it} == {
        str(tmp_path),
        str(tmp_path / "queuewright.lock"),
    }
    assert not check(look(tmp_path, FIRST), strict=True).drift


def test_an_identity_is_not_replaced_unasked(tmp_path: Path) -> None:
    old = rendering({"a": "1\n"}, identities={"queue.send.type": "classic", "prefix": "mailroom:"})
    new = rendering({"a": "2\n"}, identities={"queue.send.type": "quorum"})
    render(tmp_path, old)
    before = times(tmp_path)
    with pytest.raises(BlockedError) as caught:
        render(tmp_path, new, OTHER_SPEC, force=True)
    assert times(tmp_path) == before
    gone, changed = caught.value.problems
    assert 'prefix is "mailroom:" and would go away' in gone.message
    assert 'queue.send.type is "classic" and would become "quorum"' in changed.message
    assert "--allow-replace" in (changed.hint or "")
    todo = render(tmp_path, new, OTHER_SPEC, allow_replace=True)
    assert todo.counts() == {"update": 1, "replace": 2}
    assert render(tmp_path, new, OTHER_SPEC).is_empty


def test_the_plan_can_be_shown_although_it_is_blocked(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    assert not plan(look(tmp_path, FIRST)).is_empty
    todo = plan(look(tmp_path, SECOND, OTHER_SPEC))
    assert todo.counts() == {"create": 3, "update": 2, "delete": 2, "keep": 3, "refuse": 1}
    (refused,) = (change for change in todo.changes if change.action is Action.REFUSE)
    assert "-FROM scratch\n+FROM python:3.13-slim\n" in refused.patch()
    assert "Dockerfile" not in todo.diff()


@needs_git
def test_git_applies_the_patch_and_arrives_at_the_same_tree(tmp_path: Path) -> None:
    old = rendering(
        {
            "a": "1\n",
            "empty": "",
            "gone": "x\n",
            "end": "no newline",
            "mode": "m\n",
            "odd": "a\x0bb\u2028c\r\n",
        }
    )
    new = rendering(
        {
            "a": "2\n",
            "now/here": "",
            "end": "newline\n",
            "mode": "m\n",
            "odd": "a\x0bB\u2028c\r\n",
            "empty": "full",
        },
        {"s": "seed\n"},
        executable=["mode"],
    )
    first, second = tmp_path / "first", tmp_path / "second"
    for root in (first, second):
        root.mkdir()
        render(root, old)
        (root / "a").write_text("edited\n")
        (root / "empty").chmod(0o755)
    todo = plan(look(first, new, OTHER_SPEC), force=True)
    patch = todo.diff()
    subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=second, input=patch.encode(), check=True)
    apply(todo)
    assert files(second) == files(first) == expected(new)


def test_the_patch_of_a_file_that_is_not_text_says_so(tmp_path: Path) -> None:
    render(tmp_path, rendering({"a": "1\n"}))
    (tmp_path / "a").write_bytes(b"\xff\x00")
    patch = plan(look(tmp_path, rendering({"a": "1\n"})), force=True).diff()
    assert patch == "diff --git a/a b/a\nBinary files a/a and b/a differ\n"


def test_forcing_a_link_replaces_the_link_and_not_what_it_points_to(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    outside.write_text("precious\n")
    render(project, FIRST)
    (project / "Dockerfile").unlink()
    (project / "Dockerfile").symlink_to(outside)
    with pytest.raises(BlockedError, match="a link stands in its place"):
        render(project, FIRST)
    todo = plan(look(project, FIRST), force=True)
    assert "deleted file mode 120000" in todo.diff()
    apply(todo)
    assert outside.read_text() == "precious\n"
    assert files(project) == expected(FIRST)


@pytest.mark.parametrize("force", [False, True])
def test_nothing_is_written_or_deleted_through_a_folder_that_is_a_link(tmp_path: Path, force: bool) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    project.mkdir()
    render(project, FIRST)
    (project / "k8s").rename(outside)
    (project / "k8s").symlink_to(outside)
    before = snapshot(tmp_path)
    with pytest.raises(WorkspaceError, match="k8s is a link"):
        render(project, FIRST, force=force)
    assert snapshot(tmp_path) == before
    todo = render(project, SECOND, OTHER_SPEC, force=force)
    assert actions(todo)["k8s/base/worker.yaml"] is Action.FORGET
    assert (outside / "base/worker.yaml").exists()
    assert (project / "k8s").is_symlink()


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("seeded", [False, True])
def test_a_file_where_a_folder_should_be_is_an_error_and_stays(
    tmp_path: Path, force: bool, seeded: bool
) -> None:
    (tmp_path / "config").write_text("mine\n")
    tree = (
        rendering({"a": "1\n"}, {"config/x": "1\n"}) if seeded else rendering({"a": "1\n", "config/x": "1\n"})
    )
    with pytest.raises(WorkspaceError) as caught:
        render(tmp_path, tree, force=force)
    assert caught.value.exit_code is ExitCode.INPUT
    assert "config/x: cannot be written: config is a file" in str(caught.value)
    assert caught.value.problems[0].hint
    assert snapshot(tmp_path) == {"config": ("mine\n", False)}


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_where_a_file_should_be_is_an_error_and_stays(tmp_path: Path, force: bool) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine").write_text("mine\n")
    with pytest.raises(WorkspaceError, match="cannot be written: it is a folder"):
        render(tmp_path, rendering({"a": "1\n"}), force=force)
    assert (tmp_path / "a" / "mine").exists()


def test_a_pipe_in_the_place_of_a_file_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(BlockedError):
        render(tmp_path, rendering({"a": "1\n"}))
    render(tmp_path, rendering({"a": "1\n"}), force=True)
    assert files(tmp_path) == {"a": ("1\n", False)}


def test_a_link_for_a_lock_is_refused_and_not_written_through(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "target").write_text("{}")
    (project / "queuewright.lock").symlink_to("../target")
    with pytest.raises(LockError, match="is a link, not a file"):
        render(project, FIRST)
    assert (tmp_path / "target").read_text() == "{}"


@pytest.mark.parametrize("name", ["Dockerfile", "k8s/base/worker.yaml", "queuewright.lock"])
def test_a_file_that_changes_between_plan_and_apply_is_not_touched(tmp_path: Path, name: str) -> None:
    render(tmp_path, FIRST)
    todo = plan(look(tmp_path, SECOND, OTHER_SPEC))
    with (tmp_path / name).open("a") as file:
        file.write("# mine\n")
    before = times(tmp_path)
    with pytest.raises(WorkspaceError, match=f"{name} changed while"):
        apply(todo)
    assert times(tmp_path) == before


def test_a_root_that_does_not_exist_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no such file"):
        render(tmp_path / "new", FIRST)


def test_a_hostile_lock_deletes_no_file_that_is_not_as_it_says(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    (tmp_path / "mine.txt").write_text("mine\n")
    lock = tmp_path / "queuewright.lock"
    lock.write_text(lock.read_text().replace('"Dockerfile"', '"mine.txt"'))
    render(tmp_path, FIRST)
    assert (tmp_path / "mine.txt").read_text() == "mine\n"


def test_the_spec_is_none_of_the_renders_business(tmp_path: Path) -> None:
    (tmp_path / "queuewright.yaml").write_text(SPEC)
    render(tmp_path, FIRST)
    assert (tmp_path / "queuewright.yaml").read_text() == SPEC
