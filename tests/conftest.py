"""What a plain test run leaves out, and says so."""

from __future__ import annotations

import os

import pytest

MAKE = {
    "e2e": "starts rendered projects with Docker Compose: run `make e2e`",
    "tools": "judged by tools that are installed apart: run `make judge`",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marked tests that take long run when they are asked for by marker; where they are required, always."""
    asked = config.getoption("markexpr")
    for item in items:
        for marker, reason in MAKE.items():
            if item.get_closest_marker(marker) and marker not in asked and os.environ.get("QW_REQUIRE") != "1":
                item.add_marker(pytest.mark.skip(reason=reason))
