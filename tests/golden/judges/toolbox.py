"""Where the judges are, and what happens when one is absent."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
FOLDERS = (
    Path(sys.executable).parent,
    ROOT / ".tools/judges/bin",
    ROOT / ".tools/checkov/bin",
    ROOT / ".tools/bin",
)
SCHEMAS_VARIABLE = "QW_SHARED"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    tool: str
    rule: str
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.tool} {self.rule} at {self.where}: {self.message}"


def required() -> bool:
    """Where the judges are asked for (`make judge`), an absent one is a failure, not a skip."""
    return os.environ.get("QW_REQUIRE") == "1"


def absent(what: str, remedy: str) -> None:
    message = f"{what} is not here: {remedy}"
    if required():
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def need(name: str) -> Path:
    """A judge's program; skips the test when it is not installed, fails it where the judges are asked for."""
    for folder in FOLDERS:
        if (folder / name).is_file():
            return folder / name
    found = shutil.which(name)
    if found is None:
        absent(name, "tools/judges.sh installs the judges")
        raise AssertionError("unreachable")
    return Path(found)


def schemas(name: str) -> Path:
    """A folder of CRD schemas: beside the repository, or where an environment variable says."""
    base = Path(os.environ.get(SCHEMAS_VARIABLE) or ROOT.parent / "shared")
    folder = base / "schemas" / name
    if not folder.is_dir():
        absent(
            f"the folder of {name} schemas", f"set {SCHEMAS_VARIABLE} to the folder that holds schemas/{name}"
        )
    return folder


def run(argv: Sequence[str | Path], cwd: Path, allowed: Sequence[int] = (0, 1)) -> str:
    """A judge's standard output. An exit code that means neither clean nor findings is an error of the judge."""
    done = subprocess.run(
        [str(part) for part in argv], cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode not in allowed:
        raise AssertionError(
            f"{argv[0]} gave {done.returncode}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        )
    return done.stdout
