"""Advice: the stack, why, what must be true, what was ruled out, what would change it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from queuewright import catalog
from queuewright.advisor.decision import ENVIRONMENT, Candidate, Decision, Flip, Reason, Rejection, StackId
from queuewright.report.document import Block, Bullets, Document, Heading, Item, Line, Paragraph, Span, Table
from queuewright.spec.quantities import BARE, QUANTITY_OF

TOP_REASONS = 5
SHOWN_FLIPS = 8
SHOWN_NAMES = 4


def document(decision: Decision, *, why: bool = False) -> Document:
    """`why` shows every point of every stack that survived, and everything that was ruled out."""
    return [
        *_verdict(decision),
        *_because(decision, why),
        *_contradicted(decision),
        *_warned(decision),
        *_others(decision, why),
        *_ruled_out(decision, why),
        *_would_change(decision),
        *_assumed(decision),
    ]


def brief(decision: Decision) -> Document:
    """What to know before choosing: it fits a screen or two. The rest is in `document`, and in DECISION.md."""
    return [
        *_verdict(decision),
        *_because(decision, why=False, hint=False),
        *_contradicted(decision),
        *_warned(decision, ("must",)),
        *(() if decision.winner else _would_change(decision)),
    ]


def taken(stack: StackId, decision: Decision) -> Document:
    """The start of a decision record where another stack than the recommended one was taken."""
    assert decision.winner is not None
    return [
        Heading(title(stack)),
        Paragraph(f"Taken in place of the advice, which is {title(decision.winner.stack)}. The advice:"),
    ]


def _verdict(decision: Decision) -> Iterator[Block]:
    winner, refusal = decision.winner, decision.refusal
    if winner is not None:
        stack = winner.stack
        yield Heading(f"{title(stack)}")
        yield Paragraph(("Variant ", Span(stack.variant, "code"), _summary(stack)))
        if not winner.rendered:
            yield Paragraph(Span("queuewright advises this stack but cannot render it yet.", "caution"))
    elif decision.splits:
        yield Heading("Two stacks" if len(decision.splits) == 2 else f"{len(decision.splits)} stacks")
        yield Paragraph("No stack holds for every workload. Split them into specs of their own:")
        yield Bullets(
            tuple(
                Item((Span(title(each.stack), "strong"), f" for {', '.join(each.workloads)}"))
                for each in decision.splits
            )
        )
    else:
        yield Heading("No stack can do this")
    if refusal is not None and not decision.splits:
        yield Bullets(tuple(_sourced(each.message, each.source) for each in refusal.reasons))
    if refusal is not None and refusal.outside:
        yield Paragraph(("What would do it: ", refusal.outside))


def _because(decision: Decision, why: bool, hint: bool = True) -> Iterator[Block]:
    if decision.winner is None or not decision.winner.reasons:
        return
    reasons = sorted(decision.winner.reasons, key=lambda reason: -abs(reason.points))
    shown = reasons if why else reasons[:TOP_REASONS]
    yield Heading("Why", 2)
    yield Bullets(tuple(_pointed(reason) for reason in shown))
    hidden = len(reasons) - len(shown)
    if hidden and hint:
        yield Paragraph(
            Span(f"{hidden} smaller reason{'' if hidden == 1 else 's'} more: --why shows all.", "dim")
        )


def _contradicted(decision: Decision) -> Iterator[Block]:
    """Each reason once: a warning against a part that a contradiction names says the same."""
    said = {(_clause(each.message), each.source) for each in decision.contradictions}
    further = [
        each
        for each in decision.warnings
        if each.against and (_clause(each.message), each.source) not in said
    ]
    if decision.contradictions or further:
        yield Heading(
            "Against what you asked" if decision.contradictions else "Near at hand, but not taken", 2
        )
        shown = [(each.message, each.source) for each in decision.contradictions]
        shown += [(each.message, each.source) for each in further]
        yield Bullets(tuple(_sourced(message, source) for message, source in shown))


def _clause(message: str) -> str:
    """What stands after `RQ is asked for, but:` or `RQ is not recommended:`."""
    return message.partition(": ")[2] or message


def _warned(decision: Decision, severities: tuple[str, ...] = ("must", "should")) -> Iterator[Block]:
    """Of a stack, or of several; a refusal has its reasons, and nothing to watch."""
    if decision.winner is None and not decision.splits:
        return
    for severity, heading in (("must", "What must be true"), ("should", "What to watch")):
        if severity not in severities:
            continue
        warnings = [each for each in decision.warnings if each.severity == severity and not each.against]
        if warnings:
            yield Heading(heading, 2)
            style: Any = "bad" if severity == "must" else "caution"
            yield Bullets(
                tuple(_sourced((Span(each.id, style), f": {each.message}"), each.source) for each in warnings)
            )


def _others(decision: Decision, why: bool) -> Iterator[Block]:
    if not decision.alternatives:
        return
    yield Heading("What else survived", 2)
    if why:
        for each in decision.alternatives:
            yield Paragraph((Span(title(each.stack), "strong"), f", {_points(each.score)}"))
            if each.reasons:
                yield Bullets(tuple(_pointed(reason) for reason in each.reasons))
        return
    best = decision.winner.score if decision.winner else None
    rows = tuple(
        (title(each.stack), f"{each.score:g}", _short(each), "yes" if each.rendered else "advised only")
        for each in decision.alternatives[:5]
    )
    yield Table(
        ("Stack", f"Points{f' (winner {best:g})' if best is not None else ''}", "Costs most", "Rendered"),
        rows,
        frozenset({1}),
    )


def _short(candidate: Candidate) -> str:
    """Its heaviest reason against, or else its best one for."""
    against = sorted((each for each in candidate.reasons if each.points < 0), key=lambda each: each.points)
    return against[0].message if against else "-"


def _ruled_out(decision: Decision, why: bool) -> Iterator[Block]:
    if not decision.rejected:
        return
    yield Heading("What was ruled out", 2)
    if why:
        yield Bullets(
            tuple(
                _sourced((Span(each.what, "strong"), f": {each.reason}"), each.source)
                for each in decision.rejected
            )
        )
        return
    rows = []
    for same in _by_rule(decision.rejected):
        first = same[0]
        alike = [each.what for each in same if each.reason == first.reason]
        others = [each.what for each in same if each.reason != first.reason]
        likewise = f" Likewise {_listed(others)}." if others else ""
        names = Span(_listed(alike), "strong")
        rows.append(_sourced((names, f": {first.reason}{likewise}"), first.source))
    yield Bullets(tuple(rows))


def _by_rule(rejected: Sequence[Rejection]) -> list[list[Rejection]]:
    """What one limit rules out together; what says only where the work runs comes last."""
    groups: dict[str, list[Rejection]] = {}
    for each in rejected:
        groups.setdefault(each.id, []).append(each)
    return [group for _, group in sorted(groups.items(), key=lambda item: item[0] in ENVIRONMENT)]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(names[:SHOWN_NAMES]) + more


def _would_change(decision: Decision) -> Iterator[Block]:
    if not decision.flips:
        return
    yield Heading("What would change this", 2)
    flips = decision.flips_together
    yield Bullets(tuple(Item(_flip(flip, workloads)) for flip, workloads in flips[:SHOWN_FLIPS]))
    if len(flips) > SHOWN_FLIPS:
        yield Paragraph(Span(f"{len(flips) - SHOWN_FLIPS} more with --format json.", "dim"))


def _flip(flip: Flip, workloads: tuple[str, ...]) -> Line:
    to = title(flip.stack) if flip.stack else "no stack at all"
    key = BARE.get(flip.answer, flip.answer)
    of = f"{_either(workloads)}: " if workloads else ""
    return (
        of,
        Span(key, "code"),
        f" {written(flip.answer, flip.from_)} -> {written(flip.answer, flip.to)}: ",
        Span(to, "strong"),
    )


def _either(workloads: Sequence[str]) -> str:
    """Each of them alone; up to four by name."""
    more = len(workloads) - SHOWN_NAMES
    named = [*workloads[:SHOWN_NAMES], *([f"{more} others"] if more > 0 else [])]
    return " or ".join(named)


def _assumed(decision: Decision) -> Iterator[Block]:
    if decision.assumed:
        yield Heading("Assumed, because not answered", 2)
        pairs = (f"{BARE.get(key, key)}: {written(key, value)}" for key, value in decision.assumed.items())
        yield Paragraph(", ".join(pairs))


def title(stack: StackId) -> str:
    """Its parts by name."""
    return f"{_name(stack.broker)} + {_name(stack.worker)}"


def _name(part: str) -> str:
    known = catalog.load()
    found = known.brokers.get(part) or known.workers.get(part)
    name = found.name if found else part
    return name[0].lower() + name[1:] if name.startswith(("A ", "An ")) else name


def _summary(stack: StackId) -> str:
    """Of its variant, as the end of a sentence."""
    pairing = catalog.load().pairing(stack.broker, stack.worker)
    variant = pairing.variants.get(stack.variant) if pairing else None
    return f": {variant.summary}" if variant else "."


def _points(value: float) -> str:
    return f"{value:+g} point{'' if abs(value) == 1 else 's'}"


def _pointed(reason: Reason) -> Item:
    style: Any = "good" if reason.points > 0 else "bad" if reason.points < 0 else "dim"
    return _sourced((Span(f"{reason.points:+g}", style), f" {reason.message}"), reason.source)


def _sourced(line: Line, source: str) -> Item:
    return Item(line, (Span(source, "dim"),) if source else ())


def written(key: str, value: Any) -> str:
    """An answer's value as a person writes it in a spec."""
    if key in QUANTITY_OF and isinstance(value, int | float):
        return QUANTITY_OF[key].format(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return " and ".join(str(each) for each in value) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    return "none" if value is None else str(value)
