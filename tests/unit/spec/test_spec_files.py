"""Files and streams: encodings, sizes, answers with and without a wrapper."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from queuewright.errors import SpecError
from queuewright.spec import answers_from_pairs, load, load_answers, loads

GOOD = "version: 1\nname: mailroom\nworkloads:\n  - name: newsletter\n"


def refused(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        load(path)
    (problem,) = caught.value.problems
    assert problem.hint
    return str(problem).replace(str(path), "FILE")


def test_a_folder_stands_for_its_spec(tmp_path: Path) -> None:
    (tmp_path / "queuewright.yaml").write_text(GOOD)
    loaded = load(tmp_path)
    assert (loaded.path, loaded.text) == (tmp_path / "queuewright.yaml", GOOD)


def test_line_ends_and_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "q.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(path).text == GOOD
    assert loads("\ufeff" + GOOD).spec == load(path).spec


def test_missing(tmp_path: Path) -> None:
    assert refused(tmp_path / "queuewright.yaml") == "FILE: there is no such file"


def test_a_folder_without_one(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"queuewright\.yaml: there is no such file"):
        load(tmp_path)


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "q.yaml"
    path.write_bytes(b"version: 1\nname: caf\xe9\n")
    assert refused(path) == "FILE:2:10: not UTF-8: byte 0xe9"


def test_too_large(tmp_path: Path) -> None:
    path = tmp_path / "q.yaml"
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    assert refused(path) == "FILE: larger than 1024 KB"


def test_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.symlink_to(path)
    assert refused(path).startswith("FILE: cannot be read: ")


def test_marks_say_where_each_value_stands(tmp_path: Path) -> None:
    loaded = loads(GOOD + "    answers: {loss: strict}\n")
    assert loaded.marks["workloads", 0, "answers", "loss"] == (5, 21)
    problem = loaded.problem(("workloads", 0, "answers", "cloud"), "wrong")
    assert (problem.line, problem.column) == (5, 14)


@pytest.mark.parametrize(
    "text",
    [
        "loss: strict\ntask_max: 5m",
        "answers:\n  loss: strict\n  task_max_s: 300",
        '{"loss": "strict", "task_max_s": 300.0}',
        '{"answers": {"loss": "strict", "task_max_s": 3e2, "rate_avg_per_s": null}}',
        '{\n\t"loss": "str\\u0069ct",\n\t"task_max": "5m"\n}',
    ],
)
def test_answers_in_every_form(text: str) -> None:
    assert load_answers("a.yaml", text).answered() == {"loss": "strict", "task_max_s": 300}


def test_json_numbers_are_no_traps() -> None:
    assert load_answers("a.json", json.dumps({"rate_avg_per_s": 1e-05})).rate_avg_per_s == 1e-05


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(b"loss: nope")

    monkeypatch.setattr(sys, "stdin", Stdin)
    with pytest.raises(SpecError, match=r"<stdin>:1:7: `loss` takes one of"):
        load_answers("-")


@pytest.mark.parametrize("text", ["", "[]", "loss", "answers: []", "answers: {loss: x}", "a: 1\na: 2"])
def test_bad_answers(text: str) -> None:
    with pytest.raises(SpecError, match=r"a\.yaml:\d+:\d+: "):
        load_answers("a.yaml", text)


def test_no_answers_at_all_is_an_answer() -> None:
    assert load_answers("a.yaml", "{}").answered() == {}


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (["workload=ml", "task_max=5m"], {"workload": "ml", "task_max_s": 300}),
        (["constraints=offline,portable"], {"constraints": ("offline", "portable")}),
        (
            ["team=1", "cron=yes", "language=js,py"],
            {"team": "1", "cron": True, "language": ("node", "python")},
        ),
        (["excluded="], {"excluded": ()}),
    ],
)
def test_pairs(pairs: list[str], expected: dict[str, Any]) -> None:
    assert answers_from_pairs(pairs).answered() == expected


def test_bad_pairs_all_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        answers_from_pairs(["loss", "lss=strict", "task_max=5", "cloud=aws", "cloud=gcp"])
    assert [str(problem) for problem in caught.value.problems] == [
        "--set: `loss` is no KEY=VALUE",
        "--set: `cloud` is given twice",
        "--set: unknown answer `lss`",
        "--set: `task_max`: `5` has no unit",
    ]
