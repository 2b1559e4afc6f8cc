"""A label under another name."""
