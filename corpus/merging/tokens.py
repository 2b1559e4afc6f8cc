"""The tokens of a document that goes from one project into another, where two tokenizers may cut it
in two ways: what an annotator had under her spans stays under them.
"""

from __future__ import annotations

from collections.abc import Callable

from tonemark.corpus.adopting import files_of
from tonemark.corpus.documents import Document
from tonemark.corpus.merging.rows import Found
from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokens_of
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import is_file_name

MakesTokenizer = Callable[[], AnyTokenizer]
"""Loads a tokenizer where it is needed. Raises TonemarkError."""


def cuts_alike(one: Project, other: Project) -> bool:
    """Whether two projects have the same tokenizer: of the same name, or in files with the same
    bytes. Raises TonemarkError where a file cannot be read."""
    if not (is_file_name(one.tokenizer) and is_file_name(other.tokenizer)):
        return one.tokenizer == other.tokenizer
    return _contents(one) == _contents(other)


def _contents(project: Project) -> tuple[bytes, dict[str, bytes]]:
    files = files_of(project.folder / project.tokenizer)
    return files.pop(project.tokenizer), files


class Cutting:
    """The tokens of one project's documents, and those that they have in the store `into`.

    `ours` is the tokenizer there, `theirs` that of the project; where they cut `alike`, neither is
    loaded unless tokens were corrected.
    """

    def __init__(
        self,
        into: Store,
        ours: MakesTokenizer,
        coming: Store,
        theirs: MakesTokenizer,
        *,
        alike: bool,
    ) -> None:
        self._into, self._make_ours = into, ours
        self._coming, self._make_theirs = coming, theirs
        self._alike = alike
        self._theirs: tuple[Token, ...] | None = None
        self._ours: tuple[Token, ...] | None = None
        self._text = ""

    def look(self, found: Found) -> None:
        """Go on to another document. Raises Damaged where its tokens are needed and cannot be
        read."""
        self._theirs = self._ours = None
        self._text = found.text
        if not self._alike:
            self._their(found)

    def given_here(self, found: Found) -> tuple[Token, ...] | None:
        """The tokens that a document is to have as given with it: those that were, or those of its
        own tokenizer where the one here would cut it in another way."""
        if found.tokens is not None or self._alike:
            return found.tokens
        theirs = self._their(found)
        return None if theirs == self._our() else theirs

    def under(
        self,
        own: tuple[Token, ...] | None,
        found: Found,
        here: tuple[Token, ...] | None,
        *,
        is_met: bool,
    ) -> tuple[tuple[Token, ...] | None, tuple[Token, ...]]:
        """The tokens to keep under an answer that had its `own`, on a document that was given those
        that are `here`, if any; and those of them that the document has not (`Draft.made`).

        `is_met`: it was in the store already, and may be cut in another way than `found` was.
        """
        if own is None and (not is_met or (self._alike and found.tokens == here)):
            return None, ()
        tokens = self._their(found) if own is None else own
        known = self._our() if here is None else here
        if tokens == known:
            return None, ()
        there = set(known)
        made = tuple(token for token in tokens if token not in there)
        return (tokens, made) if made else (None, ())

    def _their(self, found: Found) -> tuple[Token, ...]:
        if self._theirs is None:
            document = Document(found.number, found.key, found.text, tokens=found.tokens)
            self._theirs = tokens_of(self._coming, document, self._make_theirs())
        return self._theirs

    def _our(self) -> tuple[Token, ...]:
        if self._ours is None:
            self._ours = tokens_of(self._into, Document(0, "", self._text), self._make_ours())
        return self._ours
