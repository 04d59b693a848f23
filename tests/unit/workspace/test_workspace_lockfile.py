"""The lock is input from outside: whatever is in it, reading gives a sound Lock or a LockError that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workspace_project import FIRST, render

from queuewright.errors import ExitCode, LockError
from queuewright.render.tree import Owner
from queuewright.workspace import LOCK_NAME, PENDING_NAME, Entry, Lock, paths, read_lock
from queuewright.workspace.lock import Intent, Pending
from queuewright.workspace.lockfile import parse_lock, parse_pending
from queuewright.workspace.ondisk import Kind, OnDisk

BLOB = "0123456789abcdef0123456789abcdef01234567"
LOCK = Lock(
    project="mailroom",
    version="1.0.0",
    spec_name="queuewright.yaml",
    spec_blob=BLOB,
    identities={"queue.type": "quorum"},
    files={"Dockerfile": Entry(Owner.OWNED, False, BLOB), "src/a.py": Entry(Owner.SEEDED, True, BLOB)},
    folders=("src",),
)
PENDING = Pending(
    Intent.RENDER,
    "1.0.0",
    {"new.txt": Entry(Owner.OWNED, True, BLOB)},
    {"old.txt": Entry(Owner.OWNED, False, BLOB)},
    ("src",),
    ("src/.queuewright-0000.tmp",),
)


def on_disk(text: str | bytes) -> OnDisk:
    content = text.encode() if isinstance(text, str) else text
    return OnDisk(Kind.FILE, "", False, content)


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    document = json.loads(LOCK.dumps())
    change(document)
    return json.dumps(document)


def test_what_is_written_is_read_back() -> None:
    assert parse_lock(on_disk(LOCK.dumps()), "1.0.0") == LOCK
    assert parse_pending(on_disk(PENDING.dumps()), "1.0.0") == PENDING


def test_the_text_is_stable_sorted_and_ends_in_one_newline() -> None:
    text = LOCK.dumps()
    shuffled = Lock(
        LOCK.project,
        LOCK.version,
        LOCK.spec_name,
        LOCK.spec_blob,
        LOCK.identities,
        dict(reversed(LOCK.files.items())),
        LOCK.folders,
    )
    assert shuffled.dumps() == text
    assert text.endswith("}\n")
    assert "\r" not in text
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_no_lock_is_no_error(tmp_path: Path) -> None:
    assert read_lock(tmp_path) is None
    assert read_lock(tmp_path / "not" / "there") is None


def test_a_rendered_project_has_a_readable_lock(tmp_path: Path) -> None:
    render(tmp_path, FIRST)
    lock = read_lock(tmp_path, version="1.0.0")
    assert lock is not None
    assert set(lock.files) == set(FIRST.tree)
    assert lock.identities == FIRST.identities
    assert lock.project == "mailroom"


def test_a_checkout_with_other_line_ends_is_the_same_lock() -> None:
    assert parse_lock(on_disk(LOCK.dumps().replace("\n", "\r\n")), "1.0.0") == LOCK


BROKEN: dict[str, str | bytes] = {
    "empty": "",
    "not JSON": "{",
    "merge conflict": "<<<<<<< HEAD\n" + LOCK.dumps() + "=======\n",
    "not UTF-8": b"\xff\xfe{}",
    "a list": "[]",
    "a number": "1",
    "null": "null",
    "deep": "[" * 100_000,
    "long number": '{"format": ' + "9" * 5000 + "}",
    "NaN": changed(lambda d: d).replace('"format": 1', '"format": NaN'),
    "a key twice": changed(lambda d: d).replace('"format": 1', '"format": 1, "format": 1'),
    "no format": changed(lambda d: d.pop("format")),
    "format true": changed(lambda d: d.update(format=True)),
    "format zero": changed(lambda d: d.update(format=0)),
    "format text": changed(lambda d: d.update(format="1")),
    "unknown key": changed(lambda d: d.update(extra=1)),
    "no files": changed(lambda d: d.pop("files")),
    "files a list": changed(lambda d: d.update(files=[])),
    "version a number": changed(lambda d: d.update(queuewright=1)),
    "no version": changed(lambda d: d.update(queuewright="latest")),
    "project": changed(lambda d: d.update(project="../x")),
    "spec null": changed(lambda d: d.update(spec=None)),
    "spec path": changed(lambda d: d["spec"].update(path="../other.yaml")),
    "spec in a folder": changed(lambda d: d["spec"].update(path="a/b.yaml")),
    "spec blob": changed(lambda d: d["spec"].update(blob="xyz")),
    "identity value": changed(lambda d: d["identities"].update(a=1)),
    "identity control": changed(lambda d: d["identities"].update(a="\x1b[2J")),
    "identity name": changed(lambda d: d["identities"].update({"\n": "a"})),
    "folders": changed(lambda d: d.update(folders=["../x"])),
    "folders a text": changed(lambda d: d.update(folders="src")),
    "entry a text": changed(lambda d: d["files"].update(a=BLOB)),
    "entry key": changed(lambda d: d["files"]["Dockerfile"].update(size=3)),
    "owner": changed(lambda d: d["files"]["Dockerfile"].update(owner="root")),
    "mode": changed(lambda d: d["files"]["Dockerfile"].update(mode="4755")),
    "blob upper case": changed(lambda d: d["files"]["Dockerfile"].update(blob=BLOB.upper())),
    "blob a list": changed(lambda d: d["files"]["Dockerfile"].update(blob=[BLOB])),
    "absolute": changed(lambda d: d["files"].update({"/etc/passwd": d["files"]["Dockerfile"]})),
    "outside": changed(lambda d: d["files"].update({"../x": d["files"]["Dockerfile"]})),
    "backslash": changed(lambda d: d["files"].update({"..\\x": d["files"]["Dockerfile"]})),
    "git": changed(lambda d: d["files"].update({".git/config": d["files"]["Dockerfile"]})),
    "itself": changed(lambda d: d["files"].update({LOCK_NAME: d["files"]["Dockerfile"]})),
    "the spec": changed(lambda d: d["files"].update({"queuewright.yaml": d["files"]["Dockerfile"]})),
    "case": changed(lambda d: d["files"].update({"DOCKERFILE": d["files"]["Dockerfile"]})),
    "file and folder": changed(lambda d: d["files"].update({"Dockerfile/x": d["files"]["Dockerfile"]})),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_lock_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(LockError) as caught:
        parse_lock(on_disk(BROKEN[name]), "1.0.0")
    (problem,) = caught.value.problems
    assert caught.value.exit_code is ExitCode.INPUT
    assert problem.file == LOCK_NAME
    assert problem.hint
    assert "qw render" in problem.hint
    assert problem.message.isprintable()
    assert len(problem.message) < 300


def test_a_syntax_error_has_a_place() -> None:
    with pytest.raises(LockError) as caught:
        parse_lock(on_disk(BROKEN["merge conflict"]), "1.0.0")
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(queuewright="1.0.1"),
        lambda d: d.update(queuewright="2.0.0", format=2),
        lambda d: d.update(format=2, queuewright="9.9 and something"),
        lambda d: [d.clear(), d.update(format=2, queuewright="3.0")],
    ],
)
def test_a_newer_lock_says_so_and_nothing_else(change: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(LockError, match=r"newer queuewright|was written by queuewright") as caught:
        parse_lock(on_disk(changed(change)), "1.0.0")
    assert caught.value.exit_code is ExitCode.INPUT
    assert "this is 1.0.0" in str(caught.value)


def test_an_older_lock_is_read() -> None:
    lock = parse_lock(on_disk(LOCK.dumps()), "1.0.1")
    assert lock is not None
    assert lock.version == "1.0.0"


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(intent="destroy"),
        lambda d: d.pop("writes"),
        lambda d: d.update(writes=[]),
        lambda d: d.update(folders=["/etc"]),
        lambda d: d.update(temporary=["README.md"]),
        lambda d: d.update(temporary=["../.queuewright-0001.tmp"]),
        lambda d: d.update(temporary=[3]),
        lambda d: d.update(written={"../x": d["written"]["old.txt"]}),
        lambda d: d.update(written={".git/x": d["written"]["old.txt"]}),
        lambda d: d.update(more=1),
    ],
)
def test_a_broken_pending_file_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(PENDING.dumps())
    change(document)
    with pytest.raises(LockError) as caught:
        parse_pending(on_disk(json.dumps(document)), "1.0.0")
    assert caught.value.problems[0].file == PENDING_NAME
    assert caught.value.problems[0].hint


def test_a_pending_file_of_a_newer_queuewright_is_refused() -> None:
    with pytest.raises(LockError, match=r"was written by queuewright 1\.0\.0"):
        parse_pending(on_disk(PENDING.dumps()), "0.9")


@pytest.mark.parametrize("kind", [Kind.LINK, Kind.FOLDER, Kind.OTHER])
def test_a_lock_that_is_no_file_is_refused(kind: Kind) -> None:
    with pytest.raises(LockError, match="not a file"):
        parse_lock(OnDisk(kind), "1.0.0")


def test_a_lock_too_large_to_read_is_refused() -> None:
    with pytest.raises(LockError, match="too large"):
        parse_lock(OnDisk(Kind.FILE, executable=False, detail="huge"), "1.0.0")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(BLOB),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def _set(document: Any, keys: list[str], value: Any) -> None:
    for key in keys[:-1]:
        document = document[key]
    document[keys[-1]] = value


PLACES = [
    ["format"], ["queuewright"], ["project"], ["spec"], ["spec", "path"], ["spec", "blob"], ["identities"], ["identities", "queue.type"],
    ["files"], ["files", "Dockerfile"], ["files", "Dockerfile", "owner"], ["files", "Dockerfile", "mode"], ["files", "Dockerfile", "blob"],
    ["folders"],
]  # fmt: skip


@given(st.sampled_from(PLACES), JSON)
def test_any_value_anywhere_gives_a_lock_or_a_lock_error(place: list[str], value: Any) -> None:
    try:
        lock = parse_lock(on_disk(changed(lambda d: _set(d, place, value))), "1.0.0")
    except LockError:
        return
    assert lock is not None
    assert all(paths.complaint(path) is None for path in (*lock.files, *lock.folders, lock.spec_name))
    assert parse_lock(on_disk(lock.dumps()), "1.0.0") == lock


@given(st.binary(max_size=200))
def test_any_bytes_give_a_lock_error(data: bytes) -> None:
    with pytest.raises(LockError):
        parse_lock(on_disk(data), "1.0.0")
