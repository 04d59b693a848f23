from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from back_office.runtime.task import Context, Permanent
from back_office.sandbox import (
    uploads as sandbox,
)
from back_office.tasks import uploads as tasks
from back_office.tasks.uploads import (
    FileSettings,
    Upload,
    check_content,
    convert,
    fetch,
    on_upload,
    output_key,
    run_converter,
)

UPLOAD = Upload(key="uploads/report-1.csv")


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The store's folder; what a task leaves behind in the temporary one would show in `scratch`."""
    folder = tmp_path / "objects"
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    settings = FileSettings(store_url=f"sandbox:{folder}", max_bytes=100_000)
    monkeypatch.setattr(FileSettings, "load", lambda: settings)
    return folder


def put(store: Path, key: str, content: bytes) -> Upload:
    path = store / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return Upload(key=key)


def test_converts_an_upload(run: Callable[..., Context], store: Path) -> None:
    upload = put(store, "uploads/a.csv", "name,city\nAda,Łódź\n".encode())
    result = convert(upload, run())
    lines = (store / result["output"]).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [{"name": "Ada", "city": "Łódź"}]


def test_a_second_run_finds_it_done(run: Callable[..., Context], monkeypatch: pytest.MonkeyPatch) -> None:
    first = convert(UPLOAD, run("one"))
    monkeypatch.setattr(tasks, "run_converter", lambda command, timeout_s: pytest.fail("converted again"))
    assert convert(UPLOAD, run("two")) == {"output": first["output"], "converted": False}


def test_a_new_version_gets_a_name_of_its_own() -> None:
    assert output_key(UPLOAD) != output_key(Upload(key=UPLOAD.key, version="2"))


def test_leaves_no_temporary_files(run: Callable[..., Context], store: Path) -> None:
    convert(UPLOAD, run())
    with pytest.raises(Permanent):
        convert(put(store, "uploads/bad.csv", b"a,b\n1,2,3\n"), run())
    assert list((store.parent / "scratch").iterdir()) == []
    assert [path.suffix for path in (store / "converted").iterdir()] == [".jsonl"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"a,b\n" + b"1,2\n" * 30_000, "larger than 100000 bytes"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not text"),
        (b"a,\xff\n", "not UTF-8"),
        (b"just a sentence\n", "no CSV header"),
        (b"a,b\n1\n", "as many fields"),
    ],
    ids=["empty", "large", "binary", "latin1", "prose", "ragged"],
)
def test_what_cannot_be_converted_is_a_dead_letter(
    content: bytes, reason: str, run: Callable[..., Context], store: Path
) -> None:
    with pytest.raises(Permanent, match=reason):
        convert(put(store, "uploads/odd.csv", content), run())


def test_stops_reading_at_the_limit(tmp_path: Path) -> None:
    endless = io.BytesIO(b"x" * 1_000_000)
    with pytest.raises(Permanent):
        fetch(endless, tmp_path / "copy", max_bytes=100_000)
    assert endless.tell() < 300_000


def test_a_character_cut_at_the_block_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + b"x" * (tasks.BLOCK - 5) + "ż".encode() * 10)
    check_content(path)


def test_a_converter_that_hangs_is_killed_with_all_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    hang = (
        "import subprocess, sys, time;"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(note)!r}, 'w').write(str(child.pid));"
        "time.sleep(60)"
    )
    with pytest.raises(TimeoutError):
        run_converter([sys.executable, "-c", hang], timeout_s=1.0)
    child = int(note.read_text())
    give_up = time.monotonic() + 5
    while _runs(child) and time.monotonic() < give_up:
        time.sleep(0.01)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_crash_of_the_converter_is_no_crash_of_the_worker() -> None:
    with pytest.raises(Permanent, match="signal 11"):
        run_converter([sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"], timeout_s=10)


def test_a_store_that_is_away_is_worth_a_retry(run: Callable[..., Context]) -> None:
    with pytest.raises(convert.retry_on):
        convert(Upload(key="uploads/sandbox-fail.csv"), run())


def test_a_missing_object_is_a_dead_letter(run: Callable[..., Context]) -> None:
    with pytest.raises(Permanent):
        convert(Upload(key="uploads/sandbox-reject.csv"), run())


@pytest.mark.parametrize("key", ["../etc/passwd", "/etc/passwd", "a/../../x", "a//b", "a/.hidden", "a\nb"])
def test_no_key_leads_out_of_the_store(key: str) -> None:
    with pytest.raises(ValueError, match="key"):
        Upload(key=key)


def test_an_upload_is_one_task(queue: Any) -> None:
    assert on_upload(UPLOAD) == on_upload(UPLOAD)
    assert on_upload(Upload(key=UPLOAD.key, version="2")) != on_upload(UPLOAD)
    assert sandbox.open_store("sandbox:").folder.name.endswith("-objects")
