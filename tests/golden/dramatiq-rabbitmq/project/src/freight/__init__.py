"""Background work of freight."""
