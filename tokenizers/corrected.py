"""A tokenizer that has no rules of ours, with a project's exceptions and phrases on top."""

from __future__ import annotations

from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.rules import Rules


class CorrectedTokenizer:
    """Another tokenizer's tokens, corrected by the `exceptions` and `phrases` of `Rules`.

    A token that is an exception is cut into its pieces; tokens in a row that are a phrase are one.
    The other rules are not looked at: they say how to make tokens, and these are made.
    """

    def __init__(self, base: Tokenizer, rules: Rules, *, name: str, version: str) -> None:
        self.base = base
        self.rules = rules
        self.name = name
        self.own_version = version
        self.version = f"{version}/{base.name} {base.version}"
        self._phrases = None
        if rules.phrases:
            from tonemark.tokenizers.words import Phrases

            self._phrases = Phrases(rules.phrases, cut=base.tokenize)

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of `text`."""
        tokens = self.base.tokenize(text)
        if self.rules.exceptions:
            tokens = self._cut(text, tokens)
        return self._phrases.join(text, tokens) if self._phrases else tokens

    def _cut(self, text: str, tokens: list[Token]) -> list[Token]:
        cut = []
        for token in tokens:
            pieces = self.rules.exceptions.get(text[token.start : token.end])
            if pieces is None:
                cut.append(token)
                continue
            start = token.start
            for piece in pieces:
                cut.append(Token(start, start + len(piece)))
                start += len(piece)
        return cut
