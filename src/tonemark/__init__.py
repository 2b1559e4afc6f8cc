"""Tonemark: annotate spans by keyboard, in a terminal, in any language.

From Python: `tonemark.open("habari")` gives a project's documents and annotations, and
`tonemark.tokenizer(lang="yo")` what cuts text into tokens.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tonemark.door import OpenProject
    from tonemark.tokenizers.base import Tokenizer

_HERE = Path(__file__).parent
if not (_HERE / "corpus").is_dir() and (_HERE.parent.parent / "corpus").is_dir():
    # A checkout made without symbolic links: the rooms stand at the repository's root.
    __path__.append(str(_HERE.parent.parent))


def open(path: str | Path) -> OpenProject:
    """Open the project in a folder, to read it from a notebook or a script.

    Raises TonemarkError where there is none, or where its project file or store is faulty.
    """
    from tonemark.door import OpenProject

    return OpenProject(path)


def tokenizer(name: str = "", *, lang: str = "") -> Tokenizer:
    """The tokenizer of a name, in a file, or (`lang`) that of a language; the general one without.

    `tokenizer(lang="yo").tokenize(text)` gives tokens, offsets in code points of `text`, end
    exclusive. Raises TonemarkError where there is none, or where `lang` is no language tag.
    """
    from tonemark.tokenizers.languages import language_tag
    from tonemark.tokenizers.registry import GENERAL, tokenizer_at, tokenizer_for

    return tokenizer_at(name or (tokenizer_for(language_tag(lang)) if lang else GENERAL))
