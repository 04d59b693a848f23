"""Source and target of nightly, without a network: readings made up as they are read, a table in the state store.

Delete it once tasks/nightly.py reads and writes the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ..runtime.stores import state_store
from ..runtime.task import Permanent
from ..runtime.workloads import KEY_PREFIX
from . import chance, latency, obey

_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_KEEP_S = 24 * 3600


def count(source: str) -> int:
    """Records in a data set."""
    _open(source)
    return 12_000 + chance(source, 8_000)


def read(source: str, first: int, end: int) -> Iterator[Mapping[str, Any]]:
    """Records from `first` up to, not including, `end`. One in 40 is not as it should be."""
    _open(source)
    for number in range(first, end):
        at = _BEGIN + timedelta(minutes=number)
        broken = chance(f"{source}:{number}", 40) == 0
        yield {
            "sensor": f"s-{number % 7}",
            "at": at.isoformat(),
            "celsius": 999.0 if broken else round(20 + number % 11 / 2, 1),
        }


def upsert(table: str, records: Mapping[int, Mapping[str, Any]]) -> None:
    """One write for many records; a record that is there already is replaced."""
    _put(_key(table, "records"), {str(number): json.dumps(record) for number, record in records.items()})


def set_aside(table: str, reasons: Mapping[int, str]) -> None:
    """Bad records, by number, for somebody to look at."""
    _put(_key(table, "rejected"), {str(number): reason for number, reason in reasons.items()})


def written(table: str) -> int:
    return int(state_store().hlen(_key(table, "records")))


def rejected(table: str) -> list[str]:
    return [str(reason) for reason in state_store().hvals(_key(table, "rejected"))]


def _key(table: str, part: str) -> str:
    return f"{KEY_PREFIX}sandbox:nightly:{table}:{part}"


def _put(key: str, rows: dict[str, str]) -> None:
    if rows:
        with state_store().pipeline(transaction=True) as pipe:
            pipe.hset(key, items=[part for row in rows.items() for part in row])
            pipe.expire(key, _KEEP_S)
            pipe.execute()


def _open(source: str) -> None:
    latency(source)
    verdict = obey(source)
    if verdict == "fail":
        raise ConnectionError(f"{source}: the source does not answer")
    if verdict == "reject":
        raise Permanent(f"{source}: there is no such data set")
