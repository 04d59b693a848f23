"""Imports a large data set: split into chunks, chunks worked side by side, one task when all are done.

Replace the two imports from the sandbox by your source and target, and `Reading` by your record. What makes it safe to
kill at any moment: chunks and their ids follow from the data set, a chunk resumes at its checkpoint, the target takes a
record twice without harm, and a chunk that comes late (from the dead letters, say) still completes the import.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ..runtime.checkpoint import Checkpoint
from ..runtime.fanin import FanIn
from ..runtime.stores import state_store
from ..runtime.task import Context, Permanent, task
from ..runtime.workloads import WORKLOADS
from ..sandbox.imports import count, read, set_aside, upsert

T = TypeVar("T")

NAME = "imports"
CHUNK_RECORDS = 5_000
"""A chunk should take minutes: far below the time limit, far above the cost of a message."""
BATCH_RECORDS = 100
"""Written and committed together, and so the most that a crash makes us do again."""
MAX_CHUNKS = 10_000
KEEP_S = 2 * WORKLOADS[NAME].dead_letter_ttl_s
"""How long progress is remembered: longer than a dead letter may wait for its replay."""


class DataSet(BaseModel):
    """A version of it never changes; new data is a new version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")
    version: str = Field("1", pattern=r"^[A-Za-z0-9._-]{1,50}$")

    @property
    def key(self) -> str:
        return f"{self.source}@{self.version}"


class Import(DataSet):
    """A data set cut into `total` chunks of `size` records."""

    size: int = Field(ge=1)
    total: int = Field(ge=0, le=MAX_CHUNKS)

    @property
    def job(self) -> str:
        """With the size: after a change of it, old and new chunks must not be taken for each other."""
        return f"{NAME}:{self.key}/{self.size}"


class Chunk(Import):
    """Records `first` up to, not including, `end`."""

    index: int = Field(ge=0)
    first: int = Field(ge=0)
    end: int = Field(ge=0)


class Reading(BaseModel):
    """A record as the target wants it."""

    sensor: str = Field(pattern=r"^s-\d+$")
    at: datetime
    celsius: float = Field(ge=-90, le=60)

    @field_validator("at")
    @classmethod
    def _with_zone(cls, value: datetime) -> datetime:
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value


class Counts(BaseModel):
    written: int = 0
    rejected: int = 0


def sample(number: int) -> Chunk:
    """For the load test: chunks of 200 records, 50 to an import."""
    job = Import(source=f"sample-{number // 50}", size=200, total=50)
    return _chunk(job, number % 50, records=10_000)


def sample_data_set(number: int) -> DataSet:
    return DataSet(source=f"station-{number}")


@task(workload=NAME, payload=Import)
def finish_import(job: Import, context: Context) -> dict[str, Any]:
    """Runs once all chunks are done. Make visible here what was written, and tell who waits for it."""
    totals = Counts()
    for result in _fan_in(job).results():
        totals = _add(totals, Counts.model_validate(result))
    context.log.info("imported", job=job.job, **totals.model_dump())
    return totals.model_dump()


@task(workload=NAME, payload=Chunk, sample=sample)
def import_chunk(chunk: Chunk, context: Context) -> dict[str, Any]:
    """Read, check and write the records of a chunk, from where the last run of it committed."""
    checkpoint = Checkpoint(f"{chunk.job}:{chunk.index}", store=state_store(), ttl_s=KEEP_S)
    counts = Counts.model_validate(checkpoint.data)
    if checkpoint.position:
        context.log.info("resumed", job=chunk.job, chunk=chunk.index, position=checkpoint.position)
    records = read(chunk.source, chunk.first + checkpoint.position, chunk.end)
    for batch in _batches(records, BATCH_RECORDS):
        counts = _add(counts, _write(chunk, chunk.first + checkpoint.position, batch))
        checkpoint.commit(checkpoint.position + len(batch), **counts.model_dump())
    if _fan_in(chunk).arrive(chunk.index, counts.model_dump()):
        _enqueue_finish(chunk)
    return counts.model_dump()


@task(workload=NAME, payload=DataSet, sample=sample_data_set)
def import_data_set(data_set: DataSet, context: Context) -> dict[str, Any]:
    """Split a data set. Run twice it enqueues the same chunks under the same ids, and those that are done are skipped."""
    records = count(data_set.source)
    total = -(-records // CHUNK_RECORDS)
    if total > MAX_CHUNKS:
        raise Permanent(f"{data_set.key}: {records} records are {total} chunks, above {MAX_CHUNKS}")
    job = Import(source=data_set.source, version=data_set.version, size=CHUNK_RECORDS, total=total)
    for index in range(total):
        import_chunk.enqueue(_chunk(job, index, records), key=f"{job.job}:{index}")
    if total == 0:
        _enqueue_finish(job)
    context.log.info("split", job=job.job, records=records, chunks=total)
    return {"records": records, "chunks": total}


def start(data_set: DataSet) -> str:
    """Called by the application or a schedule; a second call for the same version changes nothing."""
    return import_data_set.enqueue(data_set, key=data_set.key)


def missing_chunks(job: Import) -> list[int]:
    """Which chunks an import still waits for. Those that died are in the dead letters, to be replayed."""
    return _fan_in(job).missing()


def _fan_in(job: Import) -> FanIn:
    return FanIn(job.job, job.total, store=state_store(), ttl_s=KEEP_S)


def _enqueue_finish(job: Import) -> None:
    # Two chunks may both find that they were the last: the key makes one task of it.
    whole = Import(source=job.source, version=job.version, size=job.size, total=job.total)
    finish_import.enqueue(whole, key=f"{job.job}:finish")


def _chunk(job: Import, index: int, records: int) -> Chunk:
    first = index * job.size
    return Chunk(**job.model_dump(), index=index, first=first, end=min(first + job.size, records))


def _write(chunk: Chunk, first: int, batch: list[Mapping[str, Any]]) -> Counts:
    """A bad record is set aside under its number, with the reason; it stops nobody."""
    good: dict[int, dict[str, Any]] = {}
    bad: dict[int, str] = {}
    for number, record in enumerate(batch, start=first):
        try:
            good[number] = Reading.model_validate(record).model_dump(mode="json")
        except ValidationError as error:
            bad[number] = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
    # What was written after the last checkpoint is written again after a restart.
    upsert(chunk.key, good)
    set_aside(chunk.key, bad)
    return Counts(written=len(good), rejected=len(bad))


def _add(one: Counts, other: Counts) -> Counts:
    return Counts(written=one.written + other.written, rejected=one.rejected + other.rejected)


def _batches(records: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(records)
    while batch := list(islice(remaining, size)):
        yield batch
