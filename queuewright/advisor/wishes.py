"""What the user asks for or has, against what the rules say: granted, or contradicted with the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from queuewright.advisor.answers import Known
from queuewright.advisor.decision import ENVIRONMENT, Reason, Warning_
from queuewright.advisor.engine import CompiledRule, Engine, Verdict
from queuewright.advisor.options import Option
from queuewright.advisor.wording import about, part_name, stack_name, value_text

NATIVE = {"aws": "sqs", "azure": "azure_service_bus", "gcp": "cloud_tasks"}
"""The queue that everybody would think of first on a cloud."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A part, or several together, that the answers name."""

    text: str
    target: Mapping[str, tuple[str, ...]]
    kind: str
    """wish | existing | obvious"""


def wishes(engine: Engine, known: Known) -> Iterator[Wish]:
    for word in known["constraints"]:
        asked = engine.catalog.constraints[word].wish
        if asked:
            yield Wish(_name(engine, asked), {key: (value,) for key, value in asked.items()}, "wish")
    for word in known["existing"]:
        kind = (
            "broker"
            if word in engine.catalog.brokers
            else "worker"
            if word in engine.catalog.workers
            else None
        )
        if kind:
            yield Wish(_name(engine, {kind: word}), {kind: (word,)}, "existing")
    obvious = NATIVE.get(known["cloud"])
    if obvious:
        yield Wish(_name(engine, {"broker": obvious}), {"broker": (obvious,)}, "obvious")


def _name(engine: Engine, parts: Mapping[str, str]) -> str:
    names = [engine.catalog.part(parts[key]).name for key in ("worker", "broker") if key in parts]
    return " on ".join(names) + (f" {parts['variant'].upper()}" if "variant" in parts else "")


def contradicted(
    engine: Engine, known: Known, verdict: Verdict, winner: Option | None
) -> tuple[tuple[Reason, ...], tuple[Warning_, ...]]:
    """Contradictions, and a warning for each topic that they rest on."""
    contradictions: list[Reason] = []
    warnings: list[Warning_] = []
    for wish in wishes(engine, known):
        if winner is not None and winner.matches(wish.target):
            continue
        reasons = _against(engine, known, verdict, wish, winner)
        if not reasons and wish.kind != "wish":
            continue
        if wish.kind != "obvious":
            contradictions.append(_contradiction(engine, wish, winner, reasons))
        severity: Literal["must", "should"] = "must" if wish.kind == "wish" else "should"
        verb = "is there but" if wish.kind == "existing" else "is"
        for topic, reason in reasons.items():
            warnings.append(
                Warning_(
                    topic,
                    severity,
                    f"{wish.text} {verb} not recommended: {about(wish.text, reason.message)}",
                    reason.source,
                    against=wish.text,
                )
            )
    return tuple(contradictions), tuple(warnings)


def _contradiction(
    engine: Engine, wish: Wish, winner: Option | None, reasons: Mapping[str, Reason]
) -> Reason:
    lead = {"wish": f"{wish.text} is asked for", "existing": f"{wish.text} is there"}[wish.kind]
    first = next(iter(reasons.values()), None)
    if first is not None:
        return Reason("contradiction", f"{lead}, but: {about(wish.text, first.message)}", first.source)
    if winner is None:
        source = engine.catalog.topics["outside_catalogue"].source
        return Reason("contradiction", f"{lead}, but no stack meets the answers.", source)
    better = stack_name(engine.catalog, winner.stack.broker, winner.stack.worker)
    text = f"{lead}, but {better} fits the answers better: its reasons weigh more."
    return Reason("contradiction", text, winner.pairing.source)


def _against(
    engine: Engine, known: Known, verdict: Verdict, wish: Wish, winner: Option | None
) -> dict[str, Reason]:
    """Topic to the first reason against the wished parts, limits before preferences.

    Reasons against all of them count, but for those that the winner shares; the limits of some only where there are
    no others. What exists and could stay is only asked about where the winner brings another in its place.
    """
    wanted = [option for option in engine.options if option.matches(wish.target)]
    if not wanted:
        return _impossible(engine, wish)
    alive = [option for option in wanted if verdict.alive >> option.bit & 1]
    if alive and (wish.kind == "obvious" or (wish.kind == "existing" and not _replaced(known, wish, winner))):
        return {}
    if verdict.refused:
        return _refused(engine, known)
    near = sorted(
        engine.best_known(_nearest(engine, known, alive or wanted)),
        key=lambda option: not _familiar(known, option, winner),
    )
    mask = sum(1 << option.bit for option in near)
    whole: dict[str, Reason] = {}
    partly: dict[str, Reason] = {}
    limits = [item for item in engine.eliminations if item.rule.topic is not None]
    if not alive and not any(item.holds(known) & mask == mask for item in limits):
        return _worst(engine, known, limits, near, mask, wish, winner)
    for item in (*engine.eliminations, *engine.preferences):
        if item.rule.effect == "prefer" or item.rule.topic is None:
            continue
        holds = item.holds(known)
        hit = holds & mask
        if hit and not (winner is not None and holds >> winner.bit & 1):
            found = whole if hit == mask else partly if item.rule.effect == "eliminate" else {}
            found.setdefault(item.rule.topic, _reason(engine, known, item, near, wish))
    return whole or partly


def _familiar(known: Known, option: Option, winner: Option | None) -> bool:
    """The reader thinks of this one first: its worker is there, or is the winner's."""
    worker = option.stack.worker
    return worker in known["existing"] or (winner is not None and winner.stack.worker == worker)


def _worst(
    engine: Engine,
    known: Known,
    limits: list[CompiledRule],
    near: list[Option],
    mask: int,
    wish: Wish,
    winner: Option | None,
) -> dict[str, Reason]:
    """Where it takes several limits to rule all of them out: the one that the most break, and the winner does not."""
    broken = [
        item
        for item in limits
        if item.holds(known) & mask and not (winner is not None and item.holds(known) >> winner.bit & 1)
    ]
    worst = max(broken, key=lambda item: (item.holds(known) & mask).bit_count(), default=None)
    if worst is None or worst.rule.topic is None:
        return {}
    return {worst.rule.topic: _reason(engine, known, worst, near, wish)}


def _replaced(known: Known, wish: Wish, winner: Option | None) -> bool:
    """The winner has a broker, or a worker, that would be new where one of its kind is there."""
    kind = next(iter(wish.target))
    return winner is not None and getattr(winner.stack, kind) not in known["existing"]


def _reason(engine: Engine, known: Known, item: CompiledRule, near: list[Option], wish: Wish) -> Reason:
    option = next(option for option in near if item.holds(known) >> option.bit & 1)
    reason = engine.reason(item, known, option)
    if item.rule.id == "language-not-spoken" and set(wish.target) == {"broker"}:
        return no_language(engine, known, option)
    return reason


def no_language(engine: Engine, known: Known, option: Option) -> Reason:
    """Of a broker on which no worker speaks the languages, rather than of one worker of many."""
    languages = value_text(known["language"], "language")
    source = engine.catalog.part(option.stack.broker).source
    broker = part_name(engine.catalog, option.stack.broker)
    return Reason("language-not-spoken", f"No worker library on {broker} speaks {languages}.", source)


def _refused(engine: Engine, known: Known) -> dict[str, Reason]:
    """A rule refuses whatever is wished for."""
    found: dict[str, Reason] = {}
    for item in engine.refusals:
        hit = item.holds(known)
        if hit and item.rule.topic:
            found.setdefault(item.rule.topic, engine.reason(item, known, next(engine.members(hit))))
    return found


def _nearest(engine: Engine, known: Known, options: list[Option]) -> list[Option]:
    """Those that only the work itself rules out; all, where the environment rules out every one."""
    environment = [item for item in engine.eliminations if item.rule.id in ENVIRONMENT]
    mask = 0
    for item in environment:
        mask |= item.holds(known)
    return [option for option in options if not mask >> option.bit & 1] or options


def _impossible(engine: Engine, wish: Wish) -> dict[str, Reason]:
    broker, worker = wish.target.get("broker", ("",))[0], wish.target.get("worker", ("",))[0]
    pairing = engine.catalog.pairing(broker, worker)
    if pairing is None:
        return {}
    return {"broker_not_allowed": Reason(pairing.id, pairing.summary, pairing.source)}


def eliminated_by(engine: Engine, known: Known, option: Option) -> list[CompiledRule]:
    """Every limit that this option breaks, in the order of the catalog."""
    return [item for item in engine.eliminations if item.holds(known) >> option.bit & 1]
