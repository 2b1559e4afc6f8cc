"""What may be a name on the sheets of a page: what looks like one, and what models hold for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tonemark.corpus.pages import Sheet
from tonemark.patterns.candidates import Candidates, WordCount, candidates, candidates_again
from tonemark.patterns.possible import with_possible
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.sentences.rules import SentenceRules


class _Known(NamedTuple):
    """The candidates of a sheet's tokens: by what looks like a name, and with what models offer."""

    tokens: tuple[Token, ...]
    named: Candidates
    both: Candidates


class Named:
    """The candidates of each sheet, found once for its tokens, and where these are cut otherwise
    only there again. `counts` are of the words of the project."""

    def __init__(self, counts: Mapping[str, WordCount], rules: SentenceRules) -> None:
        self._counts = counts
        self._rules = rules
        self._known: dict[int, _Known] = {}

    def on(self, at: int, sheet: Sheet) -> Candidates:
        """The candidates of the sheet that is the page's number `at`, as its tokens are now."""
        text, tokens = sheet.document.text, sheet.tokens
        known = self._known.get(at)
        if known is None or known.tokens is not tokens:
            if known is None:
                named = candidates(text, tokens, self._counts, self._rules)
            else:
                named = candidates_again(
                    text, known.tokens, known.named, tokens, self._counts, self._rules
                )
            both = with_possible(named, text, tokens, sheet.state.possible)
            known = self._known[at] = _Known(tokens, named, both)
        return known.both
