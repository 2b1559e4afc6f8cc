"""A page as it is seen: the focus, the stops of the tour, the hints of what is in view.

Pure, but for writing the focus down. Keys and drawing stand on this; it knows neither.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from operator import is_

from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Stretch, Suggestion
from tonemark.patterns.candidates import Candidates, WordCount
from tonemark.text import Safe
from tonemark.tokenizers.sentences.rules import ANY_LANGUAGE, SentenceRules
from tonemark.tui.page import hints
from tonemark.tui.page.hinting import Hints, Places, give_hints
from tonemark.tui.page.layout import Layout, Mode, Row, lay_out
from tonemark.tui.page.named import Named
from tonemark.tui.page.relayout import laid_out_again
from tonemark.tui.page.stops import DOUBT, Standing
from tonemark.tui.page.tour import Focus as Focus
from tonemark.tui.page.tour import Tour
from tonemark.tui.page.versions import Compared, Note
from tonemark.tui.page.visual import Directions, visual_row

MARGIN = 3
"""Cells left of the text."""


class View(Tour):
    """What an annotator sees of a page through a window of `width` x `height` cells.

    `top` is the line at the top of the window; lines before `seen` have been in view. Suggestions
    with a score below `doubt` are doubtful, and those that are but a part of a candidate.
    """

    def __init__(
        self,
        page: Page,
        counts: Mapping[str, WordCount],
        *,
        width: int = 76,
        height: int = 18,
        mode: Mode = "logical",
        letters: str = hints.LETTERS,
        rules: SentenceRules = ANY_LANGUAGE,
        doubt: float = DOUBT,
    ) -> None:
        self.page = page
        self.doubt = doubt
        self.mode: Mode = mode
        self._letters = letters
        self._prefixes = hints.PREFIXES
        self._candidates = Named(counts, rules)
        self._standing: dict[int, Standing] = {}
        self._hints: Hints | None = None
        self._kept: Places = {}
        self._directions: dict[int, Directions] = {}
        self._visual: dict[int, Row] = {}
        self.top = 0
        self.seen = 0
        self.width = width
        self.height = height
        self.layout: Layout
        self.focus = Focus(0, 0, 0, 0)
        self.resize(width, height)
        self._first_focus()

    # What stands beside the text: nothing here, annotators' versions in review.

    @property
    def margin(self) -> int:
        """Cells left of the text."""
        return MARGIN

    @property
    def head(self) -> int:
        """Lines above the text of each sheet; where there are several, one at least."""
        return 0

    def under(self, sheet: int, start: int, end: int) -> int:
        """Lines under a row of a sheet's text (`layout.Under`)."""
        return 0

    @property
    def people(self) -> Sequence[str]:
        """Those whose versions stand under the text, by name."""
        return ()

    @property
    def names(self) -> Sequence[Safe]:
        """Their names in the cells that those have."""
        return ()

    @property
    def refused(self) -> Answer | None:
        """The answer by which a text under review is left out, or None."""
        return None

    @property
    def name_cells(self) -> int:
        """The cells that their names have; 0 where there is no room for names."""
        return 0

    @property
    def notes(self) -> Sequence[Note]:
        """What they say of the whole text."""
        return ()

    def compared(self, sheet: int, start: int, end: int) -> Sequence[Compared]:
        """Where annotators differ on a stretch of a sheet."""
        return ()

    @property
    def letters(self) -> str:
        """What hints are made of."""
        return self._letters

    def use_letters(self, letters: str, prefixes: str) -> None:
        """Make hints of other letters (see `hints.codes`); they are then given out anew."""
        if (letters, prefixes) != (self._letters, self._prefixes):
            self._letters, self._prefixes = letters, prefixes
            self._hints, self._kept = None, {}

    # What is on the page

    @property
    def sheet(self) -> Sheet:
        """The sheet in focus."""
        return self.page.sheets[self.focus.sheet]

    def candidates(self, sheet: int) -> Candidates:
        """The name-like runs of a sheet, what models hold for possible among them, and the weights
        of its tokens."""
        return self._candidates.on(sheet, self.page.sheets[sheet])

    def standing(self, sheet: int) -> Standing:
        """What stands on a sheet now."""
        standing = self._standing.get(sheet)
        if standing is None or standing.tokens is not self.page.sheets[sheet].tokens:
            runs = self.candidates(sheet).runs
            standing = self._standing[sheet] = Standing(self.page.sheets[sheet], runs, self.doubt)
        standing.update()
        return standing

    def runs(self, sheet: int) -> list[tuple[int, int]]:
        """The stretches of a sheet's candidates that nothing is said of: code points, in order."""
        return self.standing(sheet).open

    def spans_at(self, sheet: int, start: int, end: int) -> list[Stretch]:
        """The spans and suggestions that share a code point with a stretch, innermost first."""
        touched = self.standing(sheet).touching(start, end)
        return sorted(touched, key=lambda s: (s.end - s.start, s.start))

    def is_doubtful(self, sheet: int, stretch: Stretch) -> bool:
        """Whether a stretch of a sheet is a suggestion that is drawn as doubtful."""
        return isinstance(stretch, Suggestion) and self.standing(sheet).is_doubtful(stretch)

    def suggested(self) -> int:
        """How many suggestions stand, which Enter would accept."""
        return sum(len(self.page.sheets[index].draft.suggestions) for index in self._toured())

    def is_candidate(self, sheet: int, start: int, end: int) -> bool:
        """Whether a stretch is exactly a candidate that nothing is said of."""
        return (start, end) in self.standing(sheet).open_between(start, end)

    # Focus

    def focus_token(self, sheet: int, token: int) -> None:
        """Focus a token, snapped to the span, suggestion or candidate there.

        Where several lie over it the innermost comes first, and each repetition takes the next.
        """
        self.set_focus(self.snapped(sheet, token))

    def snapped(self, sheet: int, token: int) -> Focus:
        """A token, widened to what lies over it: repeated, to the next of several."""
        over = self.over(sheet, *self.page.sheets[sheet].tokens[token])
        if self.aimed_at(sheet, token) and self.focus[1:3] in over:
            at = over.index(self.focus[1:3]) + 1
            over = over[at:] + over[:at]
        return Focus(sheet, *over[0], token)

    def over(self, sheet: int, start: int, end: int) -> list[tuple[int, int]]:
        """What a hint on a token, which has this stretch, snaps to: in turn, where it is typed
        again."""
        over = list(dict.fromkeys((s.start, s.end) for s in self.spans_at(sheet, start, end)))
        if over:
            return over
        runs = self.standing(sheet).open_between(start, end)
        return [(max(start, left), right) for left, right in runs] or [(start, end)]

    def aimed_at(self, sheet: int, token: int) -> bool:
        """Whether it was a token that she put in focus last."""
        return self.focus.sheet == sheet and self.focus.anchor == token

    def unsnap(self) -> None:
        """Drop the snap: the single token aimed at."""
        if self.sheet.tokens:
            start, end = self.sheet.tokens[self.focus.anchor]
            self.set_focus(Focus(self.focus.sheet, start, end, self.focus.anchor))

    def ended_at(self, sheet: int, token: int) -> Focus | None:
        """The focus ended at a token of its sheet; None where that is before its start."""
        end = self.page.sheets[sheet].tokens[token].end
        if sheet != self.focus.sheet or end <= self.focus.start:
            return None
        return self.focus._replace(end=end)

    def at(self, sheet: int, start: int, end: int) -> Focus:
        """A stretch of code points, to be focused."""
        return Focus(sheet, start, end, self.token_at(sheet, start))

    def go(self, sheet: int, start: int, end: int) -> None:
        """Focus a stretch of code points."""
        self.set_focus(self.at(sheet, start, end))

    def set_focus(self, focus: Focus) -> None:
        """Write a stretch down as the focus and bring it into view.

        Raises what the log raises; nothing is then changed.
        """
        self.page.note_focus(focus.sheet, focus.start, focus.end)
        self.land(focus)

    def land(self, focus: Focus) -> None:
        """Bring a stretch that is written down as the focus into view, and what changed with it."""
        self.refresh()
        self.focus = focus
        self.reveal()

    def token_at(self, sheet: int, offset: int) -> int:
        """The token that covers a code point, or the last one before it."""
        tokens = self.page.sheets[sheet].tokens
        return max(0, bisect_right(tokens, offset, key=lambda token: token.start) - 1)

    def _first_focus(self) -> None:
        """Where she was, else the first stop, else the first word; opening writes nothing down."""
        last, stop = self.page.focus(), self._next(0, 0)
        words = next((i for i, sheet in enumerate(self.page.sheets) if sheet.tokens), None)
        if last and last[2] <= len(self.page.sheets[last[0]].document.text):
            self.focus = self.at(*last)
        elif stop:
            self.focus = self.at(*stop)
        elif words is not None:
            self.focus = self.snapped(words, 0)
        self.reveal()

    # Window

    def resize(self, width: int, height: int) -> None:
        """Lay the page out for a window of cells, the focus staying in view."""
        self.width = max(1, width)
        self.height = max(1, height)
        self._laid_out = [sheet.tokens for sheet in self.page.sheets]
        self.layout = lay_out(
            [(sheet.document.text, sheet.tokens) for sheet in self.page.sheets],
            self.width - self.margin,
            self.mode,
            self.under,
            self.head,
        )
        self._settle()

    def _settle(self) -> None:
        """What follows from another layout."""
        self._visual.clear()
        self._hints = None
        self.focus = self.focus._replace(anchor=self.token_at(self.focus.sheet, self.focus.start))
        self._scroll(self.layout.row_at(self.top))

    def refresh(self) -> None:
        """Take in what an edit changed: where tokens did, they are laid out anew; hints stay with
        those that begin where others did."""
        if all(map(is_, (sheet.tokens for sheet in self.page.sheets), self._laid_out)):
            return
        kept: Places = {}
        if self._hints:
            kept = {
                (sheet, self._laid_out[sheet][token].start): hint
                for (sheet, token), hint in self._hints.of.items()
            }
        top = self.top
        if not self._lay_out_again():
            self.resize(self.width, self.height)
        self._kept = kept if self.top == top else {}

    def _lay_out_again(self) -> bool:
        """Lay out what changed, where that is a part of one sheet; whether it was."""
        sheets = self.page.sheets
        changed = [at for at, sheet in enumerate(sheets) if sheet.tokens is not self._laid_out[at]]
        if len(changed) > 1:
            return False
        at, before = changed[0], self._laid_out[changed[0]]
        tokens = sheets[at].tokens
        text = sheets[at].document.text
        again = laid_out_again(self.layout, text, at, before, tokens, self.under)
        if again is None:
            return False
        self.layout, self._laid_out[at] = again, tokens
        self._settle()
        return True

    def reveal(self) -> None:
        """Scroll, if the focus is out of view, so that most of what follows is seen."""
        rows = self.layout.rows
        first, last = self._focused_rows()
        if rows[first].y + rows[first].height <= self.top:
            self._scroll(self.layout.row_at(rows[first].y - self.height // 2))
        elif rows[first].y < self.top or self._bottom(last) > self.top + self.height:
            self._scroll(first - 1)

    def visible_rows(self) -> Sequence[Row]:
        """The rows that are wholly in the window, or the last line of one where none can be."""
        rows = self.layout.rows
        first = bisect_left(rows, self.top, key=lambda row: row.y + row.height - 1)
        if self.height >= rows[first].height and rows[first].y < self.top:
            first += 1
        last = first
        while last < len(rows) and self._bottom(last) <= self.top + self.height:
            last += 1
        if self.mode == "visual":
            return [self._visual_row(index) for index in range(first, last)]
        return rows[first:last]

    def _visual_row(self, index: int) -> Row:
        """A row as it is read."""
        if index not in self._visual:
            row = self.layout.rows[index]
            text = self.page.sheets[row.sheet].document.text
            directions = self._directions.setdefault(row.sheet, Directions(text))
            self._visual[index] = visual_row(row, text, directions, self.layout.width)
        return self._visual[index]

    @property
    def below(self) -> int:
        """How many lines of the page stand below the window."""
        return max(0, self.layout.height - self.top - self.height)

    def row_of(self, sheet: int, offset: int) -> int:
        """The row in which a code point of a sheet stands."""
        return self.layout.row_of_offset(sheet, offset)

    def _bottom(self, row: int) -> int:
        return self.layout.rows[row].y + self.layout.rows[row].height

    def _focused_rows(self) -> tuple[int, int]:
        sheet, start, end, _ = self.focus
        return self.row_of(sheet, start), self.row_of(sheet, max(start, end - 1))

    def _scroll(self, row: int) -> None:
        """Put a row at the top, or the nearest that leaves the focus in view and no lines empty."""
        rows = self.layout.rows
        first, last = self._focused_rows()
        row = max(0, min(row, first))
        while row < first and self._bottom(last) - rows[row].y > self.height:
            row += 1
        if row and rows[row - 1].head and self._bottom(last) - rows[row - 1].y <= self.height:
            row -= 1
        while row and self.layout.height - rows[row - 1].y <= self.height:
            row -= 1
        top = rows[row].y + max(0, rows[row].height - self.height)
        if top != self.top:
            self.top = top
            self._hints, self._kept = None, {}
        self.seen = max(self.seen, self.top + self.height)

    # Hints

    def hints(self) -> Hints:
        """The hints of the tokens in view: they stay put until it scrolls."""
        if self._hints is None:
            self._hints = give_hints(self, self._letters, self._prefixes, self._kept)
            self._kept = {}
        return self._hints
