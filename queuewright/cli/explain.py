"""`qw explain`"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from queuewright.cli import console
from queuewright.errors import UsageError

if TYPE_CHECKING:
    from queuewright.catalog import Catalog, Entry

KINDS = (
    "pitfall",
    "topic",
    "rule",
    "broker",
    "worker",
    "pairing",
    "fact",
    "setting",
    "preset",
    "answer",
    "constraint",
)
MISSPELT = 0.85
"""Similarity from which one word is an id with a slip, and not something to search for."""


def explain(
    what: Annotated[
        list[str],
        typer.Argument(metavar="ID", help="An id, a kind (`settings`, `pitfalls`), or a symptom in words."),
    ],
    form: Annotated[console.Format, typer.Option("--format", help="How to write it.")] = console.Format.TEXT,
) -> None:
    """Explains an id, or finds a symptom.

    Ids of pitfalls, rules, topics, parts, pairings, facts, settings, answers and constraints.
    """
    from queuewright import catalog
    from queuewright.report import entry as report

    text = " ".join(what).strip()
    title, found = lookup(catalog.load(), text)
    if len(found) == 1:
        if form == console.Format.JSON:
            console.write_json(report.as_json(found[0]))
        else:
            console.show(report.document(found[0]), form)
    elif form == console.Format.JSON:
        console.write_json(report.list_as_json(found))
    else:
        console.show(report.list_document(title, found), form)


def lookup(known: Catalog, text: str) -> tuple[str, list[Entry]]:
    """A title and the entries that `text` means: one by id, all of a kind, or those that speak of it.

    Raises UsageError where nothing does.
    """
    from queuewright.catalog.entries import entries
    from queuewright.spec.quantities import ANSWERS
    from queuewright.spec.suggest import did_you_mean, nearest

    text = ANSWERS[text][0] if text in ANSWERS else text.replace("+", "-")
    every = list(entries(known))
    of_kind = [each for each in every if text == f"{each.kind}s"]
    if of_kind:
        return f"All {text}", of_kind
    exact = [each for each in every if text in (each.id, each.full_id)]
    if exact:
        return f"Several things are called {text}", exact
    ids = [each.id for each in every]
    near = None if " " in text or known.speaks_of(text) else nearest(text, ids, MISSPELT)
    found = list(known.find(text)) if near is None else []
    if not found:
        kinds = ", ".join(f"{each}s" for each in KINDS)
        hint = did_you_mean(near or text, ids, f"`qw explain KIND` lists ids; kinds: {kinds}")
        raise UsageError(f"nothing in the catalog is called `{text}`", hint=hint)
    return f"What speaks of: {text}", found
