"""Times whole commands, side by side in one run: start-up, advice, rendering and checking.

`make bench` prints a table and exits 1 where a goal is missed. copier and cookiecutter render as many files of the
same size, each in an environment of its own under .tools/.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".tools" / "bench"
PEER_PACKAGES = ("copier==9.19.1", "cookiecutter==2.7.1")
RUNS = 7
MANY = 100
"""Workloads in one spec, for the cost of growth."""


@dataclass(frozen=True)
class Timing:
    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def timed(
    name: str, argv: Sequence[str], cwd: Path, *, prepare: Callable[[], None] | None = None, runs: int = RUNS
) -> Timing:
    """Wall time of whole processes, after one that is not counted."""
    taken = []
    for _ in range(runs + 1):
        if prepare:
            prepare()
        start = time.perf_counter()
        done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(argv)} gave {done.returncode}\n{done.stdout}\n{done.stderr}")
    return Timing(name, tuple(taken[1:]))


def peers() -> Path:
    """The environment of the tools that are compared with."""
    marker = PEERS / "installed"
    if not marker.exists() or marker.read_text() != " ".join(PEER_PACKAGES):
        shutil.rmtree(PEERS, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([PEERS / "bin" / "pip", "install", "--quiet", *PEER_PACKAGES], check=True)
        marker.write_text(" ".join(PEER_PACKAGES))
    return PEERS / "bin"


def qw(*argv: str) -> list[str]:
    return [str(Path(sys.executable).with_name("qw")), *argv]


def project(base: Path) -> Path:
    root = base / "project"
    subprocess.run(qw("init", str(root), "--preset", "api", "--yes", "--no-input"), check=True, capture_output=True)
    return root


def rendered_files(root: Path) -> list[Path]:
    lock = json.loads((root / "queuewright.lock").read_text())
    return [root / path for path in lock["files"]]


def peer_templates(base: Path, root: Path) -> tuple[Path, Path]:
    """The same files as a copier and as a cookiecutter template, each with one variable in it."""
    copier, cookiecutter = base / "copier", base / "cookiecutter"
    inner = cookiecutter / "{{cookiecutter.name}}"
    copier.mkdir()
    (copier / "copier.yml").write_text("name: {type: str, default: demo}\n")
    (copier / "{{_copier_conf.answers_file}}.jinja").write_text("{{ _copier_answers|to_nice_yaml }}\n")
    cookiecutter.mkdir()
    (cookiecutter / "cookiecutter.json").write_text('{"name": "demo"}')
    for file in rendered_files(root):
        body = "{% raw %}" + file.read_text() + "{% endraw %}\n"
        for target, variable in (
            (copier / f"{file.relative_to(root)}.jinja", "{{ name }}"),
            (inner / file.relative_to(root), "{{ cookiecutter.name }}"),
        ):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(variable + "\n" + body)
    return copier, cookiecutter


def grown_spec(root: Path, base: Path, workloads: int) -> Path:
    """The preset's spec with that many workloads."""
    import yaml

    spec = yaml.safe_load((root / "queuewright.yaml").read_text())
    first = spec["workloads"][0]
    spec["workloads"] = [{**first, "name": f"{first['name']}-{index}"} for index in range(workloads)]
    folder = base / f"grown-{workloads}"
    folder.mkdir()
    path = folder / "queuewright.yaml"
    path.write_text(yaml.safe_dump(spec, sort_keys=False))
    subprocess.run(qw("render", str(path)), check=True, capture_output=True)
    return path


def measure(base: Path) -> list[Timing]:
    bin_ = peers()
    root = project(base)
    copier, cookiecutter = peer_templates(base, root)
    fresh, out = base / "fresh", base / "out"

    def render_anew() -> None:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        shutil.copy(root / "queuewright.yaml", fresh)

    def no_output() -> None:
        shutil.rmtree(out, ignore_errors=True)

    def touch_spec() -> None:
        """A comment: the same files, but nothing that was kept of the last render may be used."""
        with (root / "queuewright.yaml").open("a") as spec:
            spec.write("#\n")

    answers = base / "answers.json"
    answers.write_text(json.dumps({"language": ["python"], "workload": "email", "task_max_s": 60}))
    ten, many = grown_spec(root, base, MANY // 10), grown_spec(root, base, MANY)
    return [
        timed("python -c 'import typer'", [sys.executable, "-c", "import typer"], base),
        timed("qw --help", qw("--help"), base),
        timed("qw recommend --answers", qw("recommend", "--answers", str(answers), "--format", "json"), base),
        timed("qw render (anew)", qw("render", str(fresh / "queuewright.yaml")), base, prepare=render_anew),
        timed("qw check", qw("check"), root),
        timed("qw check, spec just edited", qw("check"), root, prepare=touch_spec),
        timed(f"qw check, {MANY // 10} workloads", qw("check", str(ten)), base, runs=3),
        timed(f"qw check, {MANY} workloads", qw("check", str(many)), base, runs=3),
        timed(
            "copier copy",
            [str(bin_ / "copier"), "copy", "--defaults", "--quiet", "--vcs-ref", "HEAD", str(copier), str(out)],
            base,
            prepare=no_output,
        ),
        timed(
            "cookiecutter",
            [str(bin_ / "cookiecutter"), "--no-input", "-o", str(out), str(cookiecutter)],
            base,
            prepare=no_output,
        ),
    ]


def goals(found: dict[str, float]) -> list[tuple[str, float, float]]:
    """What is to be reached: name, measured, at most. Seconds, or ratios."""
    return [
        ("qw --help / import typer", found["qw --help"] / found["python -c 'import typer'"], 2.0),
        ("qw check, seconds", found["qw check"], 0.5),
        ("qw check / copier copy", found["qw check"] / found["copier copy"], 0.1),
        (
            f"qw check of {MANY} workloads / ten times that of {MANY // 10}",
            found[f"qw check, {MANY} workloads"] / (10 * found[f"qw check, {MANY // 10} workloads"]),
            1.0,
        ),
    ]


def main() -> int:
    console = Console()
    os.environ["NO_COLOR"] = "1"
    with tempfile.TemporaryDirectory() as folder, console.status("timing"):
        timings = measure(Path(folder))
    table = Table("command", "median s", "min s", "max s", title=f"whole processes, {RUNS} runs after one uncounted")
    for timing in timings:
        table.add_row(timing.name, *(f"{value:.3f}" for value in (timing.median, min(timing.seconds), max(timing.seconds))))
    console.print(table)
    checks = goals({timing.name: timing.median for timing in timings})
    verdicts = Table("goal", "measured", "at most", "")
    for name, value, limit in checks:
        verdicts.add_row(name, f"{value:.2f}", f"{limit:g}", "reached" if value <= limit else "MISSED")
    console.print(verdicts)
    return 0 if all(value <= limit for _, value, limit in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
