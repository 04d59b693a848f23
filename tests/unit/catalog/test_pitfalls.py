"""Pitfalls are complete, have a source that a person can open, and are there where templates cite them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import yaml

from queuewright import catalog
from queuewright.catalog import Pitfall
from queuewright.catalog.entries import entries
from queuewright.catalog.read import DATA

CATALOG = catalog.load()
TEMPLATES = Path(__file__).parents[3] / "templates"
GENERAL = {"pattern", "ml", "deploy", "outside"}
"""First words of ids that are no part: ways to write tasks, models, running workers, tools outside the catalog."""
LENGTHS = {"symptom": (15, 200), "cause": (15, 420), "fix": (5, 420), "why": (20, 200)}
SHORTHAND = re.compile(
    r"\b[\w-]+#\d+|\bPR ?#?\d+|\[[MSDITCG3]\]|\b(celery|kombu|rq|huey|arq):\w+\.(rst|md|py)"
)
CITED = re.compile(r"\b(why|fact|entry)\(\s*[\"']([^\"']+)[\"']")


def pitfalls() -> list[pytest.param]:  # type: ignore[valid-type]
    return [pytest.param(each, id=each.id) for each in CATALOG.pitfalls.values()]


@pytest.mark.parametrize("pitfall", pitfalls())
def test_a_pitfall_says_everything_at_a_length_that_is_read(pitfall: Pitfall) -> None:
    for field, (least, most) in LENGTHS.items():
        text = getattr(pitfall, field)
        assert least <= len(text) <= most, (field, len(text))
        assert text == " ".join(text.split()), field
        assert not SHORTHAND.search(text), field
        assert text.endswith((".", "?", "!", "`")), field
    assert re.fullmatch(r"https://[\w.-]+/\S*", pitfall.source)
    assert "#" not in pitfall.source or not SHORTHAND.search(pitfall.source.rpartition("/")[2])
    assert date.fromisoformat(pitfall.checked) <= date(2100, 1, 1)


@pytest.mark.parametrize("pitfall", pitfalls())
def test_a_pitfall_belongs_to_what_is_in_the_catalog(pitfall: Pitfall) -> None:
    known = {*CATALOG.brokers, *CATALOG.workers, *CATALOG.pairings}
    prefix, _, slug = pitfall.id.partition(".")
    assert prefix in known | GENERAL
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert set(pitfall.parts) <= (known | {"outside"})


@pytest.mark.parametrize("field", ["symptom", "cause"])
def test_no_two_pitfalls_are_the_same(field: str) -> None:
    counts = Counter(getattr(each, field).casefold() for each in CATALOG.pitfalls.values())
    assert [text for text, count in counts.items() if count > 1] == []


@pytest.mark.parametrize(
    "part", [*CATALOG.brokers, *(each for each in CATALOG.workers if each not in ("consumer", "http"))]
)
def test_of_every_broker_and_library_several_pitfalls_are_known(part: str) -> None:
    known = [
        each
        for each in CATALOG.pitfalls.values()
        if any(part in each_part.split("-") for each_part in each.parts)
    ]
    assert len(known) >= 5


@pytest.mark.parametrize("file", sorted((DATA / "pitfalls").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_named_source_is_used(file: Path) -> None:
    raw = yaml.safe_load(file.read_text("utf-8"))
    assert set(raw["sources"]) == {each["source"] for each in raw["pitfalls"] if "://" not in each["source"]}


def test_no_pitfall_shares_its_id_with_something_else() -> None:
    others = {entry.id for entry in entries(CATALOG) if entry.kind != "pitfall"}
    assert CATALOG.pitfalls.keys() & others == set()


def cited() -> list[tuple[str, str]]:
    texts = (path.read_text("utf-8") for path in TEMPLATES.rglob("*") if path.suffix in {".j2", ".yaml"})
    return sorted({found for text in texts for found in CITED.findall(text)})


def test_templates_cite() -> None:
    assert Counter(kind for kind, _ in cited())["why"] > 40


@pytest.mark.parametrize(("kind", "id_"), cited())
def test_what_templates_cite_is_there(kind: str, id_: str) -> None:
    if kind == "fact":
        assert CATALOG.fact(id_) is not None
    elif kind == "why":
        assert CATALOG.pitfalls[id_].why
    else:
        assert CATALOG.entry(id_)
