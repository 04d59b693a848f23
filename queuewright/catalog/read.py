"""From YAML files to plain data, and that kept as JSON, because parsing YAML takes longer than everything else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from queuewright import cache

DATA = Path(__file__).parent / "data"
FORMAT = 3
"""Raise when the shape of the JSON changes."""


def read(data: Path = DATA) -> dict[str, Any]:
    """Every file under `data`, keyed by its path without suffix."""
    return parsed("catalog", data, sorted(data.rglob("*.yaml")))


def parsed(what: str, root: Path, files: Sequence[Path]) -> dict[str, Any]:
    """These files of `root`, keyed by their path without suffix. From the user's cache where none has changed."""
    name, state = cache.name_for(what, root), f"{FORMAT} {cache.state_of(files)}"
    kept = cache.load(name, state)
    if kept is not None:
        with suppress(ValueError):
            known: dict[str, Any] = json.loads(kept)
            return known
    raw = {path.relative_to(root).with_suffix("").as_posix(): parse(path) for path in files}
    cache.store(name, state, json.dumps(raw, separators=(",", ":")).encode())
    return raw


def parse(path: Path) -> Any:
    """One YAML file; dates become ISO strings, as in JSON."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with path.open("rb") as stream:
        return json.loads(json.dumps(yaml.load(stream, loader) or {}, default=str))
