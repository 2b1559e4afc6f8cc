"""The patches of Textual and Rich do what they say on the installed versions."""

from __future__ import annotations

import io

import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.geometry import Region
from textual.strip import Strip

from tonemark.tui import patches


def test_everything_is_patched_on_the_versions_that_are_installed() -> None:
    assert patches.install()
    assert patches.install(), "again does nothing"


def test_an_update_sends_what_the_terminal_does_not_show_yet() -> None:
    patches.install()
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor")

    def update(first: str, second: str) -> ChopsUpdate:
        chops = [{0: Strip([Segment(first)])}, {0: Strip([Segment(second)])}]
        return ChopsUpdate(chops, [(0, 0, 10), (1, 0, 10)], [[10], [10]])

    whole = LayoutUpdate([[Strip([Segment("abcdefghij")])], []], Region(0, 0, 10, 2))
    assert whole.render_segments(console) == "\x1b[H\x1b[2J\x1b[1Habcdefghij"
    assert whole.render_segments(console) == "", "Textual paints its opening three times"
    assert update("abcXefghij", "klmnopqrst").render_segments(console) == (
        "\x1b[1;4HX\x1b[2Hklmnopqrst"
    )
    patches.forget_screen(console)
    sent = update("abcXefghij", "klmnopqrst").render_segments(console)
    assert sent == "\x1b[H\x1b[2J\x1b[1HabcXefghij\x1b[2Hklmnopqrst"


def test_a_byte_that_is_not_utf8_is_taken_for_one_that_is() -> None:
    patches.install()
    decoder = linux_driver.getincrementaldecoder("utf-8")()
    assert [decoder.decode(part) for part in (b"a\xff", b"\xc3", b"\xa9")] == ["a\ufffd", "", "é"]


def test_marks_stay_with_their_letters_when_a_segment_is_cut() -> None:
    patches.install()
    left, right = Segment("ẹ̀kọ́").split_cells(1)
    assert (left.text, right.text) == ("ẹ̀", "kọ́")


def test_what_a_widget_drew_unsafe_is_stopped_at_the_last_gate() -> None:
    patches.install()
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None)
    text = "a\x1b]52;c;eA==\x07\x9b2J\u202e\ud800b"
    update = LayoutUpdate([[Strip([Segment(text)])]], Region(0, 0, 40, 1))
    sent = update.render_segments(console)
    assert sent == "\x1b[H\x1b[2J\x1b[1Ha\ufffd]52;c;eA==\ufffd\ufffd2J\ufffd\ufffdb"


def test_a_word_cut_behind_a_joiner_passes_the_gate_as_it_is() -> None:
    patches.install()
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None)
    cut = [Segment("می\u200c"), Segment("خواهم", Style(bold=True))]  # where a span begins
    sent = LayoutUpdate([[Strip(cut)]], Region(0, 0, 20, 1)).render_segments(console)
    assert "می\u200c" in sent


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        (b"a\x1b[?1;2cb", ["a", "b"]),
        (b"\x1b[57441u1", ["1"]),
        (b"\x1b]11;rgb:0000/0000/0000\x07x", ["x"]),
        (b"\x1bP1+r524742\x1b\\x", ["x"]),
        (b"\x1b[C\x1b[5~\x1bOP\x1b[1;5Dq", ["right", "pageup", "f1", "ctrl+left", "q"]),
        (b"z\x1b", ["z", "escape"]),
    ],
)
def test_an_answer_of_the_terminal_is_no_key(sent: bytes, keys: list[str]) -> None:
    patches.install()
    decoder, parser = linux_driver.getincrementaldecoder("utf-8")(), XTermParser()
    found = [*parser.feed(decoder.decode(sent)), *parser.feed("")]
    assert [event.key for event in found if isinstance(event, events.Key)] == keys
