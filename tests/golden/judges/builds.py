"""The overlays as kubectl builds them, with what a user is asked to fill in filled in."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml
from golden.judges.toolbox import need, run

Object = dict[str, Any]
DIGEST = "sha256:" + "a5" * 32


def prepare(project: Path) -> None:
    """Does what README asks for before a first start: the secrets."""
    done = subprocess.run(
        ["sh", "scripts/secrets.sh"], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def build(project: Path, overlay: Path) -> str:
    return run([need("kubectl"), "kustomize", overlay], project, allowed=(0,))


def released(project: Path) -> Path:
    """A copy of the production overlay as a release leaves it: the image by digest, external secrets taken in."""
    overlay = project / "k8s/overlays/released"
    shutil.copytree(project / "k8s/overlays/production", overlay, dirs_exist_ok=True)
    path = overlay / "kustomization.yaml"
    text = path.read_text(encoding="utf-8")
    text, pinned = re.subn(r"^ {4}newTag: .*$", f"    digest: {DIGEST}", text, flags=re.MULTILINE)
    text, taken_in = re.subn(
        r"^  # (- \.\./\.\./components/external-secrets)$", r"  \1", text, flags=re.MULTILINE
    )
    assert (pinned, taken_in) == (1, 1), (
        "the production overlay has a place for the digest and the external secrets"
    )
    path.write_text(text, encoding="utf-8")
    return overlay


def objects(text: str) -> list[Object]:
    return [each for each in yaml.safe_load_all(text) if each]


def named(each: Object) -> str:
    return f"{each['kind']}/{each['metadata']['name']}"
