"""What a YAML scalar means, and where YAML 1.1 and 1.2 disagree.

PyYAML and most tools read YAML 1.1, editors and their schemas read 1.2. A scalar that the two read differently is a
trap: it is refused with what to write instead, never guessed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from queuewright.spec.nodes import Scalar

_NULL = {"", "~", "null", "Null", "NULL"}
_TRUE = {"true", "True", "TRUE"}
_FALSE = {"false", "False", "FALSE"}
_WORDS = {
    word: value
    for value, words in ((True, "yes on"), (False, "no off"))
    for w in words.split()
    for word in (w, w.title(), w.upper())
}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)")
_EXPONENT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+")
_OCTAL = re.compile(r"[-+]?0[0-9_]+")
_BASE = re.compile(r"[-+]?0[box][0-9a-fA-F_]+")
_GROUPED = re.compile(r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?")
_CLOCK = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)")

MAX_DIGITS = 40
"""Longer numbers are refused before they are converted."""


@dataclass(frozen=True, slots=True)
class Trap:
    """A scalar that YAML's versions read differently."""

    reads: str
    """How YAML reads it, as the end of a sentence that starts with the scalar."""
    number: str
    """What to write where a number is meant."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A scalar as a value (None, bool, int, float or str), with the trap that it steps into."""

    value: Any
    trap: Trap | None = None


def read_scalar(scalar: Scalar, *, json_text: bool = False) -> Reading:
    text = scalar.text
    if not scalar.plain:
        return Reading(text)
    if text in _NULL:
        return Reading(None)
    if text in _TRUE or text in _FALSE:
        return Reading(text in _TRUE)
    if text in _WORDS:
        value = _WORDS[text]
        return Reading(value, Trap(f"is read as {str(value).lower()} by YAML 1.1", str(value).lower()))
    if len(text) > MAX_DIGITS:
        return Reading(text)
    if json_text:
        return Reading(json.loads(text))
    if _INT.fullmatch(text):
        return Reading(int(text))
    if _FLOAT.fullmatch(text):
        return Reading(float(text))
    return Reading(text, _number_trap(text))


def _number_trap(text: str) -> Trap | None:
    if _EXPONENT.fullmatch(text):
        return Trap("is a number in YAML 1.2 and a text in YAML 1.1", f"write it out: {_written_out(text)}")
    if _OCTAL.fullmatch(text):
        return Trap("is an octal number in YAML 1.1", f"write {text.lstrip('+-').lstrip('0_') or '0'}")
    if _BASE.fullmatch(text):
        return Trap("is a number only in some versions of YAML", "write a decimal number")
    if "_" in text and _GROUPED.fullmatch(text):
        return Trap("is a number in YAML 1.1 and a text in YAML 1.2", f"write {text.replace('_', '')}")
    if _CLOCK.fullmatch(text):
        return Trap("is a number to base 60 in YAML 1.1", _clock_hint(text))
    if _DATE.fullmatch(text):
        return Trap("is read as a date by YAML 1.1", "write a number")
    if _SPECIAL.fullmatch(text):
        return Trap("is no finite number", "write a finite number")
    return None


def _written_out(text: str) -> str:
    from decimal import Decimal

    number = Decimal(text)
    return format(number, "f") if abs(number.adjusted()) < 30 else "a smaller number"


def _clock_hint(text: str) -> str:
    parts = text.lstrip("+-").replace("_", "").split(":")
    if len(parts) > 3:
        return "write one number with its unit"
    units = "hms"[-len(parts) :] if len(parts) == 3 else "ms"
    scale = {"h": 3600, "m": 60, "s": 1}
    seconds = sum(int(float(part)) * scale[unit] for part, unit in zip(parts, units, strict=True))
    return f"write {seconds}s if {' and '.join(_WORD[u] for u in units)} are meant"


_WORD = {"h": "hours", "m": "minutes", "s": "seconds"}
