"""`qw schema`"""

from __future__ import annotations

from queuewright.cli import console


def schema() -> None:
    """Prints the JSON Schema of the spec."""
    from queuewright.spec import json_schema

    console.write_json(json_schema())
