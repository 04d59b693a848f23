"""A kept render is used only where nothing has changed that it follows from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from queuewright.render import kept
from queuewright.render.tree import File, Owner, Rendering

RENDERED = kept.Rendered(
    "shop",
    "version: 1\n",
    ("RabbitMQ would do.",),
    Rendering(
        {"a.sh": File("a.sh", "é\n", Owner.OWNED, 0o755), "b": File("b", "", Owner.SEEDED)}, {"queue a": "x"}
    ),
)


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A spec, beside an installation of one module and one template."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("package", "templates"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("1", "utf-8")
        monkeypatch.setattr(kept, name.upper(), tmp_path / name)
    path = tmp_path / "queuewright.yaml"
    path.write_text("version: 1\n", "utf-8")
    kept._installed.cache_clear()
    yield path
    kept._installed.cache_clear()


def test_what_is_kept_comes_back(spec: Path) -> None:
    state = kept.state_of(spec)
    assert kept.recall(spec, state) is None
    kept.keep(spec, state, RENDERED)
    kept._installed.cache_clear()
    assert kept.recall(spec, kept.state_of(spec)) == RENDERED


@pytest.mark.parametrize("changed", ["queuewright.yaml", "package/file", "templates/file", "templates/new"])
def test_a_change_makes_it_void(spec: Path, changed: str) -> None:
    state = kept.state_of(spec)
    kept.keep(spec, state, RENDERED)
    (spec.parent / changed).write_text("2", "utf-8")
    kept._installed.cache_clear()
    assert kept.recall(spec, kept.state_of(spec)) is None


def test_the_time_of_a_change_counts(spec: Path) -> None:
    kept.keep(spec, kept.state_of(spec), RENDERED)
    os.utime(spec.parent / "templates" / "file", ns=(1, 1))
    kept._installed.cache_clear()
    assert kept.recall(spec, kept.state_of(spec)) is None


def test_a_spec_that_changed_during_the_render_is_not_kept(spec: Path) -> None:
    state = kept.state_of(spec)
    spec.write_text("version: 2\n", "utf-8")
    kept.keep(spec, state, RENDERED)
    spec.write_text("version: 1\n", "utf-8")
    assert kept.recall(spec, state) is None


def test_what_cannot_be_read_is_rendered(spec: Path) -> None:
    state = kept.state_of(spec)
    kept.keep(spec, state, RENDERED)
    (stored,) = (spec.parent / "cache" / "queuewright").iterdir()
    stored.write_bytes(stored.read_bytes()[:-20])
    assert kept.recall(spec, state) is None
    missing = spec.with_name("other.yaml")
    assert kept.recall(missing, kept.state_of(missing)) is None


def test_the_installation_is_what_renders() -> None:
    files = {path.name for path in kept._own_files()}
    assert {"project.py", "presets.yaml", "component.yaml", "compose.yaml.j2"} <= files
    assert not any(name.endswith(".pyc") for name in files)
