"""How many cells of a terminal a text takes: one table of our own, for layout and for the screen.

Takes text that `tonemark.text.visible()` has passed. Knows no screen library.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

import regex

from tonemark.text import Safe, graphemes, joined, visible

_EMOJI = regex.compile(r"\p{Emoji}")

_YOUNG = (  # blocks of scripts that came with Unicode 13 and later (Blocks.txt)
    r"\U00010570-\U000105FF\U00010940-\U0001095F\U00010D40-\U00010D8F\U00010E80-\U00010EBF"
    r"\U00010F70-\U00010FDF\U00011380-\U000113FF\U000116D0-\U000116FF\U00011900-\U0001195F"
    r"\U00011B00-\U00011BFF\U00011DB0-\U00011DEF\U00011F00-\U00011F5F\U00012F90-\U00012FFF"
    r"\U00016100-\U0001613F\U00016A70-\U00016ACF\U00016D40-\U00016D7F\U00016EA0-\U00016EDF"
    r"\U00018B00-\U00018CFF\U0001CC00-\U0001CEBF\U0001DF00-\U0001DFFF\U0001E290-\U0001E2BF"
    r"\U0001E4D0-\U0001E5FF\U0001E6C0-\U0001E6FF\U0001E7E0-\U0001E7FF"
)
_SIGNS = r"\u2630-\u2637\u268A-\u268F\u3248-\u324F\u4DC0-\u4DFF\U0001D300-\U0001D37F"
"""Signs that became wide, or that some tables have as wide."""

_DISPUTED = regex.compile(
    # spacing marks; joiners and selectors; emoji and what changes or encloses them; jamo that
    # join; what is younger than the tables of terminals still in use
    r"[\p{Mc}\p{Me}\u200C\u200D\uFE00-\uFE0F\p{Emoji_Modifier}\p{Regional_Indicator}"
    r"[\p{Emoji}--[\x00-\xFF]]\u1160-\u11FF\uD7B0-\uD7FF\p{Co}\p{Cn}"
    rf"[\p{{Khmr}}\p{{Mymr}}--\p{{Nd}}]{_YOUNG}{_SIGNS}]",
    regex.V1,
)

_EMOJI_SHAPE = "\ufe0f"

_NARROW = frozenset(("N", "Na", "H", "A"))
_FIRST_WIDE_SIGN = "\u2630"
"""From here on signs may be wide that Python's table has as narrow."""

_REMEMBERED = 65_536
_LONGEST = 64


CUT = Safe("…")
"""Stands where a text was cut."""


class _Widths(dict[str, int]):
    """Cells of each character, looked up once.

    No table is right in every terminal, and an overlap hides letters while a gap does not: where
    terminals differ the larger count holds. Spacing marks (Mc) are 1, as in tmux and glibc, where
    wcwidth says 0; parts of flags and of joined emoji count one by one, skin tones 2.
    """

    def __missing__(self, character: str) -> int:
        width = self[character] = _width(character)
        return width


def _width(character: str) -> int:
    category = unicodedata.category(character)
    if category == "Mc":
        return 1
    if "\u3248" <= character <= "\u324f":  # numbers on black squares: 2 in tmux and glibc
        return 2
    if category == "Mn":
        return 0
    plain = category[0] in "LP" or (character < _FIRST_WIDE_SIGN and category[0] in "NSZ")
    plain = plain or category == "Nd"
    if plain and unicodedata.east_asian_width(character) in _NARROW and not _is_jamo(character):
        return 1
    from wcwidth import wcwidth  # a dozen modules, which most texts never need

    return max(wcwidth(character), 0)


def _is_jamo(character: str) -> bool:
    """Vowels and final consonants that are drawn into the syllable before them."""
    return "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff"


_widths = _Widths()
_remembered: dict[str, int] = {}
_disputed: dict[str, bool] = {}


def cells(text: str) -> int:
    """Cells that `text` takes; for clusters next to each other it is the sum over them.

    Control characters, which `visible()` never lets through, count 0.
    """
    if text.isascii() and text.isprintable():
        return len(text)
    width = _remembered.get(text)
    if width is None:
        width = sum(map(_widths.__getitem__, text))
        if _EMOJI_SHAPE in text:
            width += _widened(text)
        if len(text) <= _LONGEST:
            if len(_remembered) >= _REMEMBERED:
                _remembered.clear()
            _remembered[text] = width
    return width


def is_disputed(cluster: str) -> bool:
    """Whether terminals may differ in the cells that a grapheme cluster takes.

    They do over spacing marks, joiners, emoji, and scripts that their tables may not have yet
    (measured in textual.md, 3).
    """
    if cluster.isascii():
        return False
    disputed = _disputed.get(cluster)
    if disputed is None:
        if len(_disputed) >= _REMEMBERED:
            _disputed.clear()
        # What Python's own table does not have, no older one has either.
        is_new = any(unicodedata.category(character) == "Cn" for character in cluster)
        disputed = _disputed[cluster] = is_new or _DISPUTED.search(cluster) is not None
    return disputed


def clusters(text: Safe) -> list[Safe]:
    """The grapheme clusters of `text`, each of which may be shown by itself."""
    return [Safe(text[start:end]) for start, end in graphemes(text)]


def blanks(count: int) -> Safe:
    """So many cells of nothing; none for less than one."""
    return Safe(" " * count)


def character_cells(character: str) -> int:
    """Cells of one character by itself: 0, 1 or 2."""
    return _widths[character]


def _widened(text: str) -> int:
    """Cells that U+FE0F adds: it makes a narrow emoji wide, in the terminals that know it."""
    return sum(
        after == _EMOJI_SHAPE and _widths[before] == 1 and _EMOJI.match(before) is not None
        for before, after in pairwise(text)
    )


def split(text: Safe, width: int) -> tuple[Safe, Safe]:
    """`text` cut in two at the last cluster border that leaves at most `width` cells on the left.

    Clusters of no cells go with what stands before them.
    """
    left = 0
    for start, end in graphemes(text):
        left += cells(text[start:end])
        if left > width:
            return Safe(text[:start]), Safe(text[start:])
    return text, Safe("")


def fit(text: Safe, width: int) -> Safe:
    """As much of `text`, in whole clusters, as goes into `width` cells (not padded)."""
    if cells(text) <= width:
        return text
    return split(text, width)[0]


def told_apart_names(names: Sequence[str], width: int) -> list[Safe]:
    """Names, or other short texts, that stand side by side: as they are shown, each in at most
    `width` cells (not padded).

    Those that have room are whole, and long ones are cut at the end. Where that leaves several
    alike, what these share behind their first letters is left out: `anno…08_of_t…`.
    """
    whole = [visible(name) for name in names]
    shown = {name: _ended(name, width) for name in whole}
    for _ in range(_TURNS):
        alike: dict[Safe, list[Safe]] = defaultdict(list)
        for name, cut in shown.items():
            alike[cut].append(name)
        groups = [group for group in alike.values() if len(group) > 1]
        if not groups or width < 2:
            break
        for group in groups:
            shown |= _without_shared(group, width)
    return [shown[name] for name in whole]


_TURNS = 6
"""What names of a group share is left out again of those that are alike still, so often."""


def _without_shared(names: list[Safe], width: int) -> dict[Safe, Safe]:
    """Different names without what they have in common, but for the letters of their beginnings."""
    parts = [clusters(name) for name in names]
    head = fit(names[0], width // 3)
    differ = (n for n, each in enumerate(zip(*parts, strict=False)) if len({*each}) > 1)
    at = next(differ, min(map(len, parts)))
    at -= any(len(each) == at for each in parts)  # one name is the beginning of another
    room = width - cells(head) - cells(CUT)
    while at and all(sum(map(cells, each[at - 1 :])) <= room for each in parts):
        at -= 1
    return {
        name: joined((head, CUT, _ended(joined(each[at:]), room)))
        for name, each in zip(names, parts, strict=True)
    }


def _ended(text: Safe, width: int) -> Safe:
    """`text` in at most `width` cells, with a "…" where its end was cut, if there is room for it
    behind a letter."""
    if cells(text) <= width:
        return text
    return joined((fit(text, width - 1), CUT)) if width > 1 else fit(text, max(0, width))
