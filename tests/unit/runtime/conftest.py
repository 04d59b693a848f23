"""The runtime modules of a rendered project, imported as the package `demo_shop`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakeredis import FakeRedis, FakeServer

from queuewright import catalog
from queuewright.render import render_spec
from queuewright.spec import loads

SPEC = """
version: 1
name: demo-shop
stack: {broker: redis, worker: celery}
workloads:
  - {name: signups, answers: {workload: api}}
"""


def write_package(root: Path) -> None:
    """Only what these tests import: the runtime without its adapter, and the sandbox."""
    for path, file in render_spec(loads(SPEC).spec, catalog.load()).tree.items():
        if path.startswith(("src/demo_shop/runtime/", "src/demo_shop/sandbox/", "src/demo_shop/__init__")):
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.content, encoding="utf-8")


@pytest.fixture(scope="session", autouse=True)
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("rendered")
    write_package(root)
    sys.path.insert(0, str(root / "src"))
    yield root / "src"
    sys.path.remove(str(root / "src"))
    for name in [name for name in sys.modules if name.partition(".")[0] == "demo_shop"]:
        del sys.modules[name]


@pytest.fixture
def server() -> FakeServer:
    """`server.connected = False` takes it away."""
    return FakeServer()


@pytest.fixture
def store(server: FakeServer) -> FakeRedis:
    return FakeRedis(server=server, decode_responses=True)
