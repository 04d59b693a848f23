"""Background work of back-office."""
