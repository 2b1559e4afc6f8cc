"""The order in which text stands on a row: levels of direction and what they come to (UAX 9).

For terminals that draw cells in the order in which they are sent. Explicit controls have no say:
`visible()` shows them as marks. Knows no layout.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

BRACKETS = {
    pair[0]: pair[1]
    for pair in ("()", "[]", "{}", "⟨⟩", "\u2329\u232a", "\u3008\u3009", "⁅⁆", "༺༻", "༼༽")
}
"""Opening brackets and those that close them (BidiBrackets.txt, the ones in use)."""

_CLOSING = {closing: opening for opening, closing in BRACKETS.items()}
_ALIKE = {"\u232a": "\u3009"}
"""Brackets that are canonically equal pair with each other."""

_PAIRED = {pair[0]: pair[1] for pair in ("<>", "«»", "‹›", "≤≥", "≪≫", "⊂⊃", "⊆⊇", "∈∋")}
_MIRRORED = BRACKETS | _CLOSING | _PAIRED | {right: left for left, right in _PAIRED.items()}

_UNASSIGNED_AL = ((0x0600, 0x07BF), (0x0860, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFF))
_UNASSIGNED_R = ((0x0590, 0x085F), (0xFB1D, 0xFB4F), (0x10800, 0x10FFF), (0x1E800, 0x1EFFF))

_NEUTRAL = frozenset({"B", "S", "WS", "ON", "BN"})


def levels(text: str, base: int) -> list[int]:
    """The embedding level of each code point of a paragraph: even ones run to the right.

    `base` is the paragraph's own (0 or 1).
    """
    classes = [_class(character) for character in text]
    if base == 0 and not any(each in ("R", "AL", "AN") for each in classes):
        return [0] * len(text)
    outer = "RL"[base == 0]
    resolved = _weak(classes, outer)
    _brackets(text, classes, resolved, base, outer)
    _neutral(resolved, base, outer)
    found = [_implicit(each, base) for each in resolved]
    _trailing(classes, found, base)
    return found


def _base_level(classes: Iterable[str]) -> int:
    """Rules P2 and P3."""
    first = next((each for each in classes if each in ("L", "R", "AL")), "L")
    return int(first != "L")


def base_level_of(text: str) -> int:
    """The level of a paragraph: 1 where its first letter with a direction runs to the left."""
    return _base_level(map(_class, text))


def visual_order(levels: Sequence[int]) -> list[int]:
    """The places of a row's items, left to right, given the level of each (rule L2)."""
    order = list(range(len(levels)))
    if not levels:
        return order
    for level in range(max(levels), 0, -1):
        at = 0
        for high, run in groupby(order, key=lambda place: levels[place] >= level):
            length = len(list(run))
            if high:
                order[at : at + length] = order[at : at + length][::-1]
            at += length
    return order


def mirrored(cluster: str) -> str:
    """A cluster as it looks where text runs to the left (rule L4)."""
    return _MIRRORED.get(cluster, cluster)


def _class(character: str) -> str:
    """The Bidi_Class of a character; explicit controls are other neutrals."""
    found = unicodedata.bidirectional(character)
    if found in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"):
        return "ON"
    if found:
        return found
    code = ord(character)
    if any(first <= code <= last for first, last in _UNASSIGNED_AL):
        return "AL"
    return "R" if any(first <= code <= last for first, last in _UNASSIGNED_R) else "L"


def _weak(classes: Sequence[str], outer: str) -> list[str]:
    """Rules W1 to W7, over one sequence that begins and ends in the direction `outer`."""
    now = list(classes)
    before = outer
    strong = outer
    for at, each in enumerate(now):  # W1, W2, W3
        if each == "NSM":
            now[at] = before
        before = now[at]
        if now[at] == "EN" and strong == "AL":
            now[at] = "AN"
        if each in ("L", "R", "AL"):
            strong = each
    now = ["R" if each == "AL" else each for each in now]
    for at in range(1, len(now) - 1):  # W4
        left, right = now[at - 1], now[at + 1]
        joining = {"ES": ("EN",), "CS": ("EN", "AN")}.get(now[at], ())
        if left == right and left in joining:
            now[at] = left
    for start, stop in _runs(now, frozenset({"ET", "BN"})):  # W5
        beside = (start and now[start - 1] == "EN") or (stop < len(now) and now[stop] == "EN")
        if beside:
            now[start:stop] = ["EN" if each == "ET" else each for each in now[start:stop]]
    strong = outer
    for at, each in enumerate(now):  # W6, W7
        if each in ("ES", "ET", "CS"):
            now[at] = "ON"
        elif each in ("L", "R"):
            strong = each
        elif each == "EN" and strong == "L":
            now[at] = "L"
    return now


def _brackets(text: str, classes: Sequence[str], now: list[str], base: int, outer: str) -> None:
    """Rule N0: a pair of brackets takes the direction of what it encloses or stands in."""
    embedding = "LR"[base]
    for opening, closing in _pairs(text, now):
        inside = {_side(each) for each in now[opening + 1 : closing]} - {""}
        if embedding in inside:
            side = embedding
        elif inside:
            before = next((_side(each) for each in reversed(now[:opening]) if _side(each)), outer)
            side = before if before != embedding else embedding
        else:
            continue
        for at in (opening, closing):
            now[at] = side
            following = at + 1
            while following < len(now) and classes[following] == "NSM":
                now[following] = side
                following += 1


def _pairs(text: str, now: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of brackets (definition BD16), in the order of the opening ones."""
    found = []
    stack: list[tuple[str, int]] = []
    for at, character in enumerate(text):
        if now[at] != "ON":
            continue
        if character in BRACKETS:
            if len(stack) == 63:
                break
            stack.append((_plain(BRACKETS[character]), at))
        elif character in _CLOSING:
            wanted = _plain(character)
            depth = next((i for i in reversed(range(len(stack))) if stack[i][0] == wanted), None)
            if depth is not None:
                found.append((stack[depth][1], at))
                del stack[depth:]
    return sorted(found)


def _plain(bracket: str) -> str:
    return _ALIKE.get(bracket, bracket)


def _side(each: str) -> str:
    """The direction that a resolved class counts as among neutrals; empty for a neutral."""
    return each if each in ("L", "R") else "R" if each in ("EN", "AN") else ""


def _neutral(now: list[str], base: int, outer: str) -> None:
    """Rules N1 and N2: neutrals between like directions take that, others the embedding's."""
    embedding = "LR"[base]
    for start, stop in _runs(now, _NEUTRAL):
        left = _side(now[start - 1]) if start else outer
        right = _side(now[stop]) if stop < len(now) else outer
        now[start:stop] = [left if left == right else embedding] * (stop - start)


def _implicit(each: str, base: int) -> int:
    """Rules I1 and I2."""
    if base % 2 == 0:
        return base + {"R": 1, "AN": 2, "EN": 2}.get(each, 0)
    return base + (each in ("L", "EN", "AN"))


def _trailing(classes: Sequence[str], found: list[int], base: int) -> None:
    """Rule L1: white space at the end, and before separators, has the paragraph's level."""
    at_end = True
    for at in reversed(range(len(found))):
        if classes[at] in ("B", "S"):
            at_end = True
        elif classes[at] not in ("WS", "BN"):
            at_end = False
        if at_end:
            found[at] = base


def _runs(now: Sequence[str], wanted: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The runs of these classes: start and end of each."""
    at = 0
    for is_wanted, run in groupby(list(now), key=lambda each: each in wanted):
        length = len(list(run))
        if is_wanted:
            yield at, at + length
        at += length
