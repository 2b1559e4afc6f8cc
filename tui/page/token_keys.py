"""The keys that correct tokens: a part of the keyboard's state machine, as pure as that."""

from __future__ import annotations

from tonemark.corpus.drafts import Edit
from tonemark.text import short
from tonemark.tokenizers.base import Token
from tonemark.tui.page import correcting
from tonemark.tui.page.keys import MORE, KeyTable
from tonemark.tui.page.labelling import Refusal
from tonemark.tui.page.performing import perform
from tonemark.tui.page.replies import Reply, said
from tonemark.tui.page.view import View


class TokenKeys:
    """Splits and joins the tokens of a view.

    `choice` is a token of which a letter says where it is split; with `rules` a correction can be
    made a rule of the project.
    """

    view: View
    table: KeyTable
    rules = False
    charwise = False
    choice: correcting.Choice | None = None

    def _do_split(self) -> Reply:
        """Split at the edges of the focus; where they are those of tokens, the token that it was
        aimed at, at its only place or at the one that is chosen by a letter."""
        view = self.view
        _, start, end, anchor = view.focus
        if edit := correcting.split_at_edges(view.sheet, start, end):
            return self._corrected(edit, "split")
        if not view.sheet.tokens:
            raise Refusal("there is no token in focus")
        token, text = view.sheet.tokens[anchor], view.sheet.document.text
        choice = correcting.choice_of(text, token, self.table.letters, view.width)
        if not choice.places:
            raise Refusal("a token of a single sign cannot be split")
        if len(choice.places) == 1:
            return self._split_at(token, *choice.places.values())
        self.choice = choice
        return Reply()

    def _split_by(self, key: str) -> Reply:
        """A letter splits the token at its place; any other key leaves it, does nothing else."""
        assert self.choice
        choice, self.choice = self.choice, None
        place = choice.places.get(self.table.letter_of(key))
        return self._split_at(choice.token, place) if place else said("left as it was")

    def _split_at(self, token: Token, place: correcting.Place) -> Reply:
        edit = correcting.split_at(self.view.sheet, token, place)
        return self._corrected(edit, "split", (token.start, place.end))

    def _do_join(self) -> Reply:
        _, start, end, _ = self.view.focus
        edit = correcting.join_tokens(self.view.sheet, start, end)
        return self._corrected(edit, "joined", correcting.corrected_stretch(edit))

    def _corrected(self, edit: Edit, done: str, focus: tuple[int, int] | None = None) -> Reply:
        """Correct tokens and focus what came of it; which span they cut now, and how to make a rule
        of it, is said."""
        view = self.view
        stretch = correcting.corrected_stretch(edit)
        assert stretch
        perform(view, [edit], lambda: view.at(view.focus.sheet, *focus) if focus else None)
        self.charwise = False
        parts = correcting.tokens_in(view.sheet, *stretch)
        text = view.sheet.document.text
        size = 12 if len(parts) > 1 else 27
        told = f"{done}: {' | '.join(short(text[slice(*part)], size) for part in parts[:2])}"
        for cut in correcting.cut_by(view.sheet, parts)[:1]:
            told += f" · {short(cut.label, 12)} cuts a word"
        if self.rules and correcting.rules_in(view.sheet, *stretch):
            told += f" · {self.table.key_of(MORE)} {self.table.key_of('rule')}: always so"
        return said(told)
