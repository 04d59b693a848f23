# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""Sends messages through Celery."""

from __future__ import annotations

from amqp.exceptions import AMQPError, MessageNacked
from kombu.exceptions import OperationalError

from .celery_app import celery_app
from .celery_app import send as send_through
from .envelope import Envelope

SEND_ERRORS: tuple[type[Exception], ...] = (OperationalError, AMQPError, MessageNacked, OSError)
"""What `send` raises where the broker did not take the message."""


def send(envelope: Envelope, *, priority: str, delay_s: float) -> None:
    """Returns once the broker has the message."""
    send_through(celery_app(), envelope, priority, delay_s)
