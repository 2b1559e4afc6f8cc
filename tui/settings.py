"""What Textual is told by its environment, which it reads once: imported before it is."""

from __future__ import annotations

import os
from types import MappingProxyType

SETTINGS = MappingProxyType(
    {
        "TEXTUAL_ANIMATIONS": "none",
        "TEXTUAL_SMOOTH_SCROLL": "0",
        # Kitty's protocol sends nine bytes for a key, and a shell that a killed program leaves in
        # it is of no use.
        "TEXTUAL_DISABLE_KITTY_KEY": "1",
    }
)

for name, value in SETTINGS.items():
    os.environ.setdefault(name, value)
