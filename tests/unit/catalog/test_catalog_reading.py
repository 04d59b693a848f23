"""Files to records: what a mistake in a file says, and the compiled copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from queuewright.catalog import CatalogError, build
from queuewright.catalog import read as reading
from queuewright.catalog.catalog import assemble


def rule(**raw: Any) -> Any:
    base = {"id": "r", "effect": "warn", "reason": "Because.", "source": "https://example.com"}
    return build.rule("f", {**base, **raw}, build.Sources("f", {}))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"effects": 1}, "unknown key effects"),
        ({"when": [{"answer": "loss"}]}, "one operator"),
        ({"source": "somewhere"}, "neither a URL nor named"),
    ],
)
def test_a_wrong_rule_says_what_is_wrong(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(CatalogError, match=message):
        rule(**raw)


def test_both_spellings_of_a_condition_mean_the_same() -> None:
    short = rule(when=[{"answer": "payload_kb", "gt": {"fact": "max_message_kb"}}])
    long = rule(when=[{"answer": "payload_kb", "op": "gt", "fact": "max_message_kb"}])
    assert short.when == long.when


def test_a_fact_without_source_is_refused() -> None:
    with pytest.raises(CatalogError, match=r"redis\.x has no source"):
        build.facts({"x": {"value": 1}}, build.Sources("f", {}), "redis")


def test_an_id_may_be_given_once() -> None:
    pitfall = {
        "id": "a.b",
        "symptom": "s",
        "cause": "c",
        "fix": "f",
        "why": "w",
        "source": "https://example.com",
    }
    raw = {"pitfalls/one": {"pitfalls": [pitfall]}, "pitfalls/two": {"pitfalls": [pitfall]}}
    with pytest.raises(CatalogError, match=r"pitfall a\.b is defined twice"):
        assemble(raw)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "topics.yaml").write_text("checked: 2026-11-24\ntopics: {}\n", "utf-8")
    return folder


def test_the_compiled_copy_is_used_until_a_file_changes(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = reading.read(data)
    assert first == {"topics": {"checked": "2026-11-24", "topics": {}}}
    with monkeypatch.context() as patch:
        patch.setattr(yaml, "load", lambda *_: pytest.fail("the YAML was parsed again"))
        assert reading.read(data) == first
    (data / "topics.yaml").write_text("topics: {new: 1}\n", "utf-8")
    assert reading.read(data) == {"topics": {"topics": {"new": 1}}}


def test_a_broken_or_missing_cache_is_no_error(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = reading.read(data)
    (compiled,) = (tmp_path / "cache" / "queuewright").glob("catalog-*")
    compiled.write_bytes(compiled.read_bytes().partition(b"\n")[0] + b"\n{")
    assert reading.read(data) == first
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert reading.read(data) == first
