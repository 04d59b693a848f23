"""What works with what: brokers across, workers down."""

from __future__ import annotations

from typing import Any

from queuewright.catalog import Catalog, Pairing
from queuewright.report.document import Bullets, Document, Heading, Item, Line, Paragraph, Span, Style, Table

MARKS: dict[str, tuple[str, Style]] = {
    "supported": ("yes", "good"),
    "conditional": ("conditions", "caution"),
    "experimental": ("experimental", "caution"),
    "harmful": ("harmful", "bad"),
    "impossible": ("-", "dim"),
}


def as_json(catalog: Catalog) -> dict[str, Any]:
    return {
        "version": 1,
        "brokers": [
            {"id": part.id, "name": part.name, "summary": part.summary} for part in catalog.brokers.values()
        ],
        "workers": [
            {"id": part.id, "name": part.name, "summary": part.summary} for part in catalog.workers.values()
        ],
        "pairings": [
            {
                "broker": pairing.broker,
                "worker": pairing.worker,
                "maturity": pairing.maturity,
                "rendered": pairing.rendered,
                "variants": list(pairing.variants),
                "default_variant": pairing.default_variant,
                "summary": pairing.summary,
                "source": pairing.source,
                "proof": pairing.proof,
            }
            for pairing in catalog.pairings.values()
        ],
    }


def document(catalog: Catalog) -> Document:
    brokers = list(catalog.brokers)
    rows = tuple(
        (Span(worker, "strong"), *(_cell(catalog.pairing(broker, worker)) for broker in brokers))
        for worker in catalog.workers
    )
    rendered = [pairing for pairing in catalog.pairings.values() if pairing.rendered]
    return [
        Heading("What works with what"),
        Table(("Worker", *brokers), rows),
        Paragraph(
            "yes: supported. conditions: works if the warnings are heeded. experimental: not for production. "
            "harmful: runs, and loses or repeats work. *: rendered by queuewright; the others are advised only."
        ),
        Heading("Rendered", 2),
        Bullets(tuple(_rendered(pairing) for pairing in rendered)),
        Paragraph(Span("`qw explain BROKER-WORKER` says what to know, or what to use instead.", "dim")),
    ]


def _cell(pairing: Pairing | None) -> Line:
    if pairing is None:
        return Span("-", "dim")
    mark, style = MARKS[pairing.maturity]
    return Span(f"{mark}{' *' if pairing.rendered else ''}", style)


def _rendered(pairing: Pairing) -> Item:
    others = [variant for variant in pairing.variants if variant != pairing.default_variant]
    more = f"; advised only: {', '.join(others)}" if others else ""
    return Item(
        (
            Span(f"{pairing.broker} + {pairing.worker}", "strong"),
            f": {pairing.default_variant or 'one variant'}{more}",
        )
    )
