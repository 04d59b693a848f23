from __future__ import annotations

import os
import signal
import time

import pytest


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("acme.example", "ok"),
        ("sandbox-fail.example", "fail"),
        ("uploads/sandbox-reject.csv", "reject"),
        ("sandbox-delay-0.01@shop.example", "ok"),
    ],
)
def test_a_name_decides_how_a_third_party_behaves(name: str, verdict: str) -> None:
    from demo_shop.sandbox import obey

    assert obey(name) == verdict


def test_a_delay_takes_its_time() -> None:
    from demo_shop.sandbox import obey

    begin = time.monotonic()
    obey("sandbox-delay-0.05.example")
    assert time.monotonic() - begin >= 0.05


def test_trouble_may_end() -> None:
    from demo_shop.sandbox import obey

    assert obey(f"sandbox-reject-until-{int(time.time()) + 60}") == "reject"
    assert obey(f"sandbox-reject-until-{int(time.time())}") == "ok"


def test_a_crash_kills_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    from demo_shop.sandbox import obey

    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda pid, sig: killed.append((pid, sig)))
    obey("sandbox-crash.example")
    assert killed == [(os.getpid(), signal.SIGKILL)]
