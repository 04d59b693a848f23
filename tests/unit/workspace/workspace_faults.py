"""A disk that fails or dies at one of its operations."""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from queuewright.workspace.disk import Disk


class Killed(BaseException):
    """Stands for SIGKILL: the disk takes nothing from then on, so that no clean-up of the dying process counts."""


class Fault(StrEnum):
    BEFORE = "killed before"
    HALF = "killed in the middle of a write"
    ERROR = "an error once"
    ERRORS = "errors from then on"


class FaultyDisk(Disk):
    """`at` counts the changing operations from 0; None only counts them."""

    def __init__(self, root: Path, at: int | None = None, fault: Fault = Fault.BEFORE, code: int = 0) -> None:
        super().__init__(root)
        self.at = at
        self.fault = fault
        self.code = code
        self.done: list[str] = []
        self.die: Callable[[], None] = self._raise_killed

    def _raise_killed(self) -> None:
        raise Killed

    def _step(self, name: str, act: Callable[[], None], half: Callable[[], None] | None = None) -> None:
        number = len(self.done)
        self.done.append(name)
        if self.at is None or number < self.at:
            return act()
        if self.fault in {Fault.ERROR, Fault.ERRORS}:
            if number == self.at or self.fault is Fault.ERRORS:
                raise OSError(self.code, os.strerror(self.code))
            return act()
        if number == self.at and self.fault is Fault.HALF and half is not None:
            half()
        return self.die()

    def write(self, path: str, data: bytes, executable: bool = False) -> None:
        whole, half = super().write, data[: len(data) // 2]
        self._step(
            f"write {path}", lambda: whole(path, data, executable), lambda: whole(path, half, executable)
        )

    def rename(self, source: str, target: str) -> None:
        act = super().rename
        self._step(f"rename {source} to {target}", lambda: act(source, target))

    def remove(self, path: str) -> None:
        act = super().remove
        self._step(f"remove {path}", lambda: act(path))

    def make_folder(self, path: str) -> None:
        act = super().make_folder
        self._step(f"make {path}", lambda: act(path))

    def remove_folder(self, path: str) -> None:
        act = super().remove_folder
        self._step(f"remove folder {path}", lambda: act(path))

    def sync(self, folder: str) -> None:
        act = super().sync
        self._step(f"sync {folder}", lambda: act(folder))
