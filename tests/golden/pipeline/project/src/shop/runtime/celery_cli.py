# Rendered by queuewright from queuewright.yaml: edits here are overwritten.
# Change the spec and run "qw render"; README.md says where your own changes belong.
"""For Celery's own command line: `celery -A shop.runtime.celery_cli inspect active`."""

from __future__ import annotations

from .celery_app import celery_app

app = celery_app()
