from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queuewright.spec import quantities
from queuewright.spec.quantities import Quantity, duration, memory, rate, size

PARSED = [
    (duration, "300ms", 0.3),
    (duration, "30 s", 30),
    (duration, "1.5h", 5400),
    (duration, ".5d", 43200),
    (duration, "250us", 0.00025),
    (duration, "20min", 1200),
    (duration, "2 hours", 7200),
    (duration, "0", 0),
    (rate, "5/s", 5),
    (rate, "90/m", 1.5),
    (rate, "20/min", 20 / 60),
    (rate, "5000/day", 5000 / 86400),
    (size, "64KB", 64),
    (size, "64KiB", 64),
    (size, "64kb", 64),
    (size, "1MB", 1024),
    (size, "512B", 0.5),
    (memory, "2GiB", 2048),
    (memory, "512MB", 512),
]


@pytest.mark.parametrize(("quantity", "text", "number"), PARSED, ids=[text for _, text, _ in PARSED])
def test_parses(quantity: Quantity, text: str, number: float) -> None:
    assert quantity.parse(text) == number
    assert text == "0" or re.search(quantity.pattern, text) or text == "64kb"


@pytest.mark.parametrize(
    "text", ["", "s", "5", "5x", "-5s", "1e3s", "5 s s", "5M", "1h30m", "٣s", "5s\n\n5", "9" * 60 + "s"]
)
def test_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="`"):
        duration.parse(text)


FORMATTED = [
    (duration, 0.3, "300ms"),
    (duration, 1800, "30m"),
    (duration, 90, "90s"),
    (duration, 86400, "1d"),
    (duration, 0, "0s"),
    (duration, 0.00025, "250us"),
    (rate, 0.05, "3/m"),
    (rate, 200, "200/s"),
    (rate, 1 / 3600, "1/h"),
    (size, 64, "64KB"),
    (size, 1024, "1MB"),
    (size, 5000, "5000KB"),
    (memory, 1536, "1536MiB"),
]


@pytest.mark.parametrize(("quantity", "number", "text"), FORMATTED, ids=[text for *_, text in FORMATTED])
def test_formats_as_a_person_would(quantity: Quantity, number: float, text: str) -> None:
    assert quantity.format(number) == text


@pytest.mark.parametrize("quantity", [duration, rate, size, memory], ids=lambda quantity: quantity.what)
@given(number=st.floats(0, 1e9, allow_subnormal=False))
@example(number=1 / 3)
@example(number=1e-9)
def test_what_is_formatted_parses_to_the_same_number(quantity: Quantity, number: float) -> None:
    number = number if number == 0 or number > 1e-12 else 0.0
    assert quantity.parse(quantity.format(number)) == number


def test_every_answer_with_a_unit_has_a_bare_key() -> None:
    assert {key for key, _ in quantities.ANSWERS.values()} == set(quantities.BARE)
