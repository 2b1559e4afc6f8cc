"""What the painter sends makes a terminal show what is wanted, with few bytes and nothing else."""

from __future__ import annotations

import pyte
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style

from tonemark.tui.painter import Painter
from tonemark.tui.theme import sgr

WIDTH, HEIGHT = 24, 4
NO_WRAP = "\x1b[?7l"
"""What Textual sets when it starts."""

OURS = regex.compile(r"\x1b\[[0-9;]*[HGCmKJ]")
STYLES = (
    None,
    Style(),
    Style(dim=True),
    Style(reverse=True),
    Style(underline=True),
    Style(color="#000000", bgcolor="#56b4e9"),
)
WORDS = st.sampled_from(["", "a", " ", "   ", "wa ", "Samia Suluhu", "ọ̀jọ́", "ሰላም", "日本", "x日"])
SEGMENTS = st.lists(st.builds(Segment, WORDS, st.sampled_from(STYLES)), max_size=6)
PUTS = st.lists(
    st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), SEGMENTS), max_size=8
)


def painter() -> Painter:
    made = Painter(lambda style: sgr(style, "truecolor"))
    made.resize(WIDTH, HEIGHT)
    return made


def shown(screen: pyte.Screen) -> list[list[tuple[str, str, str, bool, bool]]]:
    """Every cell: its text and its look, as far as pyte knows looks."""
    return [
        [
            (cell.data, cell.fg, cell.bg, cell.reverse, cell.underscore)
            for cell in (screen.buffer[y][x] for x in range(WIDTH))
        ]
        for y in range(HEIGHT)
    ]


def first(made: Painter) -> None:
    """The first frame, which is sent whole."""
    assert made.flush().startswith("\x1b[H\x1b[2J")


@given(st.lists(PUTS, max_size=5))
def test_what_is_sent_piece_by_piece_shows_what_all_at_once_would(frames: list[list]) -> None:
    piecewise, at_once = painter(), painter()
    seen, wanted = pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(seen)
    stream.feed(NO_WRAP + piecewise.flush())
    for frame in frames:
        for x, y, segments in frame:
            piecewise.put(x, y, segments)
            at_once.put(x, y, segments)
        stream.feed(piecewise.flush())
    pyte.Stream(wanted).feed(NO_WRAP + at_once.flush())
    assert shown(seen) == shown(wanted)
    assert piecewise.flush() == ""


@given(st.lists(st.text(), max_size=4), st.sampled_from(STYLES))
def test_nothing_that_steers_a_terminal_comes_through(texts: list[str], style: Style) -> None:
    made = painter()
    for y, text in enumerate(texts):
        made.put(0, y, [Segment(text, style)])
    rest = OURS.sub("", made.flush())
    assert not regex.search(r"[\x00-\x1f\x7f-\x9f\p{Cs}\p{Bidi_Control}]", rest)


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ("abcdefghij", "abXdefghij", "\x1b[1;3HX"),
        ("abcdefghij", "aXcdeYghij", "\x1b[1;2HXcdeY"),
        ("abcdefghij", "Xbcdefghij", "\x1b[1HX"),
        ("abcdefghijklmn", "Xbcdefghijklmn"[:9] + "Y" + "klmn", "\x1b[1HX\x1b[8CY"),
        ("abcdefghij", "ab", "\x1b[1;3H\x1b[K"),
        ("abc", "a", "\x1b[1;2H  "),
        ("日本語", "日本x", "\x1b[1;5Hx "),
        ("ab日", "ab日", ""),
    ],
)
def test_only_what_differs_is_sent(before: str, after: str, sent: str) -> None:
    made = painter()
    made.put(0, 0, [Segment(f"{before:<24}")])
    first(made)
    made.put(0, 0, [Segment(f"{after:<24}")])
    assert made.flush() == sent


def test_a_look_is_changed_once_for_neighbours_that_share_it() -> None:
    made = painter()
    dim = Style(dim=True)
    made.put(0, 0, [Segment("wa", dim), Segment("   "), Segment("ws", dim), Segment("x")])
    assert made.flush() == "\x1b[H\x1b[2J\x1b[1H\x1b[2mwa   ws\x1b[mx"


def test_after_a_disputed_width_the_cursor_is_addressed_anew() -> None:
    made = painter()
    made.put(0, 0, [Segment("को ab")])
    sent = made.flush().removeprefix("\x1b[H\x1b[2J")
    assert sent == "\x1b[1Hको\x1b[3G ab"
    made.put(0, 0, [Segment("को", Style(reverse=True))])
    assert made.flush() == "\x1b[1H\x1b[7m  \x1b[1Gको\x1b[m", "blanks first: it may be narrower"


def test_what_may_be_stale_is_sent_whole() -> None:
    made = painter()
    made.put(0, 1, [Segment("abc")])
    first(made)
    made.forget()
    assert made.flush() == "\x1b[H\x1b[2J\x1b[2Habc"
    made.resize(WIDTH + 1, HEIGHT)
    assert made.flush() == "\x1b[H\x1b[2J", "another size is another screen"


@pytest.mark.parametrize(
    ("x", "text", "line"), [(23, "日", "a" * 23), (22, "日x", "a" * 22 + "日")]
)
def test_a_wide_cluster_is_never_halved(x: int, text: str, line: str) -> None:
    made = painter()
    made.put(0, 0, [Segment("a" * WIDTH)])
    made.put(x, 0, [Segment(text)])
    screen = pyte.Screen(WIDTH, HEIGHT)
    pyte.Stream(screen).feed(NO_WRAP + made.flush())
    assert screen.display[0].rstrip() == line
