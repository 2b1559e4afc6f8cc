"""Screens: what fills the terminal. They compose and dispatch; the rules live in tui/page."""

from tonemark.tui import settings as settings
