"""One filter a language: whatever a value holds, it stays a value of the language it lands in."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from collections.abc import Callable
from typing import Any

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x85\u2028\u2029]")


_YAML_KEYWORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def _quoted(text: str) -> str:
    """A double-quoted string with the escapes that Python, YAML and TOML share."""
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def py(value: Any) -> str:
    """A Python literal, double-quoted as a formatter would write it."""
    if isinstance(value, str):
        return _quoted(value)
    if hasattr(value, "items"):
        return "{" + ", ".join(f"{py(key)}: {py(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        inner = ", ".join(map(py, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, list):
        return "[" + ", ".join(map(py, value)) + "]"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(py, value))) + "}" if value else "set()"
    if isinstance(value, float) and value.is_integer():
        return f"{value:.1f}"
    return repr(value)


def to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(_plain(value), indent=indent, ensure_ascii=False)


def to_yaml(value: Any) -> str:
    """A YAML scalar or flow collection on one line."""
    if isinstance(value, str):
        plain = re.fullmatch(r"[A-Za-z/][-A-Za-z0-9_./]*", value) and value.lower() not in _YAML_KEYWORDS
        return value if plain else _quoted(value)
    if isinstance(value, int | float | bool) or value is None:
        return json.dumps(value)
    if hasattr(value, "items"):
        return "{" + ", ".join(f"{to_yaml(str(key))}: {to_yaml(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(to_yaml, value)) + "]"


def sh(value: Any) -> str:
    return shlex.quote(_CONTROL.sub(" ", str(value)))


def toml(value: Any) -> str:
    """A TOML basic string, number, boolean or array."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int | float | bool):
        return json.dumps(value)
    return "[" + ", ".join(map(toml, value)) + "]"


def comment(text: Any, prefix: str = "# ", width: int = 100) -> str:
    """Comment lines. No character of the text can end the comment."""
    paragraphs = _CONTROL.sub(" ", str(text)).split("\n")
    lines = [
        line for paragraph in paragraphs for line in textwrap.wrap(paragraph, width - len(prefix)) or [""]
    ]
    return "\n".join((prefix + line).rstrip() for line in lines)


def md(value: Any) -> str:
    """Text in Markdown: nothing in it opens markup, HTML, a table cell or a template."""
    text = _CONTROL.sub(" ", str(value)).replace("\n", " ")
    return re.sub(r"([\\`*_{}\[\]<>|#])", r"\\\1", text)


def md_code(value: Any) -> str:
    """A Markdown code span."""
    text = _CONTROL.sub(" ", str(value)).replace("\n", " ")
    ticks = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def promql(value: Any) -> str:
    """A PromQL string literal."""
    return json.dumps(str(value))


def dockerfile(value: Any) -> str:
    """A quoted word of a Dockerfile; `$` is escaped, so that no variable is filled in."""
    return json.dumps(str(value)).replace("$", "\\$")


def duration(seconds: Any) -> str:
    """A Go duration as Prometheus and Compose read it: `90s`, `5m`, `1h30m`."""
    value = float(seconds)
    if value != int(value):
        return f"{round(value * 1000)}ms"
    whole = int(value)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else "", f"{left}s" if left else ""]
    return "".join(parts) or "0s"


def number(value: Any) -> str:
    """A number without a needless fraction or exponent: `5`, `0.25`, `10000`."""
    text = f"{float(value):.6f}".rstrip("0").rstrip(".")
    return text or "0"


def snake(value: Any) -> str:
    return str(value).replace("-", "_")


def pascal(value: Any) -> str:
    return "".join(part.capitalize() for part in re.split(r"[-_]", str(value)))


def _plain(value: Any) -> Any:
    if isinstance(value, str | int | float | bool) or value is None:
        return value
    if hasattr(value, "items"):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    return [_plain(item) for item in value]


FILTERS: dict[str, Callable[..., str]] = {
    "py": py,
    "json": to_json,
    "yaml": to_yaml,
    "sh": sh,
    "toml": toml,
    "comment": comment,
    "md": md,
    "md_code": md_code,
    "promql": promql,
    "dockerfile": dockerfile,
    "duration": duration,
    "number": number,
    "snake": snake,
    "pascal": pascal,
}
