"""Object store and converter of uploads, without a network. Delete it once tasks/uploads.py uses the real ones.

The store is a folder. Objects under `uploads/` that nobody has put there make themselves up, so that a worker in another
container finds what was enqueued. Run as a program, this file is the converter, and starts twice as fast without the
imports that only the store needs.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import BinaryIO


class FolderStore:
    """Keys are paths below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def exists(self, key: str) -> bool:
        return (self.folder / key).is_file()

    def open(self, key: str) -> BinaryIO:
        """Raises Permanent for an object that is not there, ConnectionError while the store is away."""
        from ..runtime.task import Permanent
        from . import latency, obey

        latency(key)
        verdict = obey(key)
        if verdict == "fail":
            raise ConnectionError(f"{key}: the store does not answer")
        path = self.folder / key
        if path.is_file():
            return path.open("rb")
        if verdict == "reject" or not key.startswith("uploads/"):
            raise Permanent(f"{key}: there is no such object")
        return io.BytesIO(_made_up(key))

    def put(self, key: str, source: Path) -> None:
        """All or nothing: a reader never sees half an object."""
        import shutil
        import tempfile

        target = self.folder / key
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part, source.open("rb") as file:
            shutil.copyfileobj(file, part)
        Path(part.name).replace(target)


def open_store(url: str) -> FolderStore:
    """`sandbox:` is a folder below the temporary one; `sandbox:/some/folder` is that one."""
    import tempfile

    named = url.removeprefix("sandbox:")
    return FolderStore(Path(named) if named else Path(tempfile.gettempdir()) / "back-office-objects")


def convert(source: Path, target: Path) -> None:
    """CSV to JSON Lines, a row at a time."""
    with source.open(encoding="utf-8", newline="") as rows, target.open("w", encoding="utf-8") as out:
        for row in csv.DictReader(rows, strict=True):
            if None in row or None in row.values():
                raise SystemExit(f"a row has not as many fields as the header: {list(row.values())[:3]}")
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _made_up(key: str) -> bytes:
    rows = "\n".join(f"{number},{key},{number * 37 % 1000}" for number in range(200))
    return f"row,key,amount\n{rows}\n".encode()


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
