"""From the YAML files to plain data, and that kept compiled as JSON, because parsing YAML takes longer than everything else."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
FORMAT = 2
"""Raise when the shape of the compiled JSON changes."""


def read(data: Path = DATA) -> dict[str, Any]:
    """Every file under `data`, keyed by its path without suffix. From the user's cache where it is as new."""
    files = sorted(data.rglob("*.yaml"))
    cache = _cache_path(data, files)
    if cache is not None:
        with suppress(OSError, ValueError):
            compiled: dict[str, Any] = json.loads(cache.read_text("utf-8"))
            return compiled
    raw = {path.relative_to(data).with_suffix("").as_posix(): parse(path) for path in files}
    if cache is not None:
        _write(cache, raw)
    return raw


def parse(path: Path) -> Any:
    """One YAML file; dates become ISO strings, as in the compiled JSON."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open("rb") as stream:
        return json.loads(json.dumps(yaml.load(stream, loader) or {}, default=str))


def _cache_path(data: Path, files: list[Path]) -> Path | None:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - ~ may not resolve
    if not Path(home).is_absolute():
        return None
    state = [(path.as_posix(), (stat := path.stat()).st_mtime_ns, stat.st_size) for path in files]
    key = hashlib.sha256(repr((FORMAT, data.as_posix(), state)).encode()).hexdigest()[:24]
    return Path(home) / "queuewright" / f"catalog-{key}.json"


def _write(cache: Path, raw: dict[str, Any]) -> None:
    """Atomically, so that a second process never reads half a file; a cache that cannot be written is no error."""
    with suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        for stale in cache.parent.glob("catalog-*.json"):
            stale.unlink(missing_ok=True)
        descriptor, name = tempfile.mkstemp(dir=cache.parent, suffix=".tmp")
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(raw, stream, separators=(",", ":"))
        Path(name).replace(cache)
