"""spaCy's own tokenizers, by language: `spacy:yo`. spaCy is imported when one is made, not before.

Their tokens are mended to keep what `Tokenizer` promises: spaCy makes tokens of white space, and
cuts off a mark that stands over one.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import pkgutil
from typing import TYPE_CHECKING

from tonemark.errors import TonemarkError
from tonemark.text import short
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.check import mended

if TYPE_CHECKING:
    from spacy.language import Language

PACKAGE = "spacy"
"""The package that has their code."""

ANY = "xx"
"""spaCy's code of any language."""

MENDED = 1
"""Raised whenever `mended` gives other tokens, as the version of a tokenizer must be."""


class SpacyTokenizer:
    """The tokenizer that `spacy.blank(LANG)` has.

    Raises TonemarkError for a language that spaCy has not, naming those that it has, and for one
    that needs a package which is not installed.
    """

    def __init__(self, language: str) -> None:
        check_language(language)
        import spacy

        try:
            self._nlp: Language = spacy.blank(language)
        except ImportError as error:
            raise TonemarkError(
                f"spaCy's tokenizer for {language} needs a package that is not installed.",
                " ".join(str(error).split()),
            ) from None
        self._name = f"spacy:{language}"

    @property
    def name(self) -> str:
        """`spacy:` and the language."""
        return self._name

    @property
    def version(self) -> str:
        """spaCy's version, and that of the mending."""
        return f"{importlib.metadata.version(PACKAGE)}+{MENDED}"

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of `text`."""
        doc = self._nlp.tokenizer(text)
        return mended(text, (Token(token.idx, token.idx + len(token)) for token in doc))


def check_language(language: str) -> None:
    """Raises TonemarkError, naming those that there are, where spaCy has no tokenizer for a
    language; spaCy is not imported."""
    known = spacy_languages()
    if language not in known:
        raise TonemarkError(
            f'spaCy has no tokenizer for the language "{short(language, 20)}".',
            f"It has: {', '.join(known)}. (xx is for all others.)",
        )


def spacy_code(tag: str) -> str:
    """What spaCy calls the language of a tag (BCP 47): ANY where it has not got it."""
    primary = tag.partition("-")[0].lower()
    return primary if primary in spacy_languages() else ANY


def spacy_languages() -> list[str]:
    """The languages that spaCy has a tokenizer for, by its codes; without importing spaCy."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return []
    folders = [f"{place}/lang" for place in spec.submodule_search_locations]
    return sorted(module.name for module in pkgutil.iter_modules(folders) if module.ispkg)
