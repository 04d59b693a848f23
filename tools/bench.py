"""Times whole commands, side by side in one run: start-up, advice, rendering and checking.

`make bench` prints two tables, or JSON with `--json`, and exits 1 where a goal is missed. copier and cookiecutter render
as many files of the same size; they live in an environment of their own under .tools/. Runs are interleaved, round by
round, and medians are compared, because other work on the machine comes and goes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".tools" / "bench"
PEER_PACKAGES = ("copier==9.19.1", "cookiecutter==2.7.1")
RUNS = 7
GROWN = (1, 50, 100)
"""Workloads in one spec, for the cost of growth: as many from the first to the second as from there to the last."""


@dataclass
class Case:
    """A command, and what was measured of it, run by run."""

    name: str
    argv: Sequence[str | Path]
    cwd: Path
    prepare: Callable[[], object] = lambda: None
    """Called before each run, outside the clock."""
    wall_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    """User and system time, with that of the processes it started."""
    memory_mib: float = 0.0

    def run(self, environment: Mapping[str, str], *, counted: bool = True) -> None:
        self.prepare()
        with tempfile.TemporaryFile() as output:
            start = time.perf_counter()
            process = subprocess.Popen(
                self.argv,
                cwd=self.cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                output.seek(0)
                text = output.read().decode(errors="replace")
                raise SystemExit(f"{' '.join(map(str, self.argv))} gave {process.returncode}\n{text}")
        if counted:
            self.wall_s.append(wall)
            self.cpu_s.append(usage.ru_utime + usage.ru_stime)
            self.memory_mib = max(
                self.memory_mib, usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
            )


@dataclass(frozen=True)
class Goal:
    name: str
    measured: float
    at_most: float

    @property
    def reached(self) -> bool:
        return self.measured <= self.at_most


class Bench:
    """What is timed, in a folder that is thrown away; home and cache are in it, too."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.cache = base / "cache"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("QW_", "NO_COLOR"))},
            "HOME": str(base),
            "XDG_CACHE_HOME": str(self.cache),
            "PATH": f"{PEERS / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }
        self.project = base / "project"
        self.done(*qw("init", self.project, "--preset", "api", "--yes", "--no-input"))
        self.files = list(json.loads((self.project / "queuewright.lock").read_text())["files"])
        self.out = base / "out"

    def done(self, *argv: str | Path, cwd: Path | None = None) -> None:
        Case("", argv, cwd or self.base).run(self.environment, counted=False)

    def cases(self) -> list[Case]:
        answers = self.base / "answers.json"
        answers.write_text(json.dumps({"language": ["python"], "workload": "email", "task_max_s": 60}))
        fresh = self.base / "fresh" / "queuewright.yaml"
        fresh.parent.mkdir()
        spec = self.project / "queuewright.yaml"

        def render_anew() -> None:
            shutil.rmtree(fresh.parent)
            fresh.parent.mkdir()
            fresh.write_text(spec.read_text() + edited())

        def edit() -> None:
            spec.write_text(spec.read_text() + edited())

        grown = [self.grown(spec, count) for count in GROWN]
        return [
            Case("import typer", [sys.executable, "-c", "import typer"], self.base),
            Case("qw --help", qw("--help"), self.base),
            Case("qw recommend", qw("recommend", "--answers", answers, "--format", "json"), self.base),
            Case("qw render, new project", qw("render", fresh), self.base, render_anew),
            Case("qw check", qw("check"), self.project, lambda: self.done(*qw("check"), cwd=self.project)),
            Case("qw check, spec edited", qw("check"), self.project, edit),
            Case("qw check, empty cache", qw("check"), self.project, lambda: shutil.rmtree(self.cache)),
            *grown,
            *self.peers(),
        ]

    def grown(self, spec: Path, count: int) -> Case:
        """A check of the preset with that many workloads, each time just edited: nothing kept shortens it."""
        path = self.base / f"grown-{count}" / "queuewright.yaml"
        path.parent.mkdir()
        document = yaml.safe_load(spec.read_text())
        first = document["workloads"][0]
        document["workloads"] = [{**first, "name": f"{first['name']}-{index}"} for index in range(count)]
        text = yaml.safe_dump(document, sort_keys=False)
        path.write_text(text)
        self.done(*qw("render", path))
        return Case(grown(count), qw("check", path), self.base, lambda: path.write_text(text + edited()))

    def peers(self) -> list[Case]:
        install_peers()
        copier, cookiecutter = self.base / "copier", self.base / "cookiecutter"
        self.templates(copier, cookiecutter)
        repository = self.base / "copier.git"
        shutil.copytree(copier, repository)
        git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "template"], ["tag", "v1"]):
            self.done(*git, *command, cwd=repository)
        copy = ["copier", "copy", "--defaults", "--quiet"]
        cases = [
            Case("copier copy, from git", [*copy, repository, self.out], self.base, self.clear),
            Case("copier copy, from a folder", [*copy, copier, self.out], self.base, self.clear),
            Case(
                "cookiecutter",
                ["cookiecutter", "--no-input", "-o", self.out, cookiecutter],
                self.base,
                self.clear,
            ),
        ]
        for case in cases:
            case.run(self.environment, counted=False)
            self.same_work(case.name)
        return cases

    def clear(self) -> None:
        shutil.rmtree(self.out, ignore_errors=True)

    def templates(self, copier: Path, cookiecutter: Path) -> None:
        """The same files as a template of each, with one variable in every file."""
        inner = cookiecutter / "{{cookiecutter.name}}"
        inner.mkdir(parents=True)
        copier.mkdir()
        (copier / "copier.yml").write_text("name: {type: str, default: demo}\n")
        (cookiecutter / "cookiecutter.json").write_text('{"name": "demo"}')
        for name in self.files:
            body = "{% raw %}" + (self.project / name).read_text() + "{% endraw %}\n"
            for target, variable in (
                (copier / f"{name}.jinja", "{{ name }}"),
                (inner / name, "{{ cookiecutter.name }}"),
            ):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(f"{variable}\n{body}")

    def same_work(self, name: str) -> None:
        """That a peer wrote as many files, and about as many bytes."""
        written = [path for path in self.out.rglob("*") if path.is_file()]
        ours = sum((self.project / path).stat().st_size for path in self.files)
        theirs = sum(path.stat().st_size for path in written)
        if len(written) != len(self.files) or not 0.98 <= theirs / ours <= 1.02:
            raise SystemExit(
                f"{name} wrote {len(written)} files, {theirs} bytes; wanted {len(self.files)}, {ours}"
            )


def install_peers() -> None:
    marker = PEERS / "installed"
    if not marker.exists() or marker.read_text() != " ".join(PEER_PACKAGES):
        shutil.rmtree(PEERS, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", PEERS], check=True)
        subprocess.run(
            [PEERS / "bin" / "python", "-m", "pip", "install", "--quiet", *PEER_PACKAGES], check=True
        )
        marker.write_text(" ".join(PEER_PACKAGES))


def qw(*argv: str | Path) -> list[str | Path]:
    return [Path(sys.executable).with_name("qw"), *argv]


def edited() -> str:
    """A comment that was never there before: the spec gives the same files, but is not the one that was checked."""
    return f"# {time.monotonic_ns()}\n"


def grown(count: int) -> str:
    return f"qw check, {count} workload{'s' if count > 1 else ''}, edited"


def goals(wall: Mapping[str, float], cpu: Mapping[str, float]) -> list[Goal]:
    """What is to be reached: of the medians of wall time, and for growth of the least CPU time, as differences are small.

    copier is measured on a git repository, because that is where its templates live: `copier update` needs one.
    """
    few, some, many = (cpu[grown(count)] for count in GROWN)
    return [
        Goal("qw --help / import typer", wall["qw --help"] / wall["import typer"], 2.0),
        Goal("qw check, seconds", wall["qw check"], 0.5),
        Goal("qw check / copier copy, from git", wall["qw check"] / wall["copier copy, from git"], 0.1),
        Goal(
            f"cost of a workload from {GROWN[1]} to {GROWN[2]} / from {GROWN[0]} to {GROWN[1]}",
            ((many - some) / (GROWN[2] - GROWN[1])) / ((some - few) / (GROWN[1] - GROWN[0])),
            1.25,
        ),
    ]


def report(cases: Sequence[Case], files: int) -> dict[str, Any]:
    wall = {case.name: statistics.median(case.wall_s) for case in cases}
    cpu = {case.name: statistics.median(case.cpu_s) for case in cases}
    return {
        "files": files,
        "runs": len(cases[0].wall_s),
        "commands": [
            {
                "name": case.name, "wall_s": wall[case.name], "cpu_s": cpu[case.name],
                "fastest_s": min(case.wall_s), "slowest_s": max(case.wall_s), "memory_mib": case.memory_mib,
            }
            for case in cases
        ],
        "goals": [
            {"name": goal.name, "measured": goal.measured, "at_most": goal.at_most, "reached": goal.reached}
            for goal in goals(wall, {case.name: min(case.cpu_s) for case in cases})
        ],
    }  # fmt: skip


def show(found: Mapping[str, Any], console: Console) -> None:
    title = f"whole processes, medians of {found['runs']} interleaved runs; {found['files']} files rendered or checked"
    table = Table("command", title=title)
    for heading in ("wall s", "CPU s", "fastest s", "slowest s", "MiB"):
        table.add_column(heading, justify="right")
    for row in found["commands"]:
        times = (f"{row[key]:.3f}" for key in ("wall_s", "cpu_s", "fastest_s", "slowest_s"))
        table.add_row(row["name"], *times, f"{row['memory_mib']:.0f}")
    console.print(table)
    verdicts = Table("goal", "measured", "at most", "")
    for goal in found["goals"]:
        verdict = "[green]REACHED" if goal["reached"] else "[red]MISSED"
        verdicts.add_row(goal["name"], f"{goal['measured']:.3f}", f"{goal['at_most']:g}", verdict)
    console.print(verdicts)


def main() -> int:
    parser = argparse.ArgumentParser(description="Times qw beside copier and cookiecutter.")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"rounds that count (default: {RUNS})")
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
    options = parser.parse_args()
    if options.runs < 1 or shutil.which("git") is None:
        parser.error(
            "--runs is at least 1" if options.runs < 1 else "git is needed: copier's template is a repository"
        )
    progress = Console(stderr=True)
    with tempfile.TemporaryDirectory() as folder, progress.status("preparing") as status:
        bench = Bench(Path(folder).resolve())
        cases = bench.cases()
        for round_ in range(options.runs + 1):
            for case in cases:
                status.update(f"round {round_} of {options.runs} (0 is not counted): {case.name}")
                case.run(bench.environment, counted=round_ > 0)
        found = report(cases, len(bench.files))
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        show(found, Console())
    return 0 if all(goal["reached"] for goal in found["goals"]) else 1


if __name__ == "__main__":
    sys.exit(main())
