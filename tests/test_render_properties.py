"""Whatever a valid spec says: it renders, always to the same bytes, into files that their languages can read."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path, PurePosixPath

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from strategies import CATALOG, KINDS, specs

from queuewright.render import Rendering, render_spec
from queuewright.spec import dump, loads

EXPONENT = re.compile(r"(?<=[ (|])\d+(\.\d+)?e[-+]\d+")
"""A number that a person has to count zeros for, and that YAML 1.1 takes for text."""

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
    assert not EXPONENT.search(content), (path, EXPONENT.search(content))
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


@pytest.mark.parametrize(
    ("project", "workload"), [("x" * 40, "y" * 40), ("classification-service", "ml-inference"), ("x", "y")]
)
def test_imports_are_sorted_whatever_the_names_are(tmp_path: Path, project: str, workload: str) -> None:
    """`ruff check .` is a step of the rendered workflow."""
    text = yaml.safe_dump(
        {
            "version": 1,
            "name": project,
            "stack": {"broker": "redis", "worker": "celery"},
            "workloads": [
                {"name": f"{workload[: 40 - len(kind) - 1]}-{kind}", "answers": {"workload": kind, "cron": True}}
                for kind in KINDS
            ],
        }
    )
    for path, file in render_spec(loads(text, "queuewright.yaml").spec, CATALOG).tree.items():
        if path.endswith((".py", ".toml")):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(file.content)
    argv = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", "."]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("tag", "label"), [("_" + "a" * 127, "a" * 62), ("1.10", "1.10"), ("v2.", "v2"), ("__", "")])
def test_any_image_tag_gives_a_version_that_kubernetes_takes_as_a_label(tag: str, label: str) -> None:
    text = f'{{version: 1, name: shop, settings: {{image_tag: "{tag}"}}, workloads: [{{name: jobs}}], stack: {{broker: redis, worker: rq}}}}'
    tree = render_spec(loads(text, "queuewright.yaml").spec, CATALOG).tree
    (deployment, _) = yaml.safe_load_all(tree["k8s/base/worker-jobs.yaml"].content)
    for metadata in (deployment["metadata"], deployment["spec"]["template"]["metadata"]):
        assert metadata["labels"]["app.kubernetes.io/version"] == label


@pytest.mark.parametrize("namespace", ["on", "y", "null"])
def test_a_namespace_is_a_text_whatever_its_name(namespace: str) -> None:
    text = f'{{version: 1, name: shop, settings: {{namespace: "{namespace}"}}, workloads: [{{name: jobs}}], stack: {{broker: redis, worker: rq}}}}'
    tree = render_spec(loads(text, "queuewright.yaml").spec, CATALOG).tree
    overlay = "k8s/overlays/production"
    assert yaml.safe_load(tree[f"{overlay}/namespace.yaml"].content)["metadata"]["name"] == namespace
    assert f'\nnamespace: "{namespace}"\n' in tree[f"{overlay}/kustomization.yaml"].content


def test_no_secret_is_rendered(rendering: Rendering) -> None:
    for path, file in rendering.tree.items():
        for line in file.content.splitlines():
            lowered = line.lower()
            assert "password=" not in lowered.replace(" ", "") or "$" in line or "get_secret_value" in line or path.endswith(
                (".py", ".md", ".sh")
            ), f"{path}: {line}"
