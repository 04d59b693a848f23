"""Background work of shop."""
