"""Third parties that answer without a network, so that everything runs before anything is connected. Yours to delete.

Like a payment provider's test cards, some names make them misbehave. They may stand in any name that a sandbox gets to
see: a domain, an address, an object, a data set.

    sandbox-delay-5               takes 5 seconds
    sandbox-fail                  is out of order: worth a retry, and never works
    sandbox-reject                refuses the input: a dead letter at once
    sandbox-crash                 kills the worker process, as running out of memory would
    sandbox-reject-until-1800000000   until that Unix time, then works; also fail and crash

Whatever else they do follows from the name, so that a test sees the same each time.
"""

from __future__ import annotations

import os
import re
import signal
import time
import zlib
from typing import Literal

Verdict = Literal["ok", "fail", "reject"]

_ORDER = re.compile(
    r"sandbox-(?:delay-(?P<delay>\d{1,3}(?:\.\d+)?)|(?P<what>crash|fail|reject)(?:-until-(?P<until>\d+))?)"
)


def obey(name: str) -> Verdict:
    """Do what the name asks for, and say how to answer."""
    order = _ORDER.search(name)
    if order is None:
        return "ok"
    if order["delay"]:
        time.sleep(float(order["delay"]))
        return "ok"
    if order["until"] and time.time() >= int(order["until"]):
        return "ok"
    match order["what"]:
        case "crash":
            os.kill(os.getpid(), signal.SIGKILL)
            return "fail"
        case "fail":
            return "fail"
        case _:
            return "reject"


def chance(name: str, below: int) -> int:
    """A number from 0 to `below` - 1 that the name decides."""
    return zlib.crc32(name.encode()) % below


def latency(name: str, least_ms: int = 2, most_ms: int = 20) -> None:
    """Wait as long as a network would."""
    time.sleep((least_ms + chance(name, most_ms - least_ms + 1)) / 1000)
