"""What looks are drawn with: the terminal's own colours, and a palette for labels.

The palette is Okabe and Ito's (2008), told apart by colour-blind people; every state has a mark
besides its colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

from tonemark.tui.page.render import Look

Colors = Literal["none", "sixteen", "full"]
"""What a terminal has for labels: no colours, its own sixteen, or at least 256."""

PALETTE = (
    ("#56b4e9", "#000000"),
    ("#e69f00", "#000000"),
    ("#009e73", "#000000"),
    ("#cc79a7", "#000000"),
    ("#f0e442", "#000000"),
    ("#0072b2", "#ffffff"),
    ("#d55e00", "#000000"),
)
"""Background and text of the labels, in the order of the project."""

SIXTEEN = (
    ("cyan", "black"),
    ("yellow", "black"),
    ("blue", "white"),
    ("magenta", "white"),
    ("white", "black"),
)
"""The same where a terminal has only its own colours: red and green never stand for labels."""

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
_STAND_IN = Style(dim=True, bold=False, reverse=True)
_STAND_IN_FOCUS = Style(bold=True, underline=True, reverse=True)


def colors_of(console: Console, *, no_color: bool) -> Colors:
    """What a console has for labels; `no_color` is the user's wish (no-color.org)."""
    if no_color or console.color_system is None:
        return "none"
    return "sixteen" if console.color_system == "standard" else "full"


def console_colors(environment: Mapping[str, str]) -> tuple[str | None, Colors]:
    """The colours that the app will use in a terminal with this environment: the name of Rich's
    colour system, and what labels have."""
    rest = {name: value for name, value in environment.items() if name != "NO_COLOR"}
    console = Console(
        color_system=rest.get("TEXTUAL_COLOR_SYSTEM", "auto"),  # type: ignore[arg-type]
        force_terminal=True,
        _environ=rest,
    )
    return console.color_system, colors_of(console, no_color="NO_COLOR" in environment)


@lru_cache(maxsize=1024)
def style_of(look: Look, colors: Colors = "full") -> Style:
    """The style of a look."""
    back, ink = "", ""
    if look.label >= 0 and colors != "none":
        palette = PALETTE if colors == "full" else SIXTEEN
        back, ink = palette[look.label % len(palette)]
    match look.role:
        case "span" | "label":
            # Without colours a line under it tells a span from plain text, bold from a candidate.
            style = Style(bgcolor=back, color=ink) if back else Style(underline=colors == "none")
            # Consoles of sixteen colours draw bold black as grey.
            style += Style(bold=colors != "sixteen")
        case "version":
            # What annotators have is compared by colour and letters; without colours a line under
            # it tells its extent.
            style = Style(bgcolor=back, color=ink) if back else Style(bold=True, underline=True)
        case "passed":
            style = Style(dim=True)
        case "tag":
            style = Style(bgcolor=back, color=ink) if back else Style(bold=True)
        case "suggestion":
            style = Style(underline2=True, italic=True)
        case "doubtful":
            # Between a candidate and a suggestion; where italics are not drawn, its tag tells.
            style = Style(underline=True, italic=True)
        case "maybe":
            style = Style(italic=True, bold=True)
        case role:
            style = _ROLES[role]
    if look.focus:
        if style.bgcolor:
            style = Style(color=back, bgcolor=ink, bold=True, underline=True)
        else:
            style += _FOCUS
    if look.stand_in:
        style += _STAND_IN_FOCUS if look.focus else _STAND_IN
    return style.without_color if colors == "none" else style


def sgr(style: Style, colors: str | None) -> str:
    """The parameters of the SGR sequence of a style (ECMA-48, 8.3.117) in one of Rich's colour
    systems; what is the terminal's default anyway is left out."""
    start, _, _ = style.without_color.render("x").partition("x")
    codes = [start.removeprefix("\x1b[").removesuffix("m")] if start else []
    for color, is_ink in ((style.color, True), (style.bgcolor, False)):
        if color is not None and not color.is_default and colors is not None:
            codes += color.downgrade(_SYSTEMS[colors]).get_ansi_codes(is_ink)
    return ";".join(codes)


_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}
