"""Models: how they are loaded and asked. Nothing here knows a queue."""
