"""A stack that is rendered and called supported names the end-to-end case that proves it, and that case is about it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import yaml

from queuewright import catalog
from queuewright.stack import is_rendered

E2E = Path(__file__).parents[2] / "e2e"
CATALOG = catalog.load()
RENDERED = [each for each in CATALOG.pairings.values() if is_rendered(each.broker, each.worker)]


def cases() -> dict[str, str]:
    """Case of the end-to-end tests to the stack that it starts."""
    sys.path.insert(0, str(E2E))
    try:
        from cases import CASES
    finally:
        sys.path.remove(str(E2E))
    found = {}
    for name, case in CASES.items():
        stack = yaml.safe_load(case.spec.read_text())["stack"] if case.spec else CATALOG.presets[name].stack
        found[name] = f"{stack['broker']}-{stack['worker']}"
    return found


@pytest.mark.parametrize("pairing", RENDERED, ids=lambda pairing: pairing.id)
def test_a_rendered_stack_is_proved(pairing: catalog.Pairing) -> None:
    assert pairing.rendered
    match = re.fullmatch(r"tests/e2e/test_presets\.py\[(.+)\]", pairing.proof or "")
    assert match, f"{pairing.id} names no end-to-end case"
    assert cases()[match.group(1)] == pairing.id


def test_nothing_else_claims_to_be_rendered() -> None:
    assert {each.id for each in CATALOG.pairings.values() if each.rendered} == {each.id for each in RENDERED}
