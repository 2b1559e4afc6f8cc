"""What stands on a page becomes the profile's: rules made, and rules taken back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.corrections import corrected
from tonemark.corpus.settling import Correction, settled
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.profiles.own_rules import new_profile_text
from tonemark.tokenizers.profiles.profile import beside, parse_profile
from tonemark.tokenizers.registry import tokenizer_from

HERE = Path(__file__).parent


def cut(profile: str, text: str) -> tuple[Token, ...]:
    """What a profile makes of a text."""
    parsed = parse_profile(profile, "own.toml", beside(HERE / "own.toml"))
    return tuple(tokenizer_from(parsed, HERE).tokenize(text))


def parted(said: str) -> tuple[str, tuple[Token, ...]]:
    """A text in which bars part tokens that no white space parts, and `_` is a space inside one."""
    text, tokens, at = "", [], 0
    for word in said.split(" "):
        for piece in word.split("|"):
            tokens.append(Token(at, at + len(piece)))
            at += len(piece)
            text += piece.replace("_", " ")
        text, at = text + " ", at + 1
    return text.rstrip(" "), tuple(tokens)


def words_of(profile: str, text: str) -> str:
    return " ".join(text[slice(*token)].replace(" ", "_") for token in cut(profile, text))


@pytest.mark.parametrize(
    ("more", "pages", "rules"),
    [
        # made, and taken back; made once more changes nothing
        ("", ["Nai_khoo"], "words=Nai khoo"),
        ("", ["Nai_khoo", "Nai khoo"], ""),
        ("", ["Nai_khoo", "Nai_khoo"], "words=Nai khoo"),
        ("", ["Nai_khoo", "Nai khoo", "Nai_khoo"], "words=Nai khoo"),
        # words inside words: what stands there last holds
        ("", ["mus_tsev_kho_mob", "mus tsev_kho_mob"], "words=tsev kho mob"),
        ("", ["tau_mus_tsev_kho", "tau mus_tsev_kho", "tau mus tsev_kho"], "words=tsev kho"),
        ("", ["tsev_kho", "tsev_kho_mob"], "words=tsev kho,tsev kho mob"),
        ("", ["tsev_kho", "tsev_kho_mob", "tsev_kho mob"], "words=tsev kho"),
        ("", ["tsev_kho", "tsev_kho_mob", "tsev kho mob"], ""),
        # chunks without a space
        ("", ["ɗan|'uwa"], "exceptions=ɗan|'uwa"),
        ("", ["ɗan|'uwa", "ɗan'uwa"], ""),
        ("", ["ɗan|'uwa", "ɗa|n'uwa"], "exceptions=ɗa|n'uwa"),
        ("", ["n|í"], "exceptions=n|í"),
        ("[exceptions]\nabcd = ['a', 'bc', 'd']\n", ["a|b|c|d"], "exceptions=a|b|c|d"),
        ("[exceptions]\nabc = ['a', 'bc']\n", ["abc", "a|bc"], "exceptions=a|bc"),
        ("[exceptions]\nabc = ['a', 'bc'] # why\n", ["abc"], ""),
        # what the base joins is listed as apart, and taken off that list again
        ('base = "hmn"\n', ["kws kho mob"], "apart=kws kho mob"),
        ('base = "hmn"\n', ["kws kho mob", "kws_kho_mob"], ""),
        # a rule that someone wrote goes where one stands against it alone, else it stays
        ('[phrases]\nwords = ["tsev kho mob", "x y"]\n', ["tsev kho mob"], "words=x y"),
        ('[phrases]\nwords = ["a b", "b c"]\n', ["a b_c"], "words=a b,b c"),
    ],
)
def test_the_profile_follows_the_page(more: str, pages: list[str], rules: str) -> None:
    profile = more if more.startswith("base") else new_profile_text("general") + more
    given_tokens = cut(profile, parted(pages[0])[0])
    for said in pages:
        text, tokens = parted(said)
        correction = Correction(text, given_tokens, tokens, 0, len(text))
        profile = settled(profile, "own.toml", HERE, correction).profile
        if said != "a b_c":
            assert words_of(profile, text) == said.replace("|", " ")
    data = tomllib.loads(profile)
    told = [f"{key}={','.join(data.get('phrases', {}).get(key, ()))}" for key in ("words", "apart")]
    told += [f"exceptions={'|'.join(pieces)}" for pieces in data.get("exceptions", {}).values()]
    assert [each for each in told if not each.endswith("=")] == ([rules] if rules else [])


def test_what_was_done_is_told() -> None:
    def told(profile: str, said: str) -> tuple[str, list[str], list[str]]:
        text, tokens = parted(said)
        correction = Correction(text, cut(profile, text), tokens, 0, len(text))
        done = settled(profile, "own.toml", HERE, correction)
        return done.profile, list(map(str, done.made)), list(map(str, done.gone))

    profile, made, gone = told(new_profile_text("general"), "mus_tsev_kho")
    assert (made, gone) == (["mus tsev kho"], [])
    again, made, gone = told(profile, "mus_tsev_kho")
    assert (again, made, gone) == (profile, [], [])
    profile, made, gone = told(profile, "mus tsev_kho")
    assert (made, gone) == (["tsev kho"], ["mus tsev kho"])
    profile, made, gone = told(profile, "mus tsev kho")
    assert (made, gone) == ([], ["tsev kho"])
    assert "version = 5\n" in profile


def test_a_rule_wider_than_the_last_correction_goes_too() -> None:
    """`tau mus tsev` was made a rule, then split twice, and `t p` pressed once."""
    profile = new_profile_text("general") + '[phrases]\nwords = ["tau mus tsev"]\n'
    text, tokens = parted("nws tau mus tsev nyob")
    given_tokens = cut(new_profile_text("general"), text)
    correction = Correction(text, given_tokens, tokens, 8, 16)
    done = settled(profile, "own.toml", HERE, correction)
    assert words_of(done.profile, text) == "nws tau mus tsev nyob"
    assert list(map(str, done.gone)) == ["tau mus tsev"]


def test_code_of_others_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over spaCy's tokens those of the page as it was opened stand in."""
    from tonemark.tokenizers.bridges import spacy_tokenizers

    def load(*_: object) -> None:
        raise AssertionError("loaded")

    monkeypatch.setattr(spacy_tokenizers.SpacyTokenizer, "__init__", load)
    base = profile = new_profile_text("spacy:yo")
    text, apart = parted("a|-|b c")
    for said in ("a-b c", "a|-|b c", "a|-|b_c", "a|-|b c"):
        tokens = parted(said)[1]
        done = settled(profile, "own.toml", HERE, Correction(text, apart, tokens, 0, len(text)))
        assert done.profile != profile
        profile = done.profile
    data = tomllib.loads(profile)
    assert (data.get("exceptions", {}), data["phrases"]) == ({}, {"words": []})
    assert base != profile


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["tsev", "kho", "mob", "ɗan'uwa", "a-b"]), min_size=2, unique=True),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20)), min_size=1, max_size=4),
)
def test_any_stretch_that_is_joined_and_parted_again_leaves_no_rule(
    words: list[str], stretches: list[tuple[int, int]]
) -> None:
    text = " ".join(words)
    empty = new_profile_text("general")
    given_tokens = cut(empty, text)
    profile = empty
    for at, size in stretches:
        first = at % len(given_tokens)
        last = min(first + size, len(given_tokens)) - 1
        one = Token(given_tokens[first].start, given_tokens[last].end)
        for made in ((one,), ()):
            tokens = corrected(text, given_tokens, made)
            correction = Correction(text, given_tokens, tokens, *one)
            profile = settled(profile, "own.toml", HERE, correction).profile
            now = [token for token in cut(profile, text) if one.start <= token.start < one.end]
            assert now == [token for token in tokens if one.start <= token.start < one.end]
    assert (
        parse_profile(profile, "own.toml", beside(HERE / "own.toml")).rules
        == parse_profile(empty, "own.toml", beside(HERE / "own.toml")).rules
    )
