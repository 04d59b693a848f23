"""Renders of specs that have not changed, from the user's cache: a check then only has to compare.

A render follows from the spec's bytes, queuewright's own files and the libraries that it renders with; it is taken
from the cache only where all of these are the same, files by path, size and time of change.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache as once
from importlib.util import find_spec
from pathlib import Path

from queuewright import cache
from queuewright.render.tree import File, Owner, Rendering

LIBRARIES = ("jinja2", "markupsafe", "pydantic", "pydantic_core", "yaml")
PACKAGE = Path(__file__).parent.parent
TEMPLATES = PACKAGE.parent / "templates"
"""Of a checkout; an installed package has them inside."""
SLOTS = 64
"""Renders that are kept at most: half a megabyte each."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A spec with what it gives."""

    project: str
    text: str
    """Of the spec."""
    advice: tuple[str, ...]
    """Where advice would differ from the stack that the spec pins."""
    rendering: Rendering


def state_of(spec: Path) -> str:
    """Everything that the render of a spec follows from, in a text. Empty where the spec cannot be read."""
    try:
        content = hashlib.sha256(spec.read_bytes()).hexdigest()
    except OSError:
        return ""
    return f"{content} {_installed()}"


def recall(spec: Path, state: str) -> Rendered | None:
    """What was kept for this spec in this state."""
    found = cache.load(_slot(spec), state)
    with suppress(ValueError, EOFError, TypeError):
        if found:
            project, text, advice, files, identities = marshal.loads(found)
            tree = {path: File(path, content, Owner(owner), mode) for path, content, owner, mode in files}
            return Rendered(project, text, advice, Rendering(tree, identities))
    return None


def keep(spec: Path, state: str, rendered: Rendered) -> None:
    """`state` is from before the render; nothing is kept where it has changed since."""
    if state != state_of(spec):
        return
    rendering = rendered.rendering
    files = [(file.path, file.content, file.owner.value, file.mode) for file in rendering.tree.values()]
    content = (rendered.project, rendered.text, rendered.advice, files, dict(rendering.identities))
    cache.store(_slot(spec), state, marshal.dumps(content))


def _slot(spec: Path) -> str:
    """One of a few: the cache does not grow with the number of projects."""
    name, _, digest = cache.name_for("render", spec.absolute()).partition("-")
    return f"{name}-{int(digest, 16) % SLOTS:02}"


@once
def _installed() -> str:
    """The state of everything but the spec that a render follows from."""
    found = (find_spec(name) for name in LIBRARIES)
    origins = [Path(spec.origin) for spec in found if spec is not None and spec.origin is not None]
    return f"{sys.version} {cache.state_of([*origins, *_own_files()])}"


def _own_files() -> Iterator[Path]:
    for root in (PACKAGE, TEMPLATES):
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(name for name in folders if name != "__pycache__")
            yield from (Path(folder, name) for name in sorted(files))
