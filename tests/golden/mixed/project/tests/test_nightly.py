from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from back_office.runtime.task import Context, Permanent
from back_office.sandbox import (
    nightly as sandbox,
)
from back_office.tasks import nightly as tasks
from back_office.tasks.nightly import (
    Chunk,
    DataSet,
    Import,
    finish_import,
    import_chunk,
    import_data_set,
    missing_chunks,
    start,
)

DATA = DataSet(source="station-1")
CHUNK = Chunk(source="station-1", size=450, total=1, index=0, first=0, end=450)


class Killed(BaseException):
    """As sudden as a SIGKILL: no handler of the task sees it."""


def killed_after(batches: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies while it writes the batch after these."""
    left = iter(range(batches))

    def write(job: str, records: Mapping[int, Mapping[str, Any]]) -> None:
        if next(left, None) is None:
            raise Killed
        sandbox.upsert(job, records)

    monkeypatch.setattr(tasks, "upsert", write)


def test_imports_every_record_and_finishes_once(queue: Any) -> None:
    start(DATA)
    split, *chunks, finish = queue.work()
    assert split["chunks"] == len(chunks) > 1
    assert finish["written"] + finish["rejected"] == split["records"]
    assert finish == {"written": sandbox.written(DATA.key), "rejected": len(sandbox.rejected(DATA.key))}


def test_bad_records_are_set_aside_with_the_reason(run: Callable[..., Context]) -> None:
    counts = import_chunk(CHUNK, run())
    assert 0 < counts["rejected"] < counts["written"]
    assert len(sandbox.rejected(CHUNK.key)) == counts["rejected"]
    assert all(reason.startswith("celsius: ") for reason in sandbox.rejected(CHUNK.key))


def test_a_killed_chunk_resumes_at_its_checkpoint(run: Callable[..., Context], monkeypatch: pytest.MonkeyPatch) -> None:
    read_from: list[int] = []

    def read(source: str, first: int, end: int) -> Iterator[Mapping[str, Any]]:
        read_from.append(first)
        return sandbox.read(source, first, end)

    monkeypatch.setattr(tasks, "read", read)
    with monkeypatch.context() as patch:
        killed_after(3, patch)
        with pytest.raises(Killed):
            import_chunk(CHUNK, run(deliveries=1))
    counts = import_chunk(CHUNK, run(deliveries=2))
    assert read_from == [0, 300]
    assert counts["written"] + counts["rejected"] == 450
    assert sandbox.written(CHUNK.key) == counts["written"]


def test_a_second_split_enqueues_the_same_ids(run: Callable[..., Context], queue: Any) -> None:
    import_data_set(DATA, run())
    first = [envelope.id for envelope in queue.sent]
    queue.sent.clear()
    import_data_set(DATA, run())
    assert [envelope.id for envelope in queue.sent] == first


def test_a_chunk_that_comes_late_and_twice_finishes_the_import_once(run: Callable[..., Context], queue: Any) -> None:
    import_data_set(DATA, run())
    dead, *others = queue.sent
    queue.sent = others
    queue.work()
    job = Import(source=DATA.source, size=tasks.CHUNK_RECORDS, total=len(others) + 1)
    assert missing_chunks(job) == [0]
    for delivery in (1, 2):
        import_chunk(Chunk.model_validate(dead.payload), run(dead.id, deliveries=delivery))
    assert set(queue.names()) == {"finish_import"}
    assert len({envelope.id for envelope in queue.sent}) == 1
    assert missing_chunks(job) == []


def test_an_empty_data_set_is_finished_at_once(
    run: Callable[..., Context], queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "count", lambda source: 0)
    import_data_set(DATA, run())
    assert queue.names() == ["finish_import"]
    totals = finish_import(Import(source=DATA.source, size=100, total=0), run())
    assert totals == {"written": 0, "rejected": 0}


def test_a_source_that_is_down_is_worth_a_retry(run: Callable[..., Context]) -> None:
    with pytest.raises(import_chunk.retry_on):
        import_chunk(CHUNK.model_copy(update={"source": "sandbox-fail"}), run())


def test_a_refused_data_set_is_a_dead_letter_at_once(run: Callable[..., Context]) -> None:
    with pytest.raises(Permanent):
        import_data_set(DataSet(source="sandbox-reject"), run())
    with pytest.raises(Permanent):
        import_chunk(CHUNK.model_copy(update={"source": "sandbox-reject"}), run())


def test_samples_are_whole_imports(queue: Any) -> None:
    for number in range(50):
        import_chunk.enqueue(tasks.sample(number))
    assert len(queue.work()) == 51
