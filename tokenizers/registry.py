"""Which tokenizers there are, by name. Knows how to make one, not what it does."""

from __future__ import annotations

from collections.abc import Callable

from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.general import GeneralTokenizer

_BUNDLED: dict[str, Callable[[], Tokenizer]] = {
    "general": GeneralTokenizer,
}


def tokenizer_names() -> list[str]:
    """The names that `load_tokenizer` takes, in order."""
    return sorted(_BUNDLED)


def load_tokenizer(name: str) -> Tokenizer:
    """The tokenizer of that name; raises TonemarkError, naming all there are, if it is unknown."""
    make = _BUNDLED.get(name)
    if make is None:
        raise TonemarkError(
            f"There is no tokenizer named {name!r}.", f"Known: {', '.join(tokenizer_names())}."
        )
    return make()
