"""Background work of press-desk."""
