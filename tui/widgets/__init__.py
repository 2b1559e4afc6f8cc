"""Widgets: they draw, and know nothing of what they draw."""

from tonemark.tui import settings as settings
