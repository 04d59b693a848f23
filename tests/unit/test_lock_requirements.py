"""The pinned requirements of rendered projects: complete, hashed, and only what the kinds of work need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jinja2 import Environment

from tools import lock_requirements as lock

PAIRINGS = sorted(path.parent.parent for path in lock.TEMPLATES.glob("pairing/*/requirements/runtime.txt.j2"))

SPLIT = """\
anyio==4.16.0 ; sys_platform != 'emscripten' \\
    --hash=sha256:aa
deprecated==1.3.1 ; python_full_version < '3.12' \\
    --hash=sha256:bb
deprecated==3.0.1 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
"""


class Plan:
    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds


def rendered(template: str, *kinds: str) -> str:
    env = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    env.filters["comment"] = lambda text: f"# {text}"
    return env.from_string(template).render(plan=Plan(*kinds), header="header")


def test_versions_that_a_marker_splits_stay_one_block() -> None:
    assert lock.blocks(SPLIT) == {
        "anyio": ["anyio==4.16.0 ; sys_platform != 'emscripten' \\", "    --hash=sha256:aa"],
        "deprecated": [
            "deprecated==1.3.1 ; python_full_version < '3.12' \\",
            "    --hash=sha256:bb",
            "deprecated==3.0.1 ; python_full_version >= '3.12' \\",
            "    --hash=sha256:cc",
        ],
    }


def test_what_only_some_kinds_need_is_rendered_for_them_alone() -> None:
    superset = {
        name: [f"{name}==1 \\", f"    --hash=sha256:{name}"] for name in ("core", "images", "numpy", "pytest")
    }
    template = lock.runtime_template(superset, {"core"}, {"ml": {"numpy", "images"}, "file": {"images"}})
    assert "pytest" not in template, "a tool to test with is no requirement of the runtime"
    names = {
        kinds: re.findall(r"^(\w+)==", rendered(template, *kinds), re.M)
        for kinds in [("api",), ("file",), ("ml",)]
    }
    assert names == {("api",): ["core"], ("file",): ["core", "images"], ("ml",): ["core", "images", "numpy"]}


@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda path: path.name)
@pytest.mark.parametrize("file", ["runtime.txt.j2", "dev.txt.j2"])
def test_every_locked_package_has_hashes_and_no_index_is_named(pairing: Path, file: str) -> None:
    text = rendered((pairing / "requirements" / file).read_text(encoding="utf-8"), "ml", "api", "pipeline")
    packages = lock.blocks(text)
    assert packages
    for name, block in packages.items():
        for line, following in zip(block, [*block[1:], ""], strict=True):
            if not line.startswith(" "):
                assert following.strip().startswith("--hash=sha256:"), f"{name} is not locked by hash"
    assert "://" not in re.sub(r"^#.*$", "", text, flags=re.M)
    assert not re.search(r"^\s*(--(extra-)?index-url|--find-links|-[ief])\b", text, re.M)


@pytest.mark.parametrize("pairing", PAIRINGS, ids=lambda path: path.name)
def test_what_is_asked_for_is_locked(pairing: Path) -> None:
    folder = pairing / "requirements"
    asked = rendered((folder / "runtime.in.j2").read_text(encoding="utf-8"), "ml")
    locked = lock.blocks(rendered((folder / "runtime.txt.j2").read_text(encoding="utf-8"), "ml"))
    names = {
        re.split(r"[\[<>=~! ]", line)[0].lower() for line in asked.splitlines() if line and line[0] != "#"
    }
    assert names <= set(locked)
