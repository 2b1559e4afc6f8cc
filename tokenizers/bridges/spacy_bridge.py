"""Any Tonemark tokenizer as spaCy's `nlp.tokenizer`: `tonemark.tokenizer.v1` in a config.

Imports spaCy, and nothing of the screen or of the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example, validate_examples
from spacy.util import DummyTokenizer, registry
from spacy.vocab import Vocab

from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.bridges.carrying import carried, restored
from tonemark.tokenizers.bridges.spacing import words_and_spaces
from tonemark.tokenizers.registry import tokenizer_at


@registry.tokenizers("tonemark.tokenizer.v1")  # type: ignore[untyped-decorator]
def create_tokenizer(name: str = "general") -> Callable[[Language], SpacyBridge]:
    """What `@tokenizers = "tonemark.tokenizer.v1"` names; `name` is any that the
    command line takes: of a language's profile, of a plug-in, or the path of a file of rules."""

    def create(nlp: Language) -> SpacyBridge:
        return SpacyBridge(nlp.vocab, name)

    return create


class SpacyBridge(DummyTokenizer):
    """Makes a Doc whose text is the text, of a Tonemark tokenizer's tokens.

    A token with a space in it (a Hmong word) is one token of the Doc; white space that no single
    space after a token carries is a token of its own, as with spaCy's tokenizers:
    `spacing.spaced_numbers` maps the numbers of tokens.

    The tokenizer is made from its name when it is first used, and not before: a model that
    carries its own (`carrying`) loads where the file it was made from does not exist.
    """

    def __init__(self, vocab: Vocab, name: str) -> None:
        self.vocab = vocab
        self._name = name
        self._tokenizer: Tokenizer | None = None

    @property
    def tokenizer(self) -> Tokenizer:
        """The Tonemark tokenizer. Raises TonemarkError where there is none of that name."""
        if self._tokenizer is None:
            self._tokenizer = tokenizer_at(self._name)
        return self._tokenizer

    def __call__(self, text: str) -> Doc:
        """The Doc of a text. Raises TonemarkError where it holds half of a surrogate pair, which
        spaCy cannot keep."""
        words, spaces = words_and_spaces(text, self.tokenizer.tokenize(text))
        try:
            return Doc(self.vocab, words=words, spaces=spaces)
        except UnicodeEncodeError:
            at = next(at for at, character in enumerate(text) if "\ud800" <= character <= "\udfff")
            raise TonemarkError(
                f"The character at {at} is half of a surrogate pair (U+{ord(text[at]):04X}).",
                "Mend the text: no file in UTF-8 has such a character.",
            ) from None

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        carried: str | None = None,
    ) -> None:
        """Make the tokenizer now: training with a wrong name ends before it begins.

        `carried`, which a config gives under [initialize.tokenizer], is the path of a file that
        `to_disk` wrote: the tokenizer is that one, whatever the name."""
        if carried is not None:
            self.from_disk(carried)
        _ = self.tokenizer

    def score(self, examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
        """The scores that spaCy's own tokenizers give: token_acc, token_p, token_r, token_f."""
        examples = list(examples)
        validate_examples(examples, "SpacyBridge.score")
        scores: dict[str, Any] = Scorer.score_tokenization(examples)
        return scores

    def to_bytes(self, **settings: Any) -> bytes:
        """The tokenizer, so that it can be made again anywhere."""
        return carried(self.tokenizer)

    def from_bytes(self, data: bytes, **settings: Any) -> SpacyBridge:
        """Take the tokenizer that `to_bytes` wrote, whatever the name in the config."""
        self._tokenizer = restored(data)
        return self

    def to_disk(self, path: str | Path, **settings: Any) -> None:
        """Write `to_bytes` to a file."""
        Path(path).write_bytes(self.to_bytes())

    def from_disk(self, path: str | Path, **settings: Any) -> SpacyBridge:
        """Take the tokenizer from a file that `to_disk` wrote."""
        return self.from_bytes(Path(path).read_bytes())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled by its bytes: processes that spaCy starts need no file and no name."""
        return _from_bytes, (self.vocab, self._name, self.to_bytes())


def _from_bytes(vocab: Vocab, name: str, data: bytes) -> SpacyBridge:
    return SpacyBridge(vocab, name).from_bytes(data)
