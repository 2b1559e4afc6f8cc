"""What looks are drawn with: the terminal's own colours, and a palette for labels.

The palette is Okabe and Ito's (2008), told apart by colour-blind people; every state has a mark
besides its colour.
"""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style

from tonemark.tui.page.render import Look

PALETTE = (
    ("#56b4e9", "#000000"),
    ("#e69f00", "#000000"),
    ("#009e73", "#000000"),
    ("#cc79a7", "#000000"),
    ("#f0e442", "#000000"),
    ("#0072b2", "#ffffff"),
    ("#d55e00", "#ffffff"),
)
"""Background and text of the labels, in the order of the project."""

_ROLES = {
    "text": Style(),
    "blank": Style(),
    "between": Style(dim=True),
    "candidate": Style(underline=True),
    "hint": Style(dim=True),
    "rule": Style(dim=True),
    "title": Style(bold=True),
    "quiet": Style(dim=True),
    "saved": Style(color="green"),
    "warning": Style(bold=True, reverse=True),
    "message": Style(bold=True),
    "key": Style(bold=True),
}
_FOCUS = Style(reverse=True)


@lru_cache(maxsize=512)
def style_of(look: Look) -> Style:
    """The style of a look."""
    back, ink = PALETTE[look.label % len(PALETTE)] if look.label >= 0 else ("", "")
    match look.role:
        case "span" | "label":
            style = Style(bgcolor=back, color=ink, bold=True) if back else Style(bold=True)
        case "tag":
            style = Style(bgcolor=back, color=ink) if back else Style(bold=True)
        case "suggestion":
            style = Style(underline2=True, italic=True)
        case "maybe":
            style = Style(italic=True, bold=True)
        case role:
            style = _ROLES[role]
    if look.focus:
        if style.bgcolor:
            return Style(color=back, bgcolor=ink, bold=True, underline=True)
        style += _FOCUS
    return style
