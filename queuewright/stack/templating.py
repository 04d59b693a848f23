"""The Jinja environment: sandboxed, strict about what is undefined, one for components and files."""

from __future__ import annotations

import atexit
import functools
import marshal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import BytecodeCache, Environment, FileSystemLoader, FunctionLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment

from queuewright import __version__, cache
from queuewright.stack.filters import FILTERS


def templates_dir() -> Path:
    """Where templates/ is: inside a wheel, or beside the package in a checkout or an editable install."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_templates"
    return shipped if shipped.is_dir() else package.parent / "templates"


class Compiled(BytecodeCache):
    """All compiled templates in one file of the user's cache, each with the checksum of its source."""

    def __init__(self, root: Path, options: Mapping[str, Any]) -> None:
        self._name = cache.name_for("templates", root)
        self._state = f"{__version__} {jinja2.__version__} {sys.version} {options}"
        self._kept = self._read()
        self._fresh: dict[str, tuple[str, bytes]] = {}

    def _read(self) -> dict[str, tuple[str, bytes]]:
        kept = cache.load(self._name, self._state)
        with suppress(ValueError, EOFError, TypeError):
            return dict(marshal.loads(kept)) if kept else {}
        return {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", b""))
        if checksum == bucket.checksum:
            bucket.code = marshal.loads(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if not self._fresh:
            atexit.register(self._write)
        self._fresh[bucket.key] = (bucket.checksum, marshal.dumps(bucket.code))

    def _write(self) -> None:
        """With what other processes have written since."""
        cache.store(self._name, self._state, marshal.dumps({**self._read(), **self._fresh}))


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which judges an attribute by its name and the type it is of: once for each of these."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._judged: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        key = (type(obj), attr)
        safe = self._judged.get(key)
        if safe is None:
            safe = self._judged[key] = super().is_safe_attribute(obj, attr, value)
        return safe


OPTIONS: Mapping[str, Any] = {
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "extensions": ("jinja2.ext.do", "jinja2.ext.loopcontrols"),
}
"""What compiled templates depend on."""


@functools.cache
def environment() -> Sandbox:
    root = templates_dir()
    env = Sandbox(
        **OPTIONS,
        loader=FileSystemLoader(root, encoding="utf-8"),
        undefined=StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=Compiled(root, OPTIONS),
    )
    env.filters.update(FILTERS)
    return env


@functools.cache
def _strings() -> Environment:
    """The same environment for templates that are their own name, so that they are compiled once and kept, too."""
    return environment().overlay(loader=FunctionLoader(lambda source: source))


def fill(value: Any, names: Mapping[str, Any]) -> Any:
    """Renders every string inside plain data; what holds no markup is taken as it is."""
    if isinstance(value, str):
        return _strings().get_template(value).render(names) if "{{" in value or "{%" in value else value
    if isinstance(value, Mapping):
        return {fill(key, names): fill(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    return value


def evaluate(expression: str, names: Mapping[str, Any]) -> Any:
    """As a template, because what Jinja compiles as an expression it does not keep."""
    return vars(_strings().get_template(f"{{% set result = {expression} %}}").make_module(dict(names)))[
        "result"
    ]


def holds(condition: str | None, names: Mapping[str, Any]) -> bool:
    return condition is None or bool(fill(f"{{% if {condition} %}}true{{% endif %}}", names))
