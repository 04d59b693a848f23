"""Converts uploaded files. The message says where the file is, never what is in it.

Replace the store by your object store and `COMMAND` by your converter. What must stay: nothing about an upload is
believed before it is checked, it is read as a stream, the converter cannot outlive its time, and the output's name
follows from the input, so that a second run finds it done.

The converter is a process of its own: its CPU time is not limited by this process' interpreter lock, its crash is an
exit code here, and it can be killed in the middle. It does use a core: give the workload as many slots as cores.
"""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import SettingsConfigDict

from ..runtime.config import RuntimeSettings
from ..runtime.task import Context, Permanent, Transient, task
from ..sandbox import uploads as sandbox

NAME = "uploads"
BLOCK = 64 * 1024
COMMAND = (sys.executable, "-I", str(Path(sandbox.__file__)))
"""Reads the file named first, writes the one named second. A tuple, no shell: a name is never taken for a command."""


class FileSettings(RuntimeSettings):
    """From the environment, with this prefix."""

    model_config = SettingsConfigDict(env_prefix="uploads_")

    store_url: str = "sandbox:"
    max_bytes: int = 20 * 1024 * 1024
    converter_timeout_s: float = 216.0
    """Well below the soft time limit: there must be time to clean up."""


_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}"
Key = Annotated[str, Field(pattern=rf"^{_SEGMENT}(/{_SEGMENT}){{0,5}}$")]
"""Of an object. No segment may start with a dot, so that none leads out of the store."""


class Upload(BaseModel):
    """The claim check. `version` is the store's (an etag): the same key may be uploaded again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Key
    version: str = Field("1", pattern=r"^[A-Za-z0-9-]{1,64}$")


def sample(number: int) -> Upload:
    return Upload(key=f"uploads/report-{number}.csv")


@task(workload=NAME, payload=Upload, sample=sample)
def convert(upload: Upload, context: Context) -> dict[str, Any]:
    """CSV to JSON Lines, under a name that belongs to this version of the upload."""
    settings = FileSettings.load()
    store = sandbox.open_store(settings.store_url)
    output = output_key(upload)
    if store.exists(output):
        return {"output": output, "converted": False}
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-") as folder:
        source, target = Path(folder, "input"), Path(folder, "output")
        with store.open(upload.key) as stream:
            size = fetch(stream, source, settings.max_bytes)
        check_content(source)
        timeout_s = min(settings.converter_timeout_s, context.remaining_s())
        run_converter([*COMMAND, str(source), str(target)], timeout_s)
        # The last step, and all or nothing: whoever sees the output sees all of it.
        store.put(output, target)
    context.log.info("converted", key=upload.key, bytes=size)
    return {"output": output, "converted": True}


def on_upload(upload: Upload) -> str:
    """Called by the application once the object is stored."""
    return convert.enqueue(upload, key=f"{upload.key}@{upload.version}")


def output_key(upload: Upload) -> str:
    digest = hashlib.sha256(f"{upload.key}@{upload.version}".encode()).hexdigest()[:16]
    return f"converted/{digest}.jsonl"


def fetch(stream: BinaryIO, target: Path, max_bytes: int) -> int:
    """Copy block by block; stops at the limit, whatever size was promised. Gives the size in bytes."""
    size = 0
    with target.open("wb") as out:
        while block := stream.read(BLOCK):
            size += len(block)
            if size > max_bytes:
                raise Permanent(f"the upload is larger than {max_bytes} bytes")
            out.write(block)
    if size == 0:
        raise Permanent("the upload is empty")
    return size


def check_content(path: Path) -> None:
    """What the file is, by its content: its name and the type it was sent with are only claims."""
    with path.open("rb") as file:
        head = file.read(BLOCK)
    if b"\0" in head:
        raise Permanent("the upload is not text")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character may be cut at the end of the block, and nowhere else.
        if error.start < BLOCK - 4:
            raise Permanent("the upload is not UTF-8") from error
        text = head[: error.start].decode("utf-8")
    if "," not in text.partition("\n")[0]:
        raise Permanent("the upload has no CSV header")


def run_converter(command: list[str], timeout_s: float) -> None:
    """Raises TimeoutError after `timeout_s` seconds, which is retried, and Permanent where the converter gives up or crashes."""
    with _process_group(command) as process:
        try:
            _, errors = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"the converter did not end within {timeout_s:.0f} s") from error
    if process.returncode == -signal.SIGKILL:
        raise Transient("the converter was killed, most likely for want of memory")
    if process.returncode < 0:
        raise Permanent(f"the converter was killed by signal {-process.returncode}")
    if process.returncode:
        raise Permanent(f"the converter gave up: {errors[-500:].strip()}")


@contextmanager
def _process_group(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process and all that it starts, which end with this block whatever ends it: a time limit too."""
    process = subprocess.Popen(  # noqa: S603 - no shell, and names are checked by `Key`
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # A timeout ends only our waiting: the child and its children must be killed, whatever ends the task.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
