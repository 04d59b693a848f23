# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Sends messages through Dramatiq."""

from __future__ import annotations

from . import connection
from .carrier import send as send_through
from .envelope import Envelope
from .workloads import Priority

SEND_ERRORS = connection.SEND_ERRORS
"""What `send` raises where the broker did not take the message."""


def send(envelope: Envelope, *, priority: Priority, delay_s: float) -> None:
    """Returns once the broker has the message."""
    send_through(envelope, priority, delay_s)
