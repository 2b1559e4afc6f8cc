"""A tokenizer that has no rules of ours, with a project's exceptions and phrases on top."""

from __future__ import annotations

from tonemark.text import graphemes
from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.rules import Rules, folded_phrase
from tonemark.tokenizers.sentences.rules import ANY_LANGUAGE, SentenceRules


class Corrections:
    """The `exceptions`, `phrases` and `apart` of `Rules`, laid over tokens that are made.

    A token that is an exception is cut into its pieces, one that is `apart` at its blanks; tokens
    in a row that are a phrase, or an exception of one piece, are one.
    The other rules are not looked at: they say how to make tokens.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._phrases = None
        self._apart = frozenset(map(folded_phrase, rules.apart))
        whole = (each for each, pieces in rules.exceptions.items() if len(pieces) == 1)
        if phrases := (*rules.phrases, *whole):
            from tonemark.tokenizers.words import Phrases

            self._phrases = Phrases(phrases, anywhere=True)

    def laid_over(self, text: str, tokens: list[Token]) -> list[Token]:
        """`tokens` of `text`, corrected."""
        if self.rules.exceptions or self._apart:
            tokens = self._cut(text, tokens)
        return self._phrases.join(text, tokens) if self._phrases else tokens

    def _cut(self, text: str, tokens: list[Token]) -> list[Token]:
        cut = []
        for token in tokens:
            own = text[token.start : token.end]
            pieces = self.rules.exceptions.get(own)
            if pieces is None:
                if self._apart and len(own.split()) > 1 and folded_phrase(own) in self._apart:
                    cut += _at_blanks(token, own)
                else:
                    cut.append(token)
                continue
            start = token.start
            for piece in pieces:
                cut.append(Token(start, start + len(piece)))
                start += len(piece)
        return cut


class CorrectedTokenizer:
    """Another tokenizer's tokens, with the `Corrections` of `Rules` on top."""

    def __init__(
        self,
        base: Tokenizer,
        rules: Rules,
        *,
        name: str,
        version: str,
        sentence_rules: SentenceRules = ANY_LANGUAGE,
    ) -> None:
        self.base = base
        self.rules = rules
        self.sentence_rules = sentence_rules
        self.name = name
        self.own_version = version
        self.version = f"{version}/{base.name} {base.version}"
        self._corrections = Corrections(rules)

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of `text`."""
        return self._corrections.laid_over(text, self.base.tokenize(text))


def _at_blanks(token: Token, own: str) -> list[Token]:
    """The parts of a token that white space parts, clusters of blank and mark kept with them."""
    signs = [(left, right) for left, right in graphemes(own) if not own[left:right].isspace()]
    parts: list[Token] = []
    for left, right in signs:
        if parts and parts[-1].end == token.start + left:
            parts[-1] = Token(parts[-1].start, token.start + right)
        else:
            parts.append(Token(token.start + left, token.start + right))
    return parts
