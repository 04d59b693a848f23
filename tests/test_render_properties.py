"""Whatever a valid spec says: it renders, always to the same bytes, into files that their languages can read."""

from __future__ import annotations

import ast
import json
import subprocess
import tomllib
from pathlib import PurePosixPath

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from strategies import CATALOG, specs

from queuewright.render import Rendering, render_spec
from queuewright.spec import dump, loads

slow = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@slow
@given(specs())
def test_a_valid_spec_renders_to_files_that_their_languages_can_read(spec):
    rendering = render_spec(spec, CATALOG)
    for path, file in rendering.tree.items():
        read(path, file.content)
        pure = PurePosixPath(path)
        assert not pure.is_absolute()
        assert ".." not in pure.parts


@settings(slow, max_examples=8)
@given(specs())
def test_rendering_twice_gives_the_same_bytes(spec):
    assert render_spec(spec, CATALOG) == render_spec(spec, CATALOG)


@settings(slow, max_examples=15)
@given(specs())
def test_a_dumped_spec_renders_to_the_same_tree(spec):
    again = loads(dump(spec), "queuewright.yaml").spec
    assert render_spec(again, CATALOG) == render_spec(spec, CATALOG)


def read(path: str, content: str) -> None:
    """Raises where a parser of the file's language refuses it."""
    assert "\r" not in content
    suffix = PurePosixPath(path).suffix
    if suffix == ".py":
        ast.parse(content, path)
    elif suffix in {".yaml", ".yml"}:
        list(yaml.safe_load_all(content))
    elif suffix == ".json":
        json.loads(content)
    elif suffix == ".toml":
        tomllib.loads(content)
    elif suffix == ".sh":
        assert subprocess.run(["sh", "-n"], input=content, text=True, check=False).returncode == 0, path


@pytest.fixture(scope="module")
def rendering() -> Rendering:
    from tools.golden import cases
    from tools.golden import rendering as render_case

    return render_case(cases()[0])


def test_no_secret_is_rendered(rendering: Rendering) -> None:
    for path, file in rendering.tree.items():
        for line in file.content.splitlines():
            lowered = line.lower()
            assert "password=" not in lowered.replace(" ", "") or "$" in line or "get_secret_value" in line or path.endswith(
                (".py", ".md", ".sh")
            ), f"{path}: {line}"
