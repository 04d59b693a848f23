"""The Jinja environment: sandboxed, strict about what is undefined, one for components and files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from queuewright.stack.filters import FILTERS


def templates_dir() -> Path:
    """Where templates/ is: inside a wheel, or beside the package in a checkout or an editable install."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_templates"
    return shipped if shipped.is_dir() else package.parent / "templates"


def _bytecode_cache() -> FileSystemBytecodeCache | None:
    """Compiled templates, in the user's cache; none where that cannot be written."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "queuewright" / "templates"
    try:
        base.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return FileSystemBytecodeCache(str(base))


@cache
def environment() -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates_dir(), encoding="utf-8"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=_bytecode_cache(),
        extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    env.filters.update(FILTERS)
    return env


@cache
def _strings() -> Environment:
    """The same environment for templates that are their own name, so that they are compiled once and kept, too."""
    return environment().overlay(loader=FunctionLoader(lambda source: source))


@cache
def _expression(source: str) -> Any:
    return environment().compile_expression(source, undefined_to_none=False)


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
    return _expression(expression)(**names)


def holds(condition: str | None, names: Mapping[str, Any]) -> bool:
    return condition is None or bool(fill(f"{{% if {condition} %}}true{{% endif %}}", names))
