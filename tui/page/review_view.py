"""A page as a reviewer sees it: the text once, under it what each annotator has where they differ,
and a tour of the differences.

Pure, like the view that it is. What differs and what was decided, the room review says.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from tonemark.corpus.drafts import Draft
from tonemark.corpus.gold import MAJORITY, Gold
from tonemark.corpus.pages import Page
from tonemark.corpus.records import Answer
from tonemark.review.compare import Version
from tonemark.review.decisions import OWN, decided_answer, undecided
from tonemark.review.opening import Difference, Place, Reviewed
from tonemark.text import Safe, short, visible
from tonemark.tui.page.cells import cells, told_apart_names
from tonemark.tui.page.labelling import ANSWERED
from tonemark.tui.page.stops import Ordered
from tonemark.tui.page.tour import Focus
from tonemark.tui.page.versions import PASSED, STANDS, USUAL, Compared, Note
from tonemark.tui.page.view import MARGIN, View

DIGITS = 9
"""Annotators whose version a digit takes: the first ones."""

NAME_LIMIT, NAME_SHARE = 11, 7
"""Cells of an annotator's name beside her versions; of a wide window, one in so many."""

NAME_LEAST = 3
"""Cells of a name below which her digit stands alone."""

TOLD = 3
"""The share of the window, one in so many, that notes on the whole text may take."""


class _State(NamedTuple):
    """What follows from a draft: the differences that are open, and their places."""

    draft: Draft
    open: list[Difference]
    places: Collection[Place]


class ReviewView(View):
    """What a reviewer sees of a page of one document through a window of cells.

    A difference is in question while the tour, or a key that settled another one, has led to it:
    then digits mean annotators. Once she aims at words herself they mean labels. `gold` is what the
    document has; annotators are `anonymous` where they have numbers in the place of names.
    """

    def __init__(
        self, page: Page, reviewed: Reviewed, gold: Gold | None = None, **options: Any
    ) -> None:
        self.reviewed = reviewed
        self.gold = gold
        self.page = page
        self._found = Ordered(reviewed.differences)
        self._places = [each.place for each in reviewed.differences]
        self._longest = max((cells(visible(name)) for name in self.people), default=0)
        self.anonymous = any(row.shown != row.annotator for row in reviewed.rows)
        self._named: tuple[int, list[Safe]] = (-1, [])
        self._refused: tuple[Draft | None, Answer | None] = None, None
        self._decided: _State | None = None
        self._aimed = False
        super().__init__(page, {}, **options)

    # What annotators have

    @property
    def people(self) -> list[str]:
        """The annotators in the order of their digits, as they may be named."""
        return [row.shown for row in self.reviewed.rows]

    @property
    def names(self) -> list[Safe]:
        """The names in the cells that they have beside the text, told apart."""
        if self._named[0] != self.name_cells:
            self._named = self.name_cells, told_apart_names(self.people, self.name_cells)
        return self._named[1]

    def compared(self, sheet: int, start: int, end: int) -> Sequence[Compared]:
        """The differences that share a code point with a stretch."""
        return [self.settled(each) for each in self._found.touching(start, end)]

    def settled(self, difference: Difference) -> Compared:
        """A difference with how it stands."""
        stands: Version | None = None if self.refused else self.stands(difference)
        usual = difference.majority()
        is_open = self.is_open(difference)
        return Compared(
            difference.start,
            difference.end,
            difference.versions,
            is_open,
            tuple(
                version is not None and version == stands and not (is_open and not stands)
                for version in difference.versions
            ),
            tuple(version is not None and version == usual for version in difference.versions),
            own=bool(stands) or self.refused is not None,
        )

    @property
    def refused(self) -> Answer | None:
        """The answer by which the text is left out, so that no span of it counts, or None."""
        draft = self.page.sheets[0].draft
        if self._refused[0] is not draft:
            answer = decided_answer(draft)
            self._refused = draft, answer if answer != "accept" else None
        return self._refused[1]

    def has_majority(self, difference: Difference) -> bool:
        """Whether more than half say the same there."""
        if difference.kind == "answers":
            return self.reviewed.majority_answer() is not None
        return difference.majority() is not None

    def stands(self, difference: Difference) -> Version:
        """What stands on the page at a difference."""
        touching = self.standing(0).touching(*difference.place)
        return tuple(sorted((each.start, each.end, each.label) for each in touching))

    @property
    def notes(self) -> list[Note]:
        """What is said of the whole text: that it is refused, what the gold says, answers where
        they differ, comments, flags."""
        differ = any(each.kind == "answers" for each in self.reviewed.differences)
        answer, usual = decided_answer(self.sheet.draft), self.reviewed.majority_answer()
        notes = [Note(-1, self._refused_by())] if self.refused else []
        if self.gold and self.gold.comment:
            notes.append(Note(-1, f"{self.gold_by}: “{self.gold.comment}”"))
        for index, row in enumerate(self.reviewed.rows):
            said = [ANSWERED[row.answer]] if differ else []
            said += ["⚑ flagged"] if row.flagged else []
            said += [f"“{row.comment}”"] if row.comment else []
            mark = Safe("")
            if differ and answer is None:
                mark = USUAL if row.answer == usual else Safe("?")
            elif differ:
                mark = STANDS if row.answer == answer else PASSED
            if said:
                notes.append(Note(index, " · ".join(said), differ and answer is None, mark))
        return notes

    @property
    def gold_by(self) -> str:
        """That the document is gold, and by whom; empty where it is not."""
        if self.gold is None:
            return ""
        return f"gold by {short(self.gold.reviewer.removeprefix('rule:'), 32)}"

    def _refused_by(self) -> str:
        """That the text is left out, by whom, and what takes that back."""
        draft, answer = self.sheet.draft, self.refused
        assert answer
        choice = next(each.choice for each in draft.decisions if each[:2] == (0, 0))
        who, undoes = choice.rpartition(":")[0], "a version or a label takes it back"
        shown = {row.annotator: row.shown for row in self.reviewed.rows}
        if who == OWN and self.gold and not self.page.undoable:
            by = f" by {short(self.gold.reviewer, 32)}"
        elif who == OWN:
            by, undoes = " by you", "z takes it back" if self.page.undoable else undoes
        else:
            name = "the majority" if who == MAJORITY else short(shown.get(who, "another"), 32)
            by = f" ({name}'s answer)"
        return f"{ANSWERED[answer]}{by}: {undoes}"

    # The layout

    @property
    def margin(self) -> int:
        """Room for the digits and the names of annotators, and a mark."""
        return MARGIN if self.mode == "list" else MARGIN + (self.name_cells and self.name_cells + 2)

    @property
    def too_low(self) -> bool:
        """Whether no two versions could stand under a row of text."""
        least = min(2, len(self.reviewed.rows))
        return self.mode != "list" and bool(self._places) and self.height - 2 < least

    @property
    def name_cells(self) -> int:
        """The cells that names have; 0 where the window is too narrow for any."""
        if self.anonymous:
            return 0  # the number alone says it
        limit = max(NAME_LIMIT, self.width // NAME_SHARE)
        room = min(self._longest, limit, self.width // 5)
        return room if room >= min(NAME_LEAST, self._longest) else 0

    def resize(self, width: int, height: int) -> None:
        """Lay the page out for a window of cells, the focus staying in view."""
        super().resize(width, height)
        self._head = self.head

    def refresh(self) -> None:
        """Take in what an edit changed: tokens, or how many notes there are."""
        super().refresh()
        if self.head != self._head:
            self.resize(self.width, self.height)

    @property
    def head(self) -> int:
        """Lines above the text, for notes."""
        return min(len(self.notes), max(1, self.height // TOLD)) if self.height > 2 else 0

    def under(self, sheet: int, start: int, end: int) -> int:
        """A line for each annotator where a difference touches a row, as far as there is room."""
        there = self._found.touching(start, end)
        return min(len(self.reviewed.rows), max(0, self.height - 2)) if there else 0

    # The differences

    def open(self) -> list[Difference]:
        """The differences that are not settled yet, in order."""
        draft = self.page.sheets[0].draft
        if self._decided is None or self._decided.draft is not draft:
            left = undecided(draft, self.reviewed)
            self._decided = _State(draft, left, {each.place for each in left})
        return self._decided.open

    def is_open(self, difference: Difference) -> bool:
        """Whether a difference is not settled yet."""
        self.open()
        return self._decided is not None and difference.place in self._decided.places

    @property
    def in_question(self) -> Difference | None:
        """The difference of which a digit would take an annotator's version."""
        if self._aimed:
            return None
        at = bisect_left(self._places, self.focus[1:3])
        if at == len(self._places) or self._places[at] != self.focus[1:3]:
            return None
        return self.reviewed.differences[at]

    def question(self) -> Difference | None:
        """Put the difference whose place is in focus in question; None where there is none."""
        self._aimed = False
        return self.in_question

    def aim(self) -> None:
        """Put no difference in question, though one may have the place in focus."""
        self._aimed = True

    def visit(self, difference: Difference) -> None:
        """Put a difference in question. Raises what the log raises."""
        self.set_focus(self.at(0, *difference.place))
        self._aimed = False

    def set_focus(self, focus: Focus) -> None:
        """Aim at a stretch."""
        super().set_focus(focus)
        self._aimed = True

    def land(self, focus: Focus) -> None:
        """Come to a stretch by a key that did something else."""
        super().land(focus)
        self._aimed = False

    # The tour

    def _stops(self) -> list[Difference]:
        """Those that are open; where none is, all."""
        return self.open() or list(self.reviewed.differences)

    def place_in_tour(self) -> tuple[int, int]:
        """Which stop is in question, from 1 (0 where none is), and how many there are."""
        stops, here = self._stops(), self.in_question
        return stops.index(here) + 1 if here in stops else 0, len(stops)

    def tour(self, step: int) -> bool:
        """Go to the next difference (`step` 1) or the one before (-1), round the page at its end;
        whether it went on without going round."""
        stops = self._stops()
        places = [each.place for each in stops]
        here = self.focus[1:3]
        if self.in_question is None and here in places:
            at = places.index(here)  # aimed at its very words, or found no longer in question
        elif step > 0:
            at = bisect_right(places, here)
        else:
            at = bisect_left(places, here) - 1
        if stops:
            self.visit(stops[at % len(stops)])
        return 0 <= at < len(stops)

    def at(self, sheet: int, start: int, end: int) -> Focus:
        """A stretch of code points, to be focused; of the whole text, on which all agree, the first
        open difference."""
        if (start, end) == (0, 0) and self._places and self._places[0] != (0, 0):
            start, end = next((each.place for each in self.open()), self._places[0])
        return super().at(sheet, start, end)

    def stop_from(self, sheet: int, offset: int) -> Focus | None:
        """The first open difference at or after an offset, else the first of all."""
        left = self.open()
        if not left:
            return None
        following = [each for each in left if each.start >= offset and each.place != (0, 0)]
        return self.at(0, *(following or left)[0].place)

    def _first_focus(self) -> None:
        """Where she was, unless nothing was done and that is settled; else the first open one."""
        left, last = self.open(), self.page.focus()
        settled = last is not None and last[1:] in self._places
        settled = settled and last is not None and last[1:] not in [each.place for each in left]
        super()._first_focus()
        if left and (last is None or (settled and self.page.untouched)):
            self.focus = self.at(0, *left[0].place)
        elif last is None and self.reviewed.differences:
            self.focus = self.at(0, *self.reviewed.differences[0].place)
        self.reveal()

    def over(self, sheet: int, start: int, end: int) -> list[tuple[int, int]]:
        """What a hint on a token snaps to: what stands, else what most annotators have from there
        on, and then what it would be in annotating."""
        usual = super().over(sheet, start, end)
        if self.standing(sheet).touching(start, end):
            return usual
        given = Counter(self._given(start, end))
        ranked = sorted(given, key=lambda place: (-given[place], place[0] - place[1]))
        return list(dict.fromkeys((*ranked, *usual)))

    def aimed_at(self, sheet: int, token: int) -> bool:
        """Whether it was a token that she put in focus last, and no difference."""
        return self._aimed and super().aimed_at(sheet, token)

    def _given(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The extents of annotators' spans that begin with a token."""
        for difference in self._found.touching(start, end):
            for version in difference.versions:
                for left, right, _ in version or ():
                    if left == start:
                        yield left, right
