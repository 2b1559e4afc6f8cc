"""Where names stand in a text: a trie of many, an overlay of new ones, and what is found of both at
the borders of tokens. Knows no store and nothing of what names have earned.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from tonemark.patterns.folds import (
    ACRONYM,
    CAPITAL,
    END,
    STRIPPED,
    Folding,
    Way,
    has_capital,
    has_small,
)
from tonemark.patterns.readings import Reading, readings
from tonemark.patterns.trie import BITS, SHIFT, Row, Trie, row_of, unmarked
from tonemark.tokenizers.base import Token

_NEEDS_CAPITAL, _IS_STRIPPED = BITS[CAPITAL], BITS[STRIPPED]
_MARKED = sum(BITS.values())

_Hit = tuple[int, int, bool, int]
"""Start, end (negative: so that the longer is the first in order), whether only without an affix,
entry."""

_Key = tuple[int, int]
"""A key of a trie that stands in a text: the last unit of it, and its place in the trie."""

_SOUGHT = 8
"""Atoms up to which a text is searched for each of them."""

_REMEMBERED = 1 << 16
"""Folded units of which is remembered whether a name begins with them."""


class Found(NamedTuple):
    """An occurrence: code points, end exclusive, and the numbers of the entries, ascending.

    `exact` is false where it is one only without an affix, of the text or of the entry.
    """

    start: int
    end: int
    entries: tuple[int, ...]
    exact: bool


class Overlay:
    """Names that came after the trie was built, in memory."""

    __slots__ = ("_reach", "_rows", "longest")

    def __init__(self) -> None:
        self.longest = 0
        """Atoms of the longest key."""
        self._rows: dict[str, list[Row]] = {}
        self._reach: dict[str, int] = {}

    def __len__(self) -> int:
        """How many keys it has."""
        return len(self._rows)

    def add(self, keys: Iterable[str], entry: int) -> None:
        """Add an entry under its keys, as `Folding.keys` gives them; one that is there stays."""
        for key in keys:
            bare = unmarked(key)
            if not bare:
                continue
            first = bare[: bare.index(END) + 1]
            atoms = bare.count(END)
            self.longest = max(self.longest, atoms)
            self._reach[first] = max(self._reach.get(first, 0), atoms)
            rows = self._rows.setdefault(bare, [])
            if (row := row_of(key, entry)) not in rows:
                rows.append(row)

    @property
    def firsts(self) -> Collection[str]:
        """The first atoms of keys."""
        return self._reach

    def reach(self, front: str) -> int:
        """The atoms of the longest key that begins with the first atom of `front`; 0: none does."""
        return self._reach.get(front[: front.index(END) + 1], 0)

    def rows(self, key: str) -> Sequence[Row]:
        """The rows of a key."""
        return self._rows.get(key, ())


class _Stripped(NamedTuple):
    """A stretch that is a key without affixes: its first and last unit, the code points of its
    prefix and suffix, and the rows of the key."""

    first: int
    last: int
    front: int
    back: int
    rows: Sequence[Row]


class Matcher:
    """Finds the names of a trie and of an overlay, which may grow meanwhile, in texts."""

    def __init__(self, folding: Folding, trie: Trie | None, overlay: Overlay) -> None:
        self.folding = folding
        self.trie = trie
        self.overlay = overlay
        self._begins: dict[str, bool] = {}

    def found(self, text: str, tokens: Sequence[Token]) -> list[Found]:
        """Every occurrence that starts where a token starts and ends where one ends, in order of
        its start, the longer first.

        A stretch that is a name as it stands is told as that, and not as another without an affix.
        """
        return self._found(text, readings(self.folding, text, tokens))

    def _found(self, text: str, read: Sequence[Reading]) -> list[Found]:
        hits: list[_Hit] = []
        for reading in read:
            if len(self.overlay):
                self._add_overlay_hits(text, reading, hits)
            if self.trie is not None:
                self._add_trie_hits(self.trie, text, reading, hits)
            if reading.carrying:
                for first, last, front, back, rows in self._without_affixes(reading):
                    start, end = reading.starts[first], reading.ends[last]
                    for row in rows:
                        if _is_written(row, text[start + front : end - back]):
                            hits.append((start, -end, True, row >> SHIFT))
        hits.sort()
        return _told(hits)

    def longest(
        self, text: str, tokens: Sequence[Token], stands: Callable[[Found], bool] = lambda _: True
    ) -> list[Found]:
        """`leftmost_longest` of `found`, and quicker where a trie has many names: what lies inside
        an occurrence is not looked up."""
        read = readings(self.folding, text, tokens)
        if self.trie is None or len(read) > 1 or len(self.overlay) or read[0].carrying:
            return leftmost_longest(self._found(text, read), stands)
        return self._longest(self.trie, text, read[0], stands)

    def _longest(
        self, trie: Trie, text: str, reading: Reading, stands: Callable[[Found], bool]
    ) -> list[Found]:
        starts, ends, *_ = reading
        kept: list[Found] = []

        def take(first: int, keys: Sequence[_Key]) -> int:
            start = starts[first]
            for last, place in reversed(keys):
                end = ends[last]
                entries = _written(trie, place, text, start, end)
                if entries and stands(found := Found(start, end, tuple(sorted(entries)), True)):
                    kept.append(found)
                    return last
            return first

        self._walk(trie, reading, take)
        return kept

    def _add_overlay_hits(self, text: str, reading: Reading, hits: list[_Hit]) -> None:
        starts, ends, keys, *_ = reading
        reach, rows_of = self.overlay.reach, self.overlay.rows
        candidates = _beginning(reading, self.overlay.firsts)
        candidates += [first for first in reading.several if reach(keys[first])]
        for first in candidates:
            far = reach(keys[first])
            grown = ""
            for last in range(first, min(first + far, len(keys))):
                grown += keys[last]
                for row in rows_of(grown):
                    start, end = starts[first], ends[last]
                    if not row & _IS_STRIPPED and _is_written(row, text[start:end]):
                        hits.append((start, -end, False, row >> SHIFT))

    def _add_trie_hits(self, trie: Trie, text: str, reading: Reading, hits: list[_Hit]) -> None:
        starts, ends, *_ = reading

        def take(first: int, keys: Sequence[_Key]) -> int:
            start = starts[first]
            for last, place in keys:
                end = ends[last]
                for entry in _written(trie, place, text, start, end):
                    hits.append((start, -end, False, entry))
            return first

        self._walk(trie, reading, take)

    def _walk(
        self, trie: Trie, reading: Reading, take: Callable[[int, Sequence[_Key]], int]
    ) -> None:
        """Look up what begins with each unit: `take` is told the unit and the keys, the shortest
        first, and gives the last unit of what it takes, behind which it goes on."""
        # The one loop that runs over every token of a corpus: a call or a slice less is a tenth.
        keys, whole, offsets = reading.keys, reading.whole, reading.offsets()
        known, prefixes, longest, units = self._begins.get, trie.prefixes, trie.longest, len(keys)
        first = -1
        while (first := first + 1) < units:
            key = keys[first]
            begins = known(key)
            if not (self._begins_with(trie, key) if begins is None else begins):
                continue
            begin, last = offsets[first], first
            far = first + longest
            found: list[_Key] = []
            for prefix, place in prefixes(whole[begin : offsets[far if far < units else units]]):
                stop = begin + len(prefix)
                while offsets[last + 1] < stop:
                    last += 1
                if offsets[last + 1] == stop:  # else the name ends inside a unit
                    found.append((last, place))
            if found:
                first = take(first, found)

    def _without_affixes(self, reading: Reading) -> Iterator[_Stripped]:
        """Every stretch that is a key without a prefix of its first unit, a suffix of its last, or
        both."""
        keys = reading.keys
        longest = max(self.overlay.longest, self.trie.longest if self.trie else 0)
        fronts: dict[int, list[Way]] = {}
        for unit, found in reading.carrying:
            fronts[unit] = [way for way in found if not way.back]
            for way in found:
                if not way.back:
                    yield from self._onward(keys, unit, way, min(unit + longest, len(keys)))
                    continue
                if rows := self._rows(way.key):
                    yield _Stripped(unit, unit, way.front, way.back, rows)
                if way.front:
                    continue
                # The suffix is at the end: the stretch may have begun before, with a prefix or not.
                before = ""
                for first in range(unit - 1, max(-1, unit - longest), -1):
                    for own in (Way(0, 0, keys[first]), *fronts.get(first, ())):
                        if self._may_begin(own.key) and (
                            rows := self._rows(own.key + before + way.key)
                        ):
                            yield _Stripped(first, unit, own.front, way.back, rows)
                    before = keys[first] + before

    def _onward(self, keys: Sequence[str], first: int, way: Way, far: int) -> Iterator[_Stripped]:
        """The stretches that begin with a unit without its prefix and end as they are written."""
        if not self._may_begin(way.key):
            return
        grown = way.key
        for last in range(first, far):
            if last > first:
                grown += keys[last]
            if rows := self._rows(grown):
                yield _Stripped(first, last, way.front, 0, rows)

    def _may_begin(self, key: str) -> bool:
        """Whether any name begins with a folded unit."""
        if self.overlay.reach(key):
            return True
        return self.trie is not None and self._begins_with(self.trie, key)

    def _begins_with(self, trie: Trie, key: str) -> bool:
        if (begins := self._begins.get(key)) is None:
            if len(self._begins) >= _REMEMBERED:
                self._begins.clear()
            begins = self._begins[key] = trie.begins(key)
        return begins

    def _rows(self, key: str) -> Sequence[Row]:
        rows = self.overlay.rows(key)
        return [*rows, *self.trie.rows(key)] if self.trie is not None else rows


def _written(trie: Trie, place: int, text: str, start: int, end: int) -> list[int]:
    """The entries of the key at a place that may be written as they are there in a text, with no
    affix missing."""
    rows = trie.numbers
    return [
        row >> SHIFT
        for at in range(trie.firsts[place], trie.firsts[place + 1])
        if not (row := rows[at]) & _MARKED
        or (
            not row & _IS_STRIPPED
            and (
                (row & _NEEDS_CAPITAL and text[start].isupper())
                or _is_written(row, text[start:end])
            )
        )
    ]


def _is_written(row: Row, text: str) -> bool:
    """Whether a name may be written as `text`, as far as capitals go."""
    if row & _NEEDS_CAPITAL:
        return has_capital(text)
    return not (row & BITS[ACRONYM] and has_small(text))


def _beginning(reading: Reading, firsts: Collection[str]) -> list[int]:
    """The units that are one of these atoms, in no order."""
    keys, whole = reading.keys, reading.whole
    if len(firsts) > _SOUGHT or reading.several:
        return [first for first, key in enumerate(keys) if key in firsts]
    # A label key looks for one name in a text of any length. Each unit has one atom here.
    found, offsets = [], reading.offsets()
    for key in firsts:
        at = whole.find(key)
        while at >= 0:
            if not at or whole[at - 1] == END:
                found.append(bisect_left(offsets, at))
            at = whole.find(key, at + len(key))
    return found


def _told(hits: Sequence[_Hit]) -> list[Found]:
    """Occurrences of hits in order: of one stretch, those with affixes only where there are no
    others."""
    found: list[Found] = []
    last: tuple[int, int] = (-1, -1)
    for start, end, loose, entry in hits:
        if (start, end) != last:
            last = start, end
            found.append(Found(start, -end, (entry,), not loose))
        elif loose != found[-1].exact and entry != found[-1].entries[-1]:
            entries = found[-1].entries
            found[-1] = Found(start, -end, (*entries, entry), not loose)
    return found


def leftmost_longest(found: Iterable[Found], stands: Callable[[Found], bool]) -> list[Found]:
    """Of occurrences in order, those that stand, each the longest at its start and none beginning
    before the one before it ends."""
    kept: list[Found] = []
    end = 0
    for each in found:
        if each.start >= end and stands(each):
            kept.append(each)
            end = each.end
    return kept


def places(
    folding: Folding, name: str, text: str, tokens: Sequence[Token]
) -> list[tuple[int, int]]:
    """Where one name stands in a text: code points, end exclusive; none overlaps another."""
    overlay = Overlay()
    overlay.add(folding.keys(name), 0)
    found = Matcher(folding, None, overlay).found(text, tokens)
    return [(each.start, each.end) for each in leftmost_longest(found, lambda _: True)]
