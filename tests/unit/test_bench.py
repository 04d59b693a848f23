"""What the benchmark makes of its measurements."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import bench

MEDIANS = {
    "import typer": 0.05,
    "qw --help": 0.08,
    "qw check": 0.15,
    "copier copy, from git": 1.6,
    **{bench.grown(count): 0.4 + 0.01 * count for count in bench.GROWN},
}


def test_all_goals_are_reached() -> None:
    assert [goal.name for goal in bench.goals(MEDIANS, MEDIANS) if not goal.reached] == []


@pytest.mark.parametrize(
    ("name", "slow", "missed"),
    [
        ("qw --help", 0.11, "qw --help / import typer"),
        ("qw check", 0.51, "qw check, seconds"),
        ("qw check", 0.17, "qw check / copier copy, from git"),
        (bench.grown(bench.GROWN[2]), 1.6, "cost of a workload from 50 to 100 / from 1 to 50"),
    ],
)
def test_each_goal_can_be_missed(name: str, slow: float, missed: str) -> None:
    medians = {**MEDIANS, name: slow}
    assert missed in [goal.name for goal in bench.goals(medians, medians) if not goal.reached]


def test_a_command_that_fails_stops_the_benchmark(tmp_path: Path) -> None:
    case = bench.Case("fails", [sys.executable, "-c", "raise SystemExit('no such luck')"], tmp_path)
    with pytest.raises(SystemExit, match="gave 1\nno such luck"):
        case.run({})
    assert case.wall_s == []


def test_time_and_memory_are_those_of_the_process(tmp_path: Path) -> None:
    case = bench.Case(
        "works", [sys.executable, "-c", "sum(range(2_000_000)); x = bytearray(90 << 20)"], tmp_path
    )
    case.run({})
    assert 0.0 < case.cpu_s[0] <= case.wall_s[0] * 2
    assert case.memory_mib > 80
