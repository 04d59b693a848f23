"""What is published works: the wheel, and the wheel that is built from the sdist, in clean environments."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run(*argv: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(arg) for arg in argv], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dist/ with the sdist, a wheel of the checkout, and a wheel of the sdist."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--outdir", out / "checkout", cwd=ROOT)
    run(sys.executable, "-m", "build", "--outdir", out / "sdist", cwd=ROOT)
    return out


@pytest.mark.xdist_group("packaging")
@pytest.mark.parametrize("origin", ["checkout", "sdist"])
def test_a_wheel_renders_in_a_clean_environment(origin: str, built: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    (wheel,) = (built / origin).glob("*.whl")
    run(environment / "bin" / "pip", "install", "--quiet", wheel, cwd=tmp_path)
    project = tmp_path / "shop"
    qw = environment / "bin" / "qw"
    run(qw, "init", project, "--preset", "api", "--yes", "--no-input", cwd=tmp_path)
    run(qw, "check", project / "queuewright.yaml", cwd=tmp_path)
    assert (project / "compose.yaml").is_file()
    assert run(environment / "bin" / "queuewright", "--version", cwd=tmp_path) == run(
        environment / "bin" / "python", "-m", "queuewright", "--version", cwd=tmp_path
    )
