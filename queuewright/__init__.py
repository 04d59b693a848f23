"""queuewright: advice, scaffolding and drift checks for background work."""

__version__ = "0.1.0"
