"""A damaged store, read as far as it goes."""
