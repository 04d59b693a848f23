"""What is known about brokers, workers and their pairings, with a source for every fact.

`catalog.load()` gives the one Catalog; docs/catalog.md describes the files under data/ that it is made from.
"""

from queuewright.catalog.catalog import Catalog, CatalogError, load
from queuewright.catalog.records import (
    AnswerKey,
    Choice,
    Condition,
    Entry,
    Fact,
    Pairing,
    Part,
    Pitfall,
    Preset,
    Rule,
    Setting,
    Topic,
    Variant,
)

__all__ = [
    "AnswerKey",
    "Catalog",
    "CatalogError",
    "Choice",
    "Condition",
    "Entry",
    "Fact",
    "Pairing",
    "Part",
    "Pitfall",
    "Preset",
    "Rule",
    "Setting",
    "Topic",
    "Variant",
    "load",
]
