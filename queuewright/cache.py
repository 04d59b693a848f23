"""The user's cache: what is slow to make and follows from queuewright's own files. To lose it costs time, nothing else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def load(name: str, state: str) -> bytes | None:
    """What was stored under this name for the same state."""
    folder = _folder()
    if folder is None:
        return None
    with suppress(OSError):
        head, _, data = (folder / name).read_bytes().partition(b"\n")
        if head == _digest(state):
            return data
    return None


def store(name: str, state: str, data: bytes) -> None:
    """Atomically, so that no other process reads half of it. A cache that cannot be written is no error."""
    folder = _folder()
    if folder is None:
        return
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = folder / f"{name}.{os.getpid()}.tmp"
        temporary.write_bytes(_digest(state) + b"\n" + data)
        temporary.replace(folder / name)


def state_of(files: Iterable[Path]) -> str:
    """Of files: it changes with any path, size or time of change."""
    stats = ((str(path), path.stat()) for path in files)
    return repr([(path, stat.st_mtime_ns, stat.st_size) for path, stat in stats])


def name_for(what: str, root: Path) -> str:
    """Another name for each installation, so that two of them keep a copy each."""
    return f"{what}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:16]}"


def _folder() -> Path | None:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - ~ may not resolve
    return Path(home) / "queuewright" if os.path.isabs(home) else None  # noqa: PTH117


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).hexdigest().encode()
