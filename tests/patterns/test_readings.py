"""Texts are read once while a page is open, whatever is looked up between, and forgotten then."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tonemark.patterns import readings as module
from tonemark.patterns.folds import Folding
from tonemark.patterns.matcher import Matcher, Overlay, places
from tonemark.patterns.readings import readings
from tonemark.tokenizers.base import Token

FOLDING = Folding(("nfc", "case"))


def text_of(name: str, count: int) -> tuple[str, list[Token]]:
    """A text of so many words, and its tokens."""
    text, tokens = "", []
    for word in [name] * count:
        tokens.append(Token(len(text), len(text) + len(word)))
        text += word + " "
    return text, tokens


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that are read, and not remembered, in order."""
    monkeypatch.setattr(module, "_remembered", {})
    found: list[str] = []
    plain = module._readings

    def noted(folding: Folding, text: str, tokens: Sequence[Token]) -> list[module.Reading]:
        found.append(text)
        return plain(folding, text, tokens)

    monkeypatch.setattr(module, "_readings", noted)
    return found


def test_a_page_is_read_once_whatever_names_are_looked_up(read: list[str]) -> None:
    page = [text_of(f"Juma{n}", 100) for n in range(20)]
    matcher = Matcher(FOLDING, None, Overlay())
    for name in ("Juma", "Dar es Salaam"):
        for text, tokens in page:
            assert places(FOLDING, name, text, tokens) == []
            matcher.found(name, [Token(0, len(name))])
    assert [text for text in read if len(text) > 20] == [text for text, _ in page]


def test_the_same_text_cut_or_folded_otherwise_is_read_again(read: list[str]) -> None:
    text, tokens = text_of("Juma", 100)
    for folding, those, count in (
        (FOLDING, tokens, 1),
        (FOLDING, [Token(*each) for each in tokens], 1),
        (FOLDING, tokens[1:], 2),
        (Folding(()), tokens[1:], 3),
    ):
        (found,) = readings(folding, text, those)
        assert found.starts == [each.start for each in those]
        assert found.keys[0] == folding.fold("Juma")
        assert len(read) == count


@pytest.mark.parametrize(
    ("texts", "tokens", "kept"),
    [
        (module._TEXTS + 10, 100, module._TEXTS),
        (5, module._TOKENS // 2 - 1, 2),
        (2, module._TOKENS + 1, 1),  # the last one always
    ],
)
def test_what_is_remembered_is_bounded(texts: int, tokens: int, kept: int, read: list[str]) -> None:
    cases = [text_of(str(n), tokens) for n in range(texts)]
    for each in cases:
        readings(FOLDING, *each)
    assert list(module._remembered) == [text for text, _ in cases[-kept:]]
    readings(FOLDING, *cases[-1])
    assert len(read) == texts


def test_long_words_are_bounded_too(read: list[str]) -> None:
    for n in range(3):
        readings(FOLDING, *text_of(str(n) * (module._POINTS // 50), 20))
    assert len(module._remembered) == 2


def test_what_was_asked_for_last_is_remembered_longest(read: list[str]) -> None:
    cases = [text_of(str(n), 100) for n in range(module._TEXTS + 1)]
    for each in (*cases[:-1], cases[0], cases[-1]):
        readings(FOLDING, *each)
    assert cases[0][0] in module._remembered
    assert cases[1][0] not in module._remembered
