"""The patches of Textual and Rich do what they say on the installed versions."""

from __future__ import annotations

import io

from rich.console import Console
from rich.segment import Segment
from textual._compositor import ChopsUpdate
from textual.strip import Strip

from tonemark.tui import patches


def test_everything_is_patched_on_the_versions_that_are_installed() -> None:
    assert patches.install()
    assert patches.install(), "again does nothing"


def test_only_dirty_cells_are_sent() -> None:
    patches.install()
    strip = Strip([Segment("abcdefghij")])
    console = Console(file=io.StringIO(), force_terminal=True, color_system=None)
    update = ChopsUpdate([{0: strip}, {0: strip}], [(0, 3, 5), (1, 0, 2)], [[10], [10]])
    assert update.render_segments(console) == "\x1b[1;4Hde\x1b[2;1Hab"


def test_marks_stay_with_their_letters_when_a_segment_is_cut() -> None:
    patches.install()
    left, right = Segment("ẹ̀kọ́").split_cells(1)
    assert (left.text, right.text) == ("ẹ̀", "kọ́")
