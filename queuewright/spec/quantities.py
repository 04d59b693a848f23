"""Quantities with a unit: `300ms`, `5/s`, `64KB`, to and from plain numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = re.compile(r"\s*([0-9]{1,40}(?:\.[0-9]{1,400})?|\.[0-9]{1,400})\s*(\S*)\s*")

_S = Decimal(1)
DURATION: Mapping[str, Decimal] = {
    "us": _S / 1_000_000,
    "ms": _S / 1000,
    "s": _S,
    "m": _S * 60,
    "h": _S * 3600,
    "d": _S * 86400,
}
"""Unit to seconds."""
RATE: Mapping[str, Decimal] = {"/s": Decimal(1), "/m": Decimal(60), "/h": Decimal(3600), "/d": Decimal(86400)}
"""Unit to the seconds that one unit lasts: a rate is divided by it."""
SIZE: Mapping[str, Decimal] = {
    "B": Decimal(1) / 1024,
    "KB": Decimal(1),
    "MB": Decimal(1024),
    "GB": Decimal(1024**2),
}
"""Unit to KB of 1024 bytes, as the brokers state their own limits; KiB, MiB and GiB mean the same."""
MEMORY: Mapping[str, Decimal] = {"MiB": Decimal(1), "GiB": Decimal(1024)}
"""Unit to MiB."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity's units, and how a number of the canonical unit is written with one of them."""

    what: str
    units: Mapping[str, Decimal]
    example: str
    inverse: bool = False
    """A unit divides (rates) instead of multiplying."""

    def parse(self, text: str) -> float:
        """The number in the canonical unit. Raises ValueError with what is wrong and how to write it."""
        match = _NUMBER.fullmatch(text)
        if not match:
            raise ValueError(f"`{text[:60]}` is no {self.what}")
        number, unit = match.groups()
        if not unit and Decimal(number) != 0:
            raise ValueError(f"`{text}` has no unit")
        factor = self.units.get(_canonical(unit, self.units)) if unit else Decimal(1)
        if factor is None:
            raise ValueError(f"`{unit[:20]}` is no unit of a {self.what}")
        return float(Decimal(number) / factor if self.inverse else Decimal(number) * factor)

    @property
    def hint(self) -> str:
        return f"write it like {self.example}; units: {', '.join(self.units)}"

    def format(self, value: float) -> str:
        """The shortest form that parses to the same number again."""
        exact = Decimal(repr(float(value)))
        candidates = (self._as(exact, unit) for unit in self.units)
        written = [text for text in candidates if text and self.parse(text) == float(value)]
        base = next(unit for unit, factor in self.units.items() if factor == 1)
        return min([*written, f"{exact.normalize():f}{base}"], key=_untidiness)

    def _as(self, exact: Decimal, unit: str) -> str | None:
        factor = self.units[unit]
        number = exact * factor if self.inverse else exact / factor
        whole = number.to_integral_value() if number < Decimal(10) ** 20 else None
        return f"{whole:f}{unit}" if whole else None

    @property
    def pattern(self) -> str:
        """For JSON Schema."""
        known = set(self.units)
        words = [
            f"{'/' if self.inverse else ''}{word}s?"
            for word, short in _WORDS.items()
            if known & {short, f"/{short}"}
        ]
        sizes = (
            unit.replace("iB", "B") if "iB" in unit else unit.replace("B", "iB")
            for unit in known
            if unit[-1] == "B"
        )
        units = "|".join([*self.units, *words, *sorted(each for each in sizes if each not in ("B", "iB"))])
        return rf"^([0-9]+(\.[0-9]+)?|\.[0-9]+) *({units})$"


_WORDS = {"sec": "s", "second": "s", "min": "m", "minute": "m", "hour": "h", "day": "d"}
"""Other names of units of time, also in the plural and behind a `/`."""


def plain(value: float) -> str:
    """Six significant digits, never an exponent: `0.000001`, `100000000`."""
    return f"{Decimal(f'{value:.6g}').normalize():f}"


def _canonical(unit: str, units: Mapping[str, Decimal]) -> str:
    if unit in units:
        return unit
    slash, word = ("/", unit[1:]) if unit.startswith("/") else ("", unit)
    if (short := slash + _WORDS.get(word.removesuffix("s"), "?")) in units:
        return short
    folded = {_folded(known): known for known in units} if "B" in units or "MiB" in units else {}
    return folded.get(_folded(unit), unit)


def _folded(unit: str) -> str:
    return unit.upper().replace("I", "")


def _untidiness(text: str) -> tuple[int, int]:
    return (int("." in text), len(text))


duration = Quantity("duration", DURATION, "300ms, 30s or 15m")
rate = Quantity("rate", RATE, "5/s, 90/m or 20/h", inverse=True)
size = Quantity("size", SIZE, "4KB or 1MB")
memory = Quantity("amount of memory", MEMORY, "512MiB or 2GiB")

ANSWERS: Mapping[str, tuple[str, Quantity]] = {
    "rate_avg": ("rate_avg_per_s", rate),
    "rate_peak": ("rate_peak_per_s", rate),
    "task_typical": ("task_typical_s", duration),
    "task_max": ("task_max_s", duration),
    "delay_max": ("delay_max_s", duration),
    "payload": ("payload_kb", size),
}
"""Bare key of an answer to the key with the unit in it, and the quantity."""

QUANTITY_OF: Mapping[str, Quantity] = dict(ANSWERS.values())
BARE: Mapping[str, str] = {canonical: bare for bare, (canonical, _) in ANSWERS.items()}
