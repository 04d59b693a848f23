"""Compiled templates are kept, and never used for another source; the sandbox holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest
from jinja2.exceptions import SecurityError

from queuewright.stack import templating


def sandbox(root: Path) -> templating.Sandbox:
    loader = jinja2.FileSystemLoader(root)
    compiled = templating.Compiled(root, templating.OPTIONS)
    return templating.Sandbox(**templating.OPTIONS, loader=loader, bytecode_cache=compiled)


def write_now(env: templating.Sandbox) -> None:
    """What the end of the process does."""
    assert isinstance(env.bytecode_cache, templating.Compiled)
    env.bytecode_cache._write()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "a.j2").write_text("a {{ x }}", "utf-8")
    (folder / "b.j2").write_text("b {{ x }}", "utf-8")
    return folder


def test_a_template_is_compiled_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.j2", "b.j2"):
        env = sandbox(root)
        env.get_template(name)
        write_now(env)
    with monkeypatch.context() as patch:
        patch.setattr(templating.Sandbox, "compile", lambda *_, **__: pytest.fail("compiled again"))
        assert [sandbox(root).get_template(name).render(x=1) for name in ("a.j2", "b.j2")] == ["a 1", "b 1"]


def test_a_changed_template_is_compiled_anew(root: Path) -> None:
    env = sandbox(root)
    env.get_template("a.j2")
    write_now(env)
    (root / "a.j2").write_text("c {{ x }}", "utf-8")
    assert sandbox(root).get_template("a.j2").render(x=1) == "c 1"


@pytest.mark.parametrize("content", [b"", b"{", b"not\nmarshal"])
def test_a_broken_cache_is_no_error(root: Path, tmp_path: Path, content: bytes) -> None:
    env = sandbox(root)
    env.get_template("a.j2")
    write_now(env)
    (kept,) = (tmp_path / "cache" / "queuewright").iterdir()
    head = kept.read_bytes().partition(b"\n")[0]
    for broken in (content, head + b"\n" + content):
        kept.write_bytes(broken)
        assert sandbox(root).get_template("a.j2").render(x=1) == "a 1"


class Value:
    _hidden = "h"
    shown = "s"


@pytest.mark.parametrize(
    "expression", ["v._hidden", "v.shown.__class__", "[].append(1)", "v.__init__.__globals__"]
)
def test_the_sandbox_refuses_each_time(expression: str) -> None:
    env: Any = templating.environment()
    for _ in range(2):
        with pytest.raises(SecurityError):
            env.from_string(f"{{{{ {expression} }}}}").render(v=Value())
    assert env.from_string("{{ v.shown }}").render(v=Value()) == "s"


def test_an_expression_gives_its_value() -> None:
    assert templating.evaluate("x + [3]", {"x": [1, 2]}) == [1, 2, 3]
    with pytest.raises(jinja2.UndefinedError):
        bool(templating.evaluate("y", {"x": 1}))
