"""The one place that touches the file system. Every path is relative to the project's root.

No link below the root is followed: each folder on the way is opened with O_NOFOLLOW, relative to the one above it. The
root itself may be reached through a link.
"""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from queuewright.errors import WorkspaceError
from queuewright.workspace.blob import blob_id
from queuewright.workspace.ondisk import ABSENT, Kind, OnDisk
from queuewright.workspace.paths import split
from queuewright.workspace.trouble import ObstructedError, unusable

try:
    import fcntl
except ImportError as error:  # pragma: no cover
    raise WorkspaceError(
        "this system has no file locks that queuewright knows", hint="On Windows, run queuewright in WSL."
    ) from error

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

MAX_BYTES = 32 * 1024 * 1024
"""A larger file is none of queuewright's: it is not read and differs from everything."""


class Disk:
    """A project's folder. The methods from `write` on are all that ever changes it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def _folder(self, path: str) -> Iterator[int]:
        """A descriptor of a folder. FileNotFoundError when it is absent, ObstructedError when it is none."""
        handle = self._root()
        try:
            so_far = ""
            for name in path.split("/") if path else ():
                so_far = f"{so_far}/{name}" if so_far else name
                inner = _open_folder(handle, name, so_far)
                os.close(handle)
                handle = inner
            yield handle
        finally:
            os.close(handle)

    def _root(self) -> int:
        try:
            return os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except NotADirectoryError:
            raise WorkspaceError(f"{self.root} is not a folder") from None

    def read(self, path: str) -> OnDisk:
        folder, name = split(path)
        try:
            with self._folder(folder) as handle:
                return _read(handle, name)
        except FileNotFoundError:
            return ABSENT
        except ObstructedError as error:
            return OnDisk(Kind.OBSTRUCTED, detail=error.detail)
        except OSError as error:
            raise unusable(error, path, "read") from error

    def is_folder(self, path: str) -> bool:
        """Whether a folder is there, with no link on the way."""
        try:
            with self._folder(path):
                return True
        except (FileNotFoundError, ObstructedError):
            return False
        except OSError as error:
            raise unusable(error, path, "read") from error

    def keeps_modes(self, path: str) -> bool:
        """Whether the executable bit means anything here: git's word for it, or a try on a file of ours, undone at once."""
        with suppress(OSError):
            asked = subprocess.run(
                ["git", "config", "--type=bool", "core.fileMode"],
                cwd=self.root,
                capture_output=True,
                text=True,
                check=False,
            )
            if asked.returncode == 0:
                return asked.stdout.strip() != "false"
        with suppress(FileNotFoundError, ObstructedError):
            folder, name = split(path)
            with self._folder(folder) as parent:
                handle = os.open(name, _READ, dir_fd=parent)
            try:
                return _toggles(handle)
            finally:
                os.close(handle)
        return True

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep a second run out; WorkspaceError when there is one already."""
        try:
            handle = self._root()
        except OSError as error:
            raise unusable(error, str(self.root), "open") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise WorkspaceError(
                f"another queuewright is writing to {self.root}",
                hint="Wait until it has ended, then run this again.",
            ) from None
        except OSError:
            # Some network file systems cannot lock a folder. Each file is compared once more before it is replaced.
            pass
        try:
            yield
        finally:
            with suppress(OSError):
                os.close(handle)

    def write(self, path: str, data: bytes, executable: bool = False) -> None:
        """A new file, flushed to the disk; one of that (temporary) name is replaced. The umask applies."""
        folder, name = split(path)
        with self._folder(folder) as parent:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=parent)
            handle = os.open(name, _CREATE, 0o777 if executable else 0o666, dir_fd=parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def rename(self, source: str, target: str) -> None:
        """Put a file in the place of another, in one step."""
        (source_folder, source_name), (target_folder, target_name) = split(source), split(target)
        with self._folder(source_folder) as here, self._folder(target_folder) as there:
            os.replace(source_name, target_name, src_dir_fd=here, dst_dir_fd=there)

    def remove(self, path: str) -> None:
        folder, name = split(path)
        with self._folder(folder) as parent, suppress(FileNotFoundError):
            os.unlink(name, dir_fd=parent)

    def make_folder(self, path: str) -> None:
        folder, name = split(path)
        with self._folder(folder) as parent, suppress(FileExistsError):
            os.mkdir(name, dir_fd=parent)

    def remove_folder(self, path: str) -> None:
        """Remove a folder if it is empty."""
        folder, name = split(path)
        try:
            with self._folder(folder) as parent:
                os.rmdir(name, dir_fd=parent)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.EBUSY}:
                raise

    def sync(self, folder: str) -> None:
        """Make the renames in a folder last through a power cut, where the file system can and the folder is still there."""
        with suppress(FileNotFoundError, ObstructedError), self._folder(folder) as handle:
            try:
                os.fsync(handle)
            except OSError as error:
                if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
                    raise


def _open_folder(parent: int, name: str, path: str) -> int:
    try:
        return os.open(name, _FOLDER, dir_fd=parent)
    except OSError as error:
        if error.errno not in {errno.ENOTDIR, errno.ELOOP}:
            raise
        mode = os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode
        raise ObstructedError(path, _kind(mode).value) from None


def _kind(mode: int) -> Kind:
    if stat.S_ISREG(mode):
        return Kind.FILE
    if stat.S_ISLNK(mode):
        return Kind.LINK
    return Kind.FOLDER if stat.S_ISDIR(mode) else Kind.OTHER


def _read(parent: int, name: str) -> OnDisk:
    kind = _kind(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    if kind is Kind.LINK:
        return OnDisk(kind, detail=os.readlink(name, dir_fd=parent))
    if kind is not Kind.FILE:
        return OnDisk(kind)
    with os.fdopen(os.open(name, _READ, dir_fd=parent), "rb") as file:
        state = os.fstat(file.fileno())
        executable = bool(state.st_mode & stat.S_IXUSR)
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return OnDisk(kind, executable=executable, detail=f"{state.st_size} bytes, {state.st_mtime_ns}")
    return OnDisk(kind, blob_id(data), executable, data)


def _toggles(handle: int) -> bool:
    before = os.fstat(handle)
    try:
        os.fchmod(handle, stat.S_IMODE(before.st_mode) ^ stat.S_IXUSR)
    except OSError:
        return before.st_uid != os.geteuid()
    changed = os.fstat(handle).st_mode != before.st_mode
    os.fchmod(handle, stat.S_IMODE(before.st_mode))
    return changed
