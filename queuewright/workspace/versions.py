"""Order of queuewright's own version numbers (PEP 440 without epochs)."""

from __future__ import annotations

import re

_VERSION = re.compile(
    r"(?P<release>[0-9]{1,9}(?:\.[0-9]{1,9}){0,3})"
    r"(?:(?P<phase>a|b|rc)(?P<number>[0-9]{1,9}))?"
    r"(?:\.post(?P<post>[0-9]{1,9}))?"
    r"(?:\.dev(?P<dev>[0-9]{1,9}))?"
    r"(?:\+[A-Za-z0-9.]{1,64})?"
)
_PHASES = {"a": 0, "b": 1, "rc": 2}
_FINAL = 3

Key = tuple[tuple[int, ...], int, int, int, bool, int]


def version_key(version: str) -> Key:
    """A key that sorts versions by age. ValueError when the text is no version."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(f"{version!r} is not a version")
    numbers = [int(part) for part in match["release"].split(".")]
    release = tuple(numbers + [0] * (4 - len(numbers)))
    post = -1 if match["post"] is None else int(match["post"])
    dev = match["dev"]
    if match["phase"] is None:
        phase, number = (_FINAL, 0) if dev is None or post >= 0 else (-1, 0)
    else:
        phase, number = _PHASES[match["phase"]], int(match["number"])
    return release, phase, number, post, dev is None, int(dev or 0)
