"""Answers from the command line: `--set key=value`."""

from __future__ import annotations

from collections.abc import Iterable

from queuewright.errors import Problem, SpecError
from queuewright.spec import vocabulary
from queuewright.spec.answers import read_answers
from queuewright.spec.expect import Expect, shown
from queuewright.spec.model import Answers
from queuewright.spec.nodes import Mapping, Node, Scalar, Sequence
from queuewright.spec.problems import Problems

FLAG = "--set"


def answers_from_pairs(pairs: Iterable[str]) -> Answers:
    """`["workload=ml", "task_max=5m", "constraints=offline,portable"]`. Raises SpecError with every problem."""
    problems = Problems(FLAG)
    entries: dict[str, tuple[Scalar, Node]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        key, value = key.strip(), value.strip()
        if not equals or not key:
            problems.at(None, None, f"`{shown(pair)}` is no KEY=VALUE", "for instance --set workload=email")
        elif not value and not _is_list(key):
            problems.at(None, None, f"`{key}` has no value", "for instance --set workload=email")
        elif key in entries:
            problems.at(None, None, f"`{key}` is given twice", "keep one of them")
        else:
            entries[key] = (_scalar(key), _node(key, value))
    read = read_answers(Mapping(0, 0, list(entries.values())), Expect(problems))
    placeless = [Problem(each.message, FLAG, hint=each.hint) for each in problems.found]
    if placeless:
        raise SpecError(dict.fromkeys(placeless))
    return read.answers()


def _scalar(text: str) -> Scalar:
    return Scalar(0, 0, text, True)


def _is_list(key: str) -> bool:
    return key in Answers.model_fields and vocabulary.value_type(key) is tuple


def _node(key: str, value: str) -> Node:
    if _is_list(key):
        return Sequence(0, 0, [_scalar(part.strip()) for part in value.split(",") if part.strip()])
    return _scalar(value)
