"""Widgets: they draw, and know nothing of what they draw."""
