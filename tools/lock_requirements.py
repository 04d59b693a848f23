"""Locks what rendered Python projects install: `python -m tools.lock_requirements [--upgrade] [PAIRING ...]`.

Inputs are the `requirements.in` of the language, the worker, the pairing and the kinds of work, and the language's
`dev.in`. All of a pairing is resolved at once, for Python 3.11 to 3.13 on any platform, so that its parts agree; what
only some kinds of work need is put into conditions of the template. Written: `templates/pairing/X/requirements/`.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
PYTHON = "3.11"
"""The oldest that a rendered project supports; a universal resolution covers what is newer."""

HEADER = "{{ header | comment }}\n#\n"
RUNTIME_INTRO = "# Locked by hash. Your own dependencies belong into requirements/app.txt.\n"
DEV_INTRO = "# Locked by hash, beside requirements/runtime.txt: to test and check the project.\n"
IN_INTRO = "# What requirements/runtime.txt was locked from.\n"

_REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9][-A-Za-z0-9._]*)(?:\[[^\]]*\])?==")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.lock_requirements", description=__doc__)
    parser.add_argument("pairings", nargs="*", help="default: every pairing with a Python worker")
    parser.add_argument("--upgrade", action="store_true", help="take newer versions than are locked now")
    options = parser.parse_args(argv)
    known = {
        folder.name: folder
        for folder in sorted((TEMPLATES / "pairing").iterdir())
        if _worker_input(folder).exists()
    }
    unknown = set(options.pairings) - set(known)
    if unknown:
        parser.error(f"no such pairing: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    for name in options.pairings or known:
        _lock(known[name], upgrade=options.upgrade)
    return 0


def _worker_input(pairing: Path) -> Path:
    return TEMPLATES / "worker" / pairing.name.rpartition("-")[2] / "requirements.in"


def _lock(pairing: Path, *, upgrade: bool) -> None:
    base = _lines(
        TEMPLATES / "language/python/requirements.in", _worker_input(pairing), pairing / "requirements.in"
    )
    dev = _lines(TEMPLATES / "language/python/dev.in")
    kinds = {
        path.parent.parent.name: _lines(path)
        for path in sorted((TEMPLATES / "workload").glob("*/python/requirements.in"))
    }
    target = pairing / "requirements"
    everything = [*base, *dev, *(line for lines in kinds.values() for line in lines)]
    superset = resolve(everything, constraints=[] if upgrade else _locked(target))
    pins = [line for block in superset.values() for line in block if _REQUIREMENT.match(line)]
    runtime = set(resolve(base, constraints=pins))
    wanted_by = {
        kind: set(resolve([*base, *lines], constraints=pins)) - runtime for kind, lines in kinds.items()
    }
    in_kinds = set().union(*wanted_by.values())
    target.mkdir(exist_ok=True)
    _write(target / "runtime.txt.j2", RUNTIME_INTRO, runtime_template(superset, runtime, wanted_by))
    _write(
        target / "dev.txt.j2",
        DEV_INTRO,
        "".join(_text(block) for name, block in superset.items() if name not in runtime | in_kinds),
    )
    _write(target / "runtime.in.j2", IN_INTRO, _inputs(base, kinds))
    print(f"{pairing.name}: {len(runtime)} packages to run, {len(superset)} in all")


def runtime_template(
    superset: Mapping[str, Sequence[str]], runtime: set[str], wanted_by: Mapping[str, set[str]]
) -> str:
    """Jinja: packages that only some kinds of work need stand in a condition."""
    parts: list[str] = []
    for name, block in superset.items():
        kinds = sorted(kind for kind, names in wanted_by.items() if name in names)
        if name in runtime:
            parts.append(_text(block))
        elif kinds:
            parts.append(f"{_condition(kinds)}\n{_text(block)}{{% endif %}}\n")
    return "".join(parts)


def resolve(requirements: Iterable[str], *, constraints: Iterable[str]) -> dict[str, list[str]]:
    """Package to its lines (`name==version`, then its hashes), by name. Universal: markers stay in the first line."""
    with tempfile.TemporaryDirectory() as folder:
        wanted, limits = Path(folder, "wanted.in"), Path(folder, "limits.txt")
        wanted.write_text("\n".join(requirements) + "\n", encoding="utf-8")
        limits.write_text(
            "\n".join(constraint.rstrip(" \\") for constraint in constraints) + "\n", encoding="utf-8"
        )
        command = [
            "uv",
            "pip",
            "compile",
            "--universal",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
            "--quiet",
        ]
        command += [
            "--no-emit-index-url",
            "--no-emit-find-links",
            "--python-version",
            PYTHON,
            "-c",
            str(limits),
            str(wanted),
        ]
        found = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    if found.returncode != 0:
        sys.exit(f"uv could not resolve:\n{found.stderr}")
    return blocks(found.stdout)


def blocks(text: str) -> dict[str, list[str]]:
    """A requirements file by package; where a marker splits one into several versions, their lines follow one another."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        match = _REQUIREMENT.match(line)
        if match:
            current = found.setdefault(match["name"].lower(), [])
        if line.strip():
            current.append(line)
    return found


def _condition(kinds: Sequence[str]) -> str:
    test = " or ".join(f'"{kind}" in plan.kinds' for kind in kinds)
    return f"{{% if {test} %}}"


def _inputs(base: Iterable[str], kinds: Mapping[str, Sequence[str]]) -> str:
    common = "".join(f"{line}\n" for line in base)
    return common + "".join(
        f"{_condition([kind])}\n" + "".join(f"{line}\n" for line in lines) + "{% endif %}\n"
        for kind, lines in kinds.items()
    )


def _text(block: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in block)


def _lines(*paths: Path) -> list[str]:
    """Requirements of the files that exist; the last one of a package counts (`celery`, then `celery[redis]`)."""
    found: dict[str, str] = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
            text = line.partition("#")[0].strip()
            if text:
                found[re.split(r"[^-A-Za-z0-9._]", text, maxsplit=1)[0].lower()] = text
    return [found[name] for name in sorted(found)]


def _locked(target: Path) -> list[str]:
    """What is locked now, as constraints: a run without --upgrade changes no more than it must."""
    files = [target / "runtime.txt.j2", target / "dev.txt.j2"]
    return [
        line
        for file in files
        if file.exists()
        for line in file.read_text(encoding="utf-8").splitlines()
        if _REQUIREMENT.match(line)
    ]


def _environment() -> dict[str, str]:
    """uv of this environment first; certificates of the system where they are set for other programs."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "UV_SYSTEM_CERTS": "1"}


def _write(path: Path, intro: str, body: str) -> None:
    path.write_text(HEADER + intro + body, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
