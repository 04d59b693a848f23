"""One condition of a rule as a function, split by what it reads: answers alone, facts alone, or both."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from queuewright.advisor.answers import Known
from queuewright.advisor.options import Option
from queuewright.advisor.predicates import PREDICATES
from queuewright.catalog import CatalogError, Condition

Compare = Callable[[Any, Any], bool]

OPERATORS: dict[str, Compare] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "in": lambda left, right: left in right,
    "contains": lambda left, right: right in left,
    "lacks": lambda left, right: right not in left,
}


@dataclass(frozen=True, slots=True)
class Compiled:
    """`of_answers`, `of_option` or `of_both` is set, never two of them."""

    reads: tuple[str, ...]
    of_answers: Callable[[Known], bool] | None = None
    of_option: Callable[[Option], bool] | None = None
    of_both: Callable[[Known, Option], bool] | None = None


def compile_condition(condition: Condition, answer_keys: frozenset[str]) -> Compiled:
    """CatalogError where an operator, an answer or a predicate is unknown."""
    if condition.predicate is not None:
        found = PREDICATES.get(condition.predicate)
        if found is None:
            raise CatalogError(f"there is no predicate {condition.predicate}")
        if found.per_option:
            return Compiled(found.reads, of_both=found.test)
        test = found.test
        return Compiled(found.reads, of_answers=lambda known: test(known, None))  # type: ignore[arg-type]
    compare = OPERATORS.get(condition.op)
    if compare is None:
        raise CatalogError(f"there is no operator {condition.op}")
    key, fact, value = condition.answer, condition.fact, condition.value
    if key is not None and key not in answer_keys:
        raise CatalogError(f"there is no answer {key}")
    if key is not None and fact is not None:
        return Compiled(
            (key,),
            of_both=lambda known, option: (
                fact in option.facts and compare(known[key], option.facts[fact].value)
            ),
        )
    if key is not None:
        return Compiled((key,), of_answers=lambda known: compare(known[key], value))
    if fact is None:
        raise CatalogError("a condition needs an answer, a fact or a predicate")
    return Compiled(
        (), of_option=lambda option: fact in option.facts and compare(option.facts[fact].value, value)
    )
