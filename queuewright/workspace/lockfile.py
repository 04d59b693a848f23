"""Reading queuewright.lock and queuewright.lock.pending. Both are input from outside: nothing in them is believed unchecked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from queuewright import __version__
from queuewright.errors import LockError, Problem
from queuewright.render.tree import Owner
from queuewright.workspace import paths
from queuewright.workspace.blob import normalise
from queuewright.workspace.disk import Disk
from queuewright.workspace.lock import FORMAT, Entry, Intent, Lock, Pending
from queuewright.workspace.ondisk import Kind, OnDisk
from queuewright.workspace.versions import Key, version_key

_BLOB = re.compile(r"[0-9a-f]{40}")
_NAME = re.compile(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?")
_MAX_IDENTITY = 10_000
"""Characters in the name or the value of an identity."""

_HINTS = {
    paths.LOCK_NAME: (
        "Restore queuewright.lock from version control (after a merge either side will do), or delete it. "
        'Then run "qw render": files that are as rendered are taken in again, all others are left alone.'
    ),
    paths.PENDING_NAME: (
        'Delete queuewright.lock.pending, then run "qw render": it names what a killed run left, '
        "and does not overwrite what it does not know."
    ),
}


def read_lock(root: Path, *, version: str = __version__) -> Lock | None:
    """The lock of a project; None when there is none. LockError when it is broken or newer than `version`."""
    return parse_lock(Disk(root).read(paths.LOCK_NAME), version)


def parse_lock(found: OnDisk, version: str) -> Lock | None:
    """The lock in what was read at its path. Raises as `read_lock` does."""
    if found.kind is Kind.ABSENT:
        return None
    reader = _Reader(paths.LOCK_NAME, version)
    return reader.lock(reader.load(found))


def parse_pending(found: OnDisk, version: str) -> Pending | None:
    """What a killed run left, if anything. Raises as `read_lock` does."""
    if found.kind is Kind.ABSENT:
        return None
    reader = _Reader(paths.PENDING_NAME, version)
    return reader.pending(reader.load(found))


class _Reader:
    def __init__(self, file: str, version: str) -> None:
        self.file = file
        self.version = version

    def fail(self, message: str, line: int | None = None, column: int | None = None) -> NoReturn:
        raise LockError(Problem(message, self.file, line, column, _HINTS[self.file]))

    def load(self, found: OnDisk) -> object:
        if found.kind is not Kind.FILE:
            self.fail(f"is {found.kind.value}, not a file")
        if found.content is None:
            self.fail("is too large to be a lock")
        try:
            text = normalise(found.content).decode()
            loaded: object = json.loads(text, object_pairs_hook=self._unique, parse_constant=self._constant)
        except UnicodeDecodeError:
            self.fail("is not UTF-8 text")
        except json.JSONDecodeError as error:
            self.fail(f"is not JSON: {error.msg}", error.lineno, error.colno)
        except (RecursionError, ValueError):
            self.fail("is not JSON that queuewright writes")
        return loaded

    def _unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            self.fail("has a key twice")
        return result

    def _constant(self, name: str) -> NoReturn:
        self.fail(f"has a number that is none: {name}")

    def lock(self, data: object) -> Lock:
        self._age(data)
        keys = {"files", "folders", "format", "identities", "project", "queuewright", "spec"}
        document = self._mapping(data, "", keys)
        spec = self._mapping(document["spec"], "spec", {"blob", "path"})
        spec_name = self._matching(spec["path"], "spec.path", is_spec_name)
        files = self._entries(document["files"], "files")
        folders = self._list(document["folders"], "folders", _is_path)
        identities = self._mapping(document["identities"], "identities")
        for name, value in identities.items():
            self._matching(name, "identities", is_identity)
            self._matching(value, f"identities.{name}", is_identity)
        if spec_name in files:
            self.fail(f"files lists the spec itself, {spec_name}")
        return Lock(
            project=self._matching(document["project"], "project", _NAME.fullmatch),
            version=document["queuewright"],
            spec_name=spec_name,
            spec_blob=self._matching(spec["blob"], "spec.blob", _BLOB.fullmatch),
            identities=identities,
            files=files,
            folders=folders,
        )

    def pending(self, data: object) -> Pending:
        self._age(data)
        keys = {"folders", "format", "intent", "queuewright", "temporary", "writes", "written"}
        document = self._mapping(data, "", keys)
        intent = self._matching(document["intent"], "intent", lambda text: text in set(Intent))
        return Pending(
            intent=Intent(intent),
            version=document["queuewright"],
            writes=self._entries(document["writes"], "writes"),
            written=self._entries(document["written"], "written"),
            folders=self._list(document["folders"], "folders", _is_path),
            temporary=self._list(document["temporary"], "temporary", paths.is_temporary),
        )

    def _age(self, data: object) -> None:
        """Newer locks are refused before anything else in them is looked at: it may look different by then."""
        document = self._mapping(data, "")
        form, version = document.get("format"), document.get("queuewright")
        if type(form) is not int or form < 1:
            self.fail("format is not a number from 1")
        key = _version(version)
        written_by = f"queuewright {version}" if key else "a newer queuewright"
        if form > FORMAT or (key is not None and key > version_key(self.version)):
            raise LockError(
                Problem(
                    f"was written by {written_by}; this is {self.version}",
                    self.file,
                    hint="Use that version or a later one, here and in CI.",
                )
            )
        if key is None:
            self.fail("queuewright is not a version")

    def _mapping(self, data: object, where: str, keys: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail(f"{where.rstrip('.') or 'the whole'} is not a mapping")
        if keys is not None and set(data) != keys:
            odd = sorted(set(data) ^ keys)[0]
            self.fail(
                f"{where.rstrip('.') or 'the whole'}: {odd[:80]!r} is {'missing' if odd in keys else 'unknown'}"
            )
        return data

    def _matching(self, value: object, where: str, accept: Callable[[str], object]) -> str:
        if not isinstance(value, str) or not accept(value):
            self.fail(f"{where[:80]!r} is wrong: {_shown(value)}")
        return value

    def _list(self, data: object, where: str, accept: Callable[[str], object]) -> tuple[str, ...]:
        if not isinstance(data, list):
            self.fail(" is not a list")
        return tuple(self._matching(value, where, accept) for value in data)

    def _entries(self, data: object, where: str) -> Mapping[str, Entry]:
        files = {path: self._entry(path, value, where) for path, value in self._mapping(data, where).items()}
        clash = paths.clash(list(files))
        if clash is not None:
            self.fail(f": {clash} stands for two files")
        return dict(sorted(files.items()))

    def _entry(self, path: str, data: object, where: str) -> Entry:
        wrong = paths.complaint(path)
        if wrong is not None:
            self.fail(f": the path {_shown(path)} {wrong}")
        fields = self._mapping(data, f".{path}", {"blob", "mode", "owner"})
        owner = self._matching(fields["owner"], f".{path}.owner", lambda text: text in set(Owner))
        mode = self._matching(fields["mode"], f".{path}.mode", lambda text: text in {"0644", "0755"})
        blob = self._matching(fields["blob"], f".{path}.blob", _BLOB.fullmatch)
        return Entry(Owner(owner), mode == "0755", blob)


def _version(value: object) -> Key | None:
    try:
        return version_key(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _is_path(text: str) -> bool:
    return paths.complaint(text) is None


def is_spec_name(text: str) -> bool:
    """Whether a lock can name this file as the spec."""
    return _is_path(text) and "/" not in text


def is_identity(text: str) -> bool:
    """Whether a lock can hold this as the name or the value of an identity."""
    return len(text) <= _MAX_IDENTITY and text.isprintable()


def _shown(value: object) -> str:
    """A value from outside, in a form that cannot do anything to a terminal."""
    text = ascii(value)
    return text if len(text) <= 80 else text[:77] + "..."
