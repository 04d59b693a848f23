"""render, check and eject: what they print and how they exit. The rendering is small and hand-made."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from test_cli_frame import run

from queuewright.advisor.decision import Candidate, Decision, Reason, StackId
from queuewright.cli import projects
from queuewright.errors import StackError
from queuewright.render import HEADER, kept
from queuewright.render.tree import File, Owner, Rendering

SPEC = """version: 1
name: mailroom
stack: {broker: redis, worker: celery}
workloads:
  - name: newsletter
"""
DECISION = Decision(
    "recommend", Candidate(StackId("redis", "celery", "late-ack"), 1, (), True), {}, (), None, (), (), ()
)


@dataclasses.dataclass
class Plan:
    """As much of a StackPlan as the commands look at."""

    decision: Decision = DECISION


@dataclasses.dataclass
class Fake:
    root: Path
    plan: Any = dataclasses.field(default_factory=Plan)
    files: dict[str, str] = dataclasses.field(default_factory=lambda: {"a.txt": "a\n", "b/c.txt": "c\n"})
    identities: dict[str, str] = dataclasses.field(default_factory=dict)

    def rendering(self) -> Rendering:
        header = "".join(f"# {line}\n" for line in HEADER.splitlines())
        tree = {path: File(path, header + text, Owner.OWNED) for path, text in self.files.items()}
        return Rendering(tree, self.identities)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake(tmp_path)
    (tmp_path / "queuewright.yaml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(kept, "recall", lambda *_: None)
    monkeypatch.setattr(kept, "keep", lambda *_: None)
    monkeypatch.setattr(projects, "plan", lambda loaded: made.plan)
    monkeypatch.setattr(projects, "_rendered", lambda loaded, plan: made.rendering())
    return made


def test_render_then_check_is_clean(fake: Fake) -> None:
    assert run("render") == (0, "Done: 2 created.\n", "")
    assert run("render") == (0, "Nothing to do: 2 unchanged.\n", "")
    assert run("check") == (0, "No drift: 2 files are as queuewright.yaml gives them.\n", "")
    assert run("check", "-q") == (0, "", "")


def test_a_dry_run_writes_nothing(fake: Fake) -> None:
    code, out, _ = run("render", "--dry-run")
    assert code == 0
    assert out.endswith("Plan: 2 to create.\n")
    assert sorted(path.name for path in fake.root.iterdir()) == ["queuewright.yaml"]


def test_diff_is_a_patch_and_writes_nothing(fake: Fake) -> None:
    run("render")
    fake.files["a.txt"] = "new\n"
    code, out, _ = run("render", "--diff")
    assert code == 0
    assert out.startswith("diff --git a/a.txt b/a.txt\n")
    assert "+new\n" in out
    assert "new" not in (fake.root / "a.txt").read_text()


def test_what_the_user_edited_stops_a_render(fake: Fake) -> None:
    run("render")
    (fake.root / "a.txt").write_text("mine\n")
    code, out, err = run("render")
    assert code == 1
    assert "! refuse  a.txt" in out
    assert err.startswith("Nothing was written.\na.txt:1: edited since it was rendered\n  ")
    assert (fake.root / "a.txt").read_text() == "mine\n"
    code, out, _ = run("render", "--dry-run", "--format", "json")
    assert (code, json.loads(out)["applied"], json.loads(out)["counts"]) == (
        1,
        False,
        {"keep": 1, "refuse": 1},
    )
    assert run("render", "--force")[0] == 0
    assert (fake.root / "a.txt").read_text() != "mine\n"


def test_what_a_broker_refuses_needs_a_flag(fake: Fake) -> None:
    fake.identities = {"queue.newsletter": "classic"}
    run("render")
    fake.identities = {"queue.newsletter": "quorum"}
    assert run("render")[0] == 1
    assert run("render", "--allow-replace")[0] == 0


def test_files_are_named_from_where_the_command_runs(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    run("render")
    (fake.root / "a.txt").write_text("mine\n")
    monkeypatch.chdir(fake.root.parent)
    folder = fake.root.name
    for spec in (folder, f"{folder}/queuewright.yaml", str(fake.root)):
        assert f"\n{folder}/a.txt:1: " in run("render", spec)[2]
        assert f"edited  {folder}/a.txt:1" in run("check", spec)[1]


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_the_format_never_changes_the_exit_code(fake: Fake, form: str) -> None:
    assert run("check", "--format", form)[0] == 1
    run("render")
    assert run("check", "--format", form)[0] == 0
    (fake.root / "a.txt").unlink()
    code, out, _ = run("check", "--format", form)
    assert code == 1
    assert "a.txt" in out
    if form in ("json", "sarif"):
        json.loads(out)
    (fake.root / "queuewright.yaml").write_text(SPEC + "oops: 1\n")
    code, out, err = run("check", "--format", form)
    assert code == 2
    assert "queuewright.yaml:6:1: unknown key `oops`" in err
    assert form == "text" or "unknown key `oops`" in out


def test_several_specs_are_all_checked(fake: Fake) -> None:
    for name in ("one", "two"):
        (fake.root / name).mkdir()
        (fake.root / name / "queuewright.yaml").write_text(SPEC)
    run("render", "one")
    code, out, err = run("check", "one", "two", "three", "--format", "json")
    found = json.loads(out)
    assert code == 2
    assert [(each["spec"], each["drift"]) for each in found["projects"]] == [
        ("one/queuewright.yaml", False),
        ("two/queuewright.yaml", True),
        ("three", None),
    ]
    assert err.startswith("three")


def test_only_another_version_is_drift_when_strict(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    run("render")
    lock = fake.root / "queuewright.lock"
    lock.write_text(lock.read_text().replace('"0.1.0"', '"0.0.9"'))
    fake.files["a.txt"] = "by another version\n"
    assert run("check")[0] == 0
    assert run("check", "--strict")[0] == 1


def test_advice_that_differs_is_a_note(fake: Fake) -> None:
    run("render")
    reason = Reason("x", "RabbitMQ would suit this better.", "https://example.org")
    fake.plan = Plan(dataclasses.replace(DECISION, contradictions=(reason,)))
    code, out, _ = run("check")
    assert (code, out.splitlines()[0]) == (0, "Advice would differ: RabbitMQ would suit this better.")


def test_a_stack_error_points_at_the_stack(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(loaded: Any) -> Any:
        with projects.located(loaded):
            raise StackError("this pairing loses jobs", hint="accept it by id")

    monkeypatch.setattr(projects, "plan", refuse)
    expected = (2, "", "queuewright.yaml:3:8: this pairing loses jobs\n  accept it by id\n")
    assert run("render") == expected


def test_eject_leaves_files_without_header_lock_and_spec(fake: Fake) -> None:
    run("render")
    code = run("eject", "--dry-run")[0]
    assert code == 0
    assert (fake.root / "queuewright.lock").exists()
    assert run("eject")[0] == 0
    assert (fake.root / "a.txt").read_text() == "a\n"
    assert sorted(path.name for path in fake.root.iterdir()) == ["a.txt", "b"]


def test_eject_stops_at_drift(fake: Fake) -> None:
    run("render")
    (fake.root / "a.txt").write_text("mine\n")
    assert run("eject")[0] == 1
    assert run("eject", "--force")[0] == 0


@pytest.mark.parametrize("command", ["render", "check", "eject", "size"])
def test_without_a_spec(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(command)
    assert code == 2
    assert err == "queuewright.yaml: there is no such file\n  `qw init` writes one\n"
