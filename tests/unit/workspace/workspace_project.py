"""A small project to render, edit, and look at, without any template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from queuewright.render.tree import File, Owner, Rendering
from queuewright.workspace import Inspection, Plan, apply, inspect, plan
from queuewright.workspace.disk import Disk

SPEC = "version: 1\nname: mailroom\n"
OTHER_SPEC = SPEC + "# edited\n"


def rendering(
    owned: Mapping[str, str],
    seeded: Mapping[str, str] | None = None,
    *,
    executable: Iterable[str] = (),
    identities: Mapping[str, str] | None = None,
) -> Rendering:
    files = [
        *(
            File(path, text, Owner.OWNED, 0o755 if path in set(executable) else 0o644)
            for path, text in owned.items()
        ),
        *(File(path, text, Owner.SEEDED) for path, text in (seeded or {}).items()),
    ]
    return Rendering({file.path: file for file in sorted(files, key=lambda it: it.path)}, identities or {})


FIRST = rendering(
    {
        "Dockerfile": "FROM python:3.13-slim\n",
        "compose.yaml": "services: {}\n",
        "config/broker/redis.conf": "maxmemory-policy noeviction\n",
        "k8s/base/worker.yaml": "kind: Deployment\n",
        "scripts/secrets.sh": "#!/bin/sh\n",
        "src/mailroom/runtime/worker.py": "print('worker')\n",
    },
    {"pyproject.toml": "[project]\n", "src/mailroom/tasks/send.py": "def send(): ...\n"},
    executable=["scripts/secrets.sh"],
    identities={"queue.send.type": "classic"},
)
"""Eight files."""

SECOND = rendering(
    {
        "Dockerfile": "FROM python:3.13-slim\nUSER 10001\n",
        "compose.yaml": "services: {}\n",
        "config/state/redis.conf": "appendonly yes\n",
        "monitoring/rules/alerts.yml": "groups: []\n",
        "scripts/secrets.sh": "#!/bin/sh\nset -eu\n",
        "src/mailroom/runtime/worker.py": "print('worker')\nprint('drain')\n",
    },
    {
        "pyproject.toml": "[project]\n",
        "src/mailroom/tasks/send.py": "def send(): ...\n",
        "src/mailroom/tasks/bounce.py": "def bounce(): ...\n",
    },
    executable=["scripts/secrets.sh", "src/mailroom/runtime/worker.py"],
    identities={"queue.send.type": "classic"},
)
"""FIRST, with files changed, added (in new folders too) and no longer rendered, and a mode changed."""

THIRD = rendering(
    {
        "Dockerfile": "FROM python:3.13-slim\nUSER 10002\n",
        "compose.yaml": "services: {worker: {}}\n",
        "config/state/redis.conf": "appendonly yes\n",
        "scripts/secrets.sh": "#!/bin/sh\nset -eu\n",
        "src/mailroom/runtime/worker.py": "print('third')\n",
    },
    {"pyproject.toml": "[project]\n", "src/mailroom/tasks/send.py": "def send(): ...\n"},
    executable=["scripts/secrets.sh"],
    identities={"queue.send.type": "classic"},
)
"""What another edit of the spec makes of SECOND."""


def look(
    root: Path, tree: Rendering, spec: str = SPEC, *, version: str = "1.0.0", disk: Disk | None = None
) -> Inspection:
    return inspect(root, tree, spec, project="mailroom", version=version, disk=disk)


def render(
    root: Path,
    tree: Rendering,
    spec: str = SPEC,
    *,
    version: str = "1.0.0",
    force: bool = False,
    allow_replace: bool = False,
) -> Plan:
    todo = plan(look(root, tree, spec, version=version), force=force, allow_replace=allow_replace)
    apply(todo)
    return todo


def snapshot(root: Path) -> dict[str, tuple[str, bool] | str]:
    """Every path below a root: folders as a word, files as content and executable bit, links as their target."""
    found: dict[str, tuple[str, bool] | str] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_dir():
            found[name] = "folder"
        else:
            found[name] = (path.read_bytes().decode("utf-8", "replace"), bool(path.stat().st_mode & 0o100))
    return found


def expected(tree: Rendering) -> dict[str, tuple[str, bool]]:
    return {path: (file.content, bool(file.mode & 0o100)) for path, file in tree.tree.items()}
