"""A worker's processes tell where they hang, and nothing else is touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, as the containers have it"),
]

HANGING = """
from demo_shop.runtime import stacks
stacks.listen()
def hangs_here():
    print("ready", flush=True)
    input()
hangs_here()
"""
DEAF = "print('ready', flush=True); input()"


def start(code: str, source: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(source)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_only_processes_that_listen_are_asked_and_they_go_on(
    source: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from demo_shop.runtime import stacks

    hanging, deaf = start(HANGING, source), start(DEAF, source)
    try:
        found = stacks.listeners()
        assert hanging.pid in found
        assert deaf.pid not in found
        # another worker on this machine is none of this test's business
        monkeypatch.setattr(stacks, "listeners", lambda: [hanging.pid])
        assert stacks.main() == 0
        assert str(hanging.pid) in capsys.readouterr().out
        assert hanging.poll() is None
    finally:
        told = hanging.communicate("\n", timeout=10)[1]
        deaf.communicate("\n", timeout=10)
    assert "hangs_here" in told
    assert hanging.returncode == 0
    assert deaf.returncode == 0


def test_where_no_process_listens_that_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from demo_shop.runtime import stacks

    monkeypatch.setattr(stacks, "listeners", list)
    assert stacks.main() == 1
    assert "none" in capsys.readouterr().out
