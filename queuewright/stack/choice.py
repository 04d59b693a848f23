"""Which stack is rendered, in which language."""

from __future__ import annotations

from queuewright.advisor.decision import Decision, StackId
from queuewright.catalog import Catalog
from queuewright.errors import Problem, StackError
from queuewright.spec.model import Spec
from queuewright.stack.components import is_rendered


def chosen_stack(spec: Spec, decision: Decision, catalog: Catalog) -> StackId:
    winner = decision.winner
    if winner is None:
        reasons = [reason.message for reason in decision.refusal.reasons] if decision.refusal else []
        message = reasons[0] if decision.splits and reasons else "no stack survives these answers"
        raise StackError(message, hint="`qw recommend` says why, and what would do it")
    stack = winner.stack
    pairing = catalog.pairing(stack.broker, stack.worker)
    if spec.stack is None and not winner.rendered:
        raise StackError(f"the advice is {stack}, which cannot be rendered yet", hint=_pin_another(decision))
    if pairing is not None and is_rendered(stack.broker, stack.worker) and stack.variant != pairing.default_variant:
        raise StackError(
            Problem(
                f"{stack} can be advised in the variant `{stack.variant}`, but not rendered yet",
                hint=f"write `variant: {pairing.default_variant}`, or leave `variant` away",
                where=("stack", "variant"),
            )
        )
    return stack


def _pin_another(decision: Decision) -> str:
    best = next((each for each in decision.alternatives if each.rendered), None)
    if best is None or decision.winner is None:
        return "no stack that survives can be rendered; `qw recommend` gives the advice alone"
    behind = decision.winner.score - best.score
    return f"pin one that can: `stack: {{broker: {best.stack.broker}, worker: {best.stack.worker}}}`, {behind:g} points less"


def language_of(stack: StackId, spec: Spec, catalog: Catalog) -> str:
    """The worker's language; for a plain consumer or handler, the first one answered that has templates."""
    fact = catalog.lookup(stack.worker, "languages")
    languages = tuple(fact.value) if fact else ()
    answered = spec.answers.language or next((w.answers.language for w in spec.workloads if w.answers.language), ())
    return next((each for each in answered if each in languages), languages[0] if languages else "python")
