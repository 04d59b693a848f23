"""Reports over the catalog: every entry can be shown."""

from __future__ import annotations

import json
from datetime import date

import pytest

from queuewright import catalog
from queuewright.catalog import Fact
from queuewright.catalog.entries import entries
from queuewright.report import entry, facts, markdown, matrix, plain, sizing, subjects
from queuewright.sizing.model import Figure

CATALOG = catalog.load()


def test_every_entry_is_shown_in_every_form() -> None:
    for each in entries(CATALOG):
        document = entry.document(each)
        shown = plain.render(document)
        assert shown.startswith(f"{each.id}\n")
        assert each.source in shown
        assert markdown.render(document)
        json.dumps(entry.as_json(each), allow_nan=False)


def test_a_pitfall_tells_symptom_cause_fix_and_source() -> None:
    pitfall = next(iter(CATALOG.pitfalls.values()))
    shown = plain.render(entry.document(CATALOG.entry(pitfall.id)))
    for part in ("Symptom: ", "Cause: ", "Fix: ", f"Source: {pitfall.source} (checked {pitfall.checked})"):
        assert part in shown


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (True, None, "yes"),
        (1048576, "KiB", "1 048 576 KiB"),
        (0.25, "s", "0.25 s"),
        (["a", "b"], None, "a, b"),
        ([], None, "none"),
        (None, "s", "-"),
        (2, "1 to 3", "2 (1 to 3)"),
    ],
)
def test_values_as_a_person_reads_them(value: object, unit: str | None, expected: str) -> None:
    assert entry.fact_value(Fact(value, unit, "https://example.org", "2026-11-24")) == expected


def test_the_matrix_has_every_pairing_and_marks_what_is_rendered() -> None:
    shown = plain.render(matrix.document(CATALOG))
    header, *rows = shown.splitlines()[2:]
    assert header.split() == ["Worker", *CATALOG.brokers]
    assert [row.split()[0] for row in rows[: len(CATALOG.workers)]] == list(CATALOG.workers)
    assert len(matrix.as_json(CATALOG)["pairings"]) == len(CATALOG.pairings)


def test_stale_facts_are_those_checked_longer_ago() -> None:
    old = ("a.x", Fact(1, None, "https://example.org", "2026-01-01"))
    older = ("a.z", Fact(1, None, "https://example.org", "2025-01-01"))
    new = ("a.y", Fact(1, None, "https://example.org", "2026-11-24"))
    assert facts.stale([old, new, older], 30, date(2026, 11, 25)) == [older, old]
    assert facts.stale([new], 1, date(2026, 11, 25)) == []


def test_two_parts_differ_first_and_keep_what_only_one_has() -> None:
    left, right = facts.side(CATALOG, "celery"), facts.side(CATALOG, "rq")
    rows = facts.compared(left, right)
    same = [one is not None and two is not None and one.value == two.value for _, one, two in rows]
    assert same == sorted(same)
    assert {key for key, *_ in rows} == {*left.facts, *right.facts}
    found = facts.compare_as_json(left, right)
    assert all({"celery", "rq", "subject"} <= set(row) for row in found["facts"])


def test_pairings_and_variants_are_compared_with_all_that_holds_for_them() -> None:
    free, pro = facts.side(CATALOG, "redis+sidekiq"), facts.side(CATALOG, "redis-sidekiq@pro")
    different = {key for key, one, two in facts.compared(free, pro) if one and two and one.value != two.value}
    assert {"loses_on_crash", "paid"} <= different
    assert pro.facts["memory_bound"].value is True, "of the broker"
    assert pro.facts["languages"].value == ["ruby"], "of the worker"
    with pytest.raises(KeyError):
        facts.side(CATALOG, "sqs@express")


def test_every_fact_has_a_subject_and_every_subject_its_facts() -> None:
    keys = {path.rpartition(".")[2] for path, _ in CATALOG.all_facts()}
    assert keys == set(subjects.SUBJECT_OF)
    words = [key for keys in subjects.SUBJECTS.values() for key in keys.split()]
    assert len(words) == len(set(words))


def test_a_comparison_goes_by_subject() -> None:
    left, right = facts.side(CATALOG, "redis"), facts.side(CATALOG, "sqs")
    shown = plain.render(facts.compare_document(left, right))
    places = [shown.index(f"\n{subject}:\n") for subject in subjects.SUBJECTS]
    assert places == sorted(places)
    assert shown.index("\nWhere they agree:\n") > places[-1]


@pytest.mark.parametrize(
    ("figure", "expected"),
    [
        (Figure(1800, "s", ""), "30m"),
        (Figure(0.123456, "s", ""), "123ms"),
        (Figure(1e-13, "s", ""), "under 1ms"),
        (Figure(1536.4, "MiB", ""), "1536MiB"),
        (Figure(12.3456, "tasks", ""), "12.3 tasks"),
        (Figure(10000, "messages", ""), "10 000 messages"),
    ],
)
def test_figures_without_pretended_precision(figure: Figure, expected: str) -> None:
    assert sizing.shown(figure) == expected


def test_a_rule_reads_well_without_a_case_to_fill_it_in() -> None:
    rules = [each for each in entries(CATALOG) if each.kind == "rule"]
    assert any("{" in each.title for each in rules)
    for each in rules:
        assert "{" not in plain.render([entry.document(each)[1]]), each.id
    assert "{" not in plain.render(entry.list_document("Rules", rules))
