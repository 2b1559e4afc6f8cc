"""Colours that everyone tells apart, and marks for those who see none."""

from __future__ import annotations

from itertools import combinations

import pytest
from rich.color import ANSI_COLOR_NAMES, Color
from rich.style import Style

from tonemark.tui.page.render import Look
from tonemark.tui.theme import PALETTE, SIXTEEN, Colors, console_colors, sgr, style_of

# Machado, Oliveira and Fernandes 2009, severity 1.0: protanopia, deuteranopia, tritanopia, of
# linear RGB.
BLIND = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def linear(color: str) -> tuple[float, float, float]:
    """Linear RGB of a colour (sRGB, IEC 61966-2-1)."""
    parts = Color.parse(color).get_truecolor()
    return tuple(
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (part / 255 for part in parts)
    )  # type: ignore[return-value]


def luminance(color: str) -> float:
    red, green, blue = linear(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def seen(color: str, matrix: tuple[tuple[float, ...], ...]) -> list[float]:
    """What someone with this deficiency sees of a colour: gamma-coded RGB."""
    rgb = linear(color)
    found = [
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, rgb, strict=True)))) for row in matrix
    ]
    return [c * 12.92 if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055 for c in found]


@pytest.mark.parametrize("deficiency", BLIND)
@pytest.mark.parametrize(("one", "other"), [*combinations([back for back, _ in PALETTE], 2)])
def test_label_colours_are_told_apart_by_colour_blind_people(
    one: str, other: str, deficiency: str
) -> None:
    first, second = seen(one, BLIND[deficiency]), seen(other, BLIND[deficiency])
    distance = sum((a - b) ** 2 for a, b in zip(first, second, strict=True)) ** 0.5
    assert distance > 0.1


@pytest.mark.parametrize(("back", "ink"), PALETTE)
def test_words_on_a_label_colour_can_be_read(back: str, ink: str) -> None:
    light, dark = sorted((luminance(back), luminance(ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5, "WCAG 2, 1.4.3"


def test_sixteen_colours_never_set_red_against_green() -> None:
    assert not {"red", "green"} & {back for back, _ in SIXTEEN}
    assert len({back for back, _ in SIXTEEN}) == len(SIXTEEN)
    assert all(back in ANSI_COLOR_NAMES and ink in ANSI_COLOR_NAMES for back, ink in SIXTEEN)


@pytest.mark.parametrize("colors", ["none", "sixteen", "full"])
def test_every_state_has_a_look_besides_its_colour(colors: Colors) -> None:
    states = [Look(role) for role in ("text", "candidate")]
    states += [Look(role, 0) for role in ("doubtful", "suggestion", "span")]
    states += [state._replace(focus=True) for state in states]

    def attributes(look: Look) -> str:
        style = style_of(look, colors)
        boxed = style.bgcolor is not None
        return f"{sgr(style, None)}{'box' * boxed}"

    # A box is a shape: without colours a span is underlined instead.
    assert len({attributes(state) for state in states}) == len(states)


def test_colours_stay_away_where_they_are_not_wanted() -> None:
    looks = [Look(role, 0, focus) for role in ("span", "tag", "label") for focus in (False, True)]
    assert all(style_of(look, "none").color is None for look in looks)
    assert all(style_of(look, "none").bgcolor is None for look in looks)


@pytest.mark.parametrize(
    ("environment", "colors"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ("truecolor", "full")),
        ({"TERM": "xterm-256color"}, ("256", "full")),
        ({"TERM": "tmux-256color"}, ("256", "full")),
        ({"TERM": "screen-256color"}, ("256", "full")),
        ({"TERM": "screen"}, ("standard", "sixteen")),
        ({"TERM": "linux"}, ("standard", "sixteen")),
        ({"TERM": "vt100"}, ("standard", "sixteen")),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, ("256", "none")),
    ],
)
def test_what_a_terminal_is_taken_to_show(
    environment: dict[str, str], colors: tuple[str, Colors]
) -> None:
    assert console_colors(environment) == colors


@pytest.mark.parametrize(
    ("style", "system", "parameters"),
    [
        (Style(), "truecolor", ""),
        (Style(bold=True, color="default", bgcolor="default"), "truecolor", "1"),
        (Style(color="#000000", bgcolor="#56b4e9"), "truecolor", "38;2;0;0;0;48;2;86;180;233"),
        (Style(color="black", bgcolor="cyan"), "standard", "30;46"),
        (Style(dim=True, bgcolor="#56b4e9"), "256", "2;48;5;74"),
        (Style(underline=True, color="red"), None, "4"),
    ],
)
def test_a_style_costs_no_parameter_too_many(
    style: Style, system: str | None, parameters: str
) -> None:
    assert sgr(style, system) == parameters
