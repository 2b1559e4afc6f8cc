"""Which stretches of a text look like names, by shape alone and with counts of raw text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.patterns.candidates import (
    WordCount,
    candidates,
    candidates_again,
    count_words,
    fold_word,
)
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.sentences.rules import SentenceRules

CORPORA = Path(__file__).resolve().parents[2] / "../shared/corpora/ner"
PIECE = regex.compile(r"[\p{L}\p{M}\p{N}'’]+(?:-[\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]|\p{M}+")


def tokens_of(text: str) -> list[Token]:
    return [Token(*piece.span()) for piece in PIECE.finditer(text)]


def counts_of(*texts: str) -> dict[str, WordCount]:
    return count_words([(text, tokens_of(text)) for text in texts])


def runs_of(text: str, *raw: str) -> list[str]:
    tokens = tokens_of(text)
    runs = candidates(text, tokens, counts_of(*raw)).runs
    return [text[tokens[first].start : tokens[end - 1].end] for first, end in runs]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("they met Amina Bello in Kano .", ["Amina Bello", "Kano"]),
        ("Yesterday it rained .", []),  # a capital that the sentence explains
        ("Umar Faruk spoke .", ["Umar Faruk"]),  # the second capital needs a reason
        ("he said : Go now", []),
        ("he said “ Go now ”", []),
        ("baseNingizimu no uSibisi", ["baseNingizimu", "uSibisi"]),
        ("lo uRonwen Williams weSuperSport United", ["uRonwen Williams", "weSuperSport United"]),
        ("UMthethwa uthe", ["UMthethwa"]),  # the class prefix has the sentence's capital
        ("ni i-Pirates na", ["i-Pirates"]),
        ("ca Côte d'Ivoire la", ["Côte d'Ivoire"]),  # elision is no class prefix
        ("ni Ilẹ̀ - Adúláwọ̀ ni", ["Ilẹ̀ - Adúláwọ̀"]),
        ("by J . K . Rowling .", ["J . K . Rowling"]),
        ("in Chad , Mali ( Gao )", ["Chad", "Mali", "Gao"]),
        ("some 1998 of 145 and 12 and 28 , 000", ["1998"]),
        ("in ١٩٩٨ and 9998", ["١٩٩٨"]),
        ("to Addis\nAbeba na", ["Addis"]),  # a line begins a sentence, and ends a run
        ("met Ilẹ̀ -\nAdúláwọ̀", ["Ilẹ̀"]),
        ("the ǃKung and ʼYan Daba", ["ǃKung", "ʼYan Daba"]),
        ("𞤢𞤥𞤢 𞤀𞤥𞤢𞤣𞤵 𞤢𞤥𞤢", ["𞤀𞤥𞤢𞤣𞤵"]),  # Adlam has case too
        ("ሰላም ለዓለም", []),
        ("", []),
        ("... - 12", []),
    ],
)
def test_shapes_alone(text: str, runs: list[str]) -> None:
    assert runs_of(text) == runs


LINKS = ("at Groupe de Grenoble", "at Olympique de Marseille", "so de ya", "ana ya Juba ya pili")
DATES = ("in Januari 1998 then", "on 3 Januari 2001", "a mwezi Januari 2004", "in mwezi 1960 na")
PAIR = ("in Kenya na", "of Kenya ya", "to Kenya , so", "by Zitto Kabwe .", "by Zitto Zuberi .")


@pytest.mark.parametrize(
    ("text", "raw", "runs"),
    [
        ("Kano is big .", ("in Kano they",), ["Kano"]),
        ("Market is big .", ("the market", "in Market"), []),  # not twice as often capital
        ("the Market is", ("the market", "a market"), []),
        ("the Market Street is", ("the market", "a market"), ["Market Street"]),
        ("in Lycée de Juba", LINKS, ["Lycée de Juba"]),
        ("in Lycée ya Juba", LINKS, ["Lycée", "Juba"]),  # joins too seldom to be trusted
        ("on 15 Januari they", DATES, ["15 Januari"]),
        ("of mwezi 1970 na", DATES, ["mwezi 1970"]),
        ("by Amina mwezi Januari", DATES, ["Amina", "Januari"]),  # no number, no date
        ("in Amina Januari 1970 na", DATES, ["Amina", "Januari 1970"]),
        ("on 150 Januari they", DATES, ["Januari"]),  # no day
        ("in Kenya Zitto Kabwe na", PAIR, ["Kenya", "Zitto Kabwe"]),
        ("in Zitto Zuberi na", PAIR, ["Zitto Zuberi"]),
        ("Big Rise In Fuel Cost For Kano", ("a big rise in fuel cost for", "of Kano"), ["Kano"]),
        ("in Market", ("Big Market In New Town",) * 3 + ("a market",), []),  # headlines say nothing
    ],
)
def test_counts_decide(text: str, raw: tuple[str, ...], runs: list[str]) -> None:
    assert runs_of(text, *raw) == runs


def test_names_without_case_take_the_proclitics_of_their_language() -> None:
    raw = ("ሱዳን የሱዳን በሱዳን ከሱዳን", "ከተማ የከተማ ቤት በቤት ከቤት", "ሄደ መጣ ነው")
    assert runs_of("ወደ ሱዳን ሄደ የሱዳን ከተማ ነው", *raw) == ["ሱዳን", "የሱዳን"]
    assert counts_of(*raw)["በሱዳን"].forms == 4
    assert counts_of(*raw)["ነው"].forms == 1


@pytest.mark.parametrize(
    ("text", "word", "count"),
    [
        ("Juba na juba na Juba", "juba", WordCount(1, 1, 1, begins=1, ends=1)),
        ("na Juba Hassan na", "juba", WordCount(capital=1, begins=1)),
        ("na Juba Hassan na", "hassan", WordCount(capital=1, ends=1)),
        ("na Juba ya Hassan", "ya", WordCount(lower=1, links=1)),
        ("mwaka 1998", "mwaka", WordCount(lower=1, before_number=1, near_year=1)),
        ("watu 12 wa mwaka wa kwanza", "watu", WordCount(lower=1, before_number=1)),
        ("Big Rise In Fuel Cost", "fuel", None),
        ("mwaka 1998", "1998", None),
        ("na uJuba", "ujuba", WordCount(capital=1, begins=1, ends=1)),
    ],
)
def test_what_is_counted(text: str, word: str, count: WordCount | None) -> None:
    assert counts_of(text).get(word) == count


def test_fold_ignores_case_and_composition() -> None:
    assert fold_word(unicodedata.normalize("NFD", "ÀÁRẸ")) == fold_word("ààrẹ".replace("àà", "àá"))


def test_weights_serve_runs_then_likely_words_and_no_punctuation() -> None:
    text = "kwa hiyo ìjọba Nàìjíríà , mwaka na Leo"
    tokens = tokens_of(text)
    found = candidates(text, tokens, counts_of("mwaka 1998 na", "na mwaka 12"))
    by_word = dict(zip([text[a:b] for a, b in tokens], found.weight, strict=True))
    assert by_word["Nàìjíríà"] > by_word["ìjọba"] > by_word["hiyo"] > by_word["kwa"]
    assert by_word["mwaka"] > by_word["kwa"]
    assert by_word[","] == 0


WORDS = st.sampled_from([*"-.“,", "\n", "“\n", "  ", "\u200b", "Juba", "juba", "uJuba"]) | (
    st.sampled_from(["UJuba", "J", "d'Ivoire", "de", "1998", "12", "2eelu", "G20", "Januari"])
    | st.sampled_from(["mwezi", "ሱዳን", "የሱዳን", "በሱዳን", "ከሱዳን", "ẹ̀"])
)


@given(st.lists(WORDS, max_size=40), st.lists(st.lists(WORDS, max_size=12), max_size=4))
def test_runs_are_sound(words: list[str], raw: list[list[str]]) -> None:
    text = " ".join(words)
    tokens = tokens_of(text)
    found = candidates(text, tokens, counts_of(text, *map(" ".join, raw)))
    assert len(found.weight) == len(tokens)
    last = 0
    for first, end in found.runs:
        assert last <= first < end <= len(tokens)
        assert "\n" not in text[tokens[first].start : tokens[end - 1].end]
        for edge in (tokens[first], tokens[end - 1]):
            assert regex.search(r"[\p{L}\p{N}]", text[edge.start : edge.end])
        last = end
    inside = {i for first, end in found.runs for i in range(first, end)}
    hinted = [i for i, (a, b) in enumerate(tokens) if regex.search(r"[\p{L}\p{N}]", text[a:b])]
    outside = [found.weight[i] for i in range(len(tokens)) if i not in inside]
    assert all(found.weight[i] > max(outside, default=0) for i in inside if i in hinted)
    assert all(found.weight[i] == 0 for i in range(len(tokens)) if i not in inside | set(hinted))


@given(st.lists(st.lists(WORDS, max_size=12), max_size=4))
def test_counts_do_not_hang_on_the_order_of_documents(raw: list[list[str]]) -> None:
    texts = [" ".join(words) for words in raw]
    assert counts_of(*texts) == counts_of(*reversed(texts))


@given(st.text(max_size=60))
def test_any_text_is_taken(text: str) -> None:
    tokens = [Token(i, i + 1) for i in range(len(text))]  # white space and line breaks as tokens
    found = candidates(text, tokens, count_words([(text, tokens)]))
    for first, end in found.runs:
        assert not any(text[i].isspace() for i in range(first, end))


@pytest.mark.parametrize(
    ("language", "share"),
    [("swa", 0.7), ("yor", 0.6), ("hau", 0.65), ("zul", 0.75), ("wol", 0.7)],
)
def test_names_of_real_text_are_found(language: str, share: float) -> None:
    path = CORPORA / language / "dev.conll"
    if not path.is_file():
        pytest.skip("the annotated corpora are not beside this checkout")
    documents, names = [], []
    for block in path.read_text(encoding="utf-8").strip().split("\n\n"):
        rows = [line.rsplit(" ", 1) for line in block.split("\n") if line]
        tokens, end = [], -1
        for word, _ in rows:
            tokens.append(Token(end + 1, end + 1 + len(word)))
            end = tokens[-1].end
        starts = [i for i, (_, tag) in enumerate(rows) if tag[0] == "B"]
        ends = [
            next((j for j in range(i + 1, len(rows)) if rows[j][1][0] != "I"), len(rows))
            for i in starts
        ]
        documents.append((" ".join(word for word, _ in rows), tokens))
        names.append(set(zip(starts, ends, strict=True)))
    counts = count_words(documents)
    hits = sum(
        len(gold & set(candidates(text, tokens, counts).runs))
        for (text, tokens), gold in zip(documents, names, strict=True)
    )
    assert hits >= share * sum(map(len, names))


PARTS = (
    "Samia Suluhu wa bin 12 mwaka 2019 Mei - . . J “ ” ba'Ningizimu IWAZE TENA LEO SANA ሰላም : "
    "Dkt Jr k.m uMnu Bw."
)
RULES = SentenceRules(abbreviations=frozenset(("Dkt.", "k.m.", "Bw.", "uMnu.")))
COUNTS = {
    "mei": WordCount(lower=1, capital=9, near_year=9, before_number=8),
    "mwaka": WordCount(lower=9, near_year=8),
    "bin": WordCount(lower=9, links=8),
    "ሰላም": WordCount(lower=4, forms=5),
}


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from([*PARTS.split(), "\n", "\n", "\r\n"]), min_size=3, max_size=90),
    st.integers(0, 80),
    st.integers(2, 4),
    st.booleans(),
    st.booleans(),
)
def test_read_again_around_a_change_is_read_whole(
    words: list[str], at: int, size: int, back: bool, apart: bool
) -> None:
    text = " ".join(words) if apart else " ".join(words).replace(" .", ".")
    one = tokens_of(text)
    at = min(at, max(0, len(one) - size))
    if not one:
        return
    joined = Token(one[at].start, one[min(len(one), at + size) - 1].end)
    other = [*one[:at], joined, *one[at + size :]]
    before, after = (other, one) if back else (one, other)
    known = candidates(text, before, COUNTS, RULES)
    again = candidates_again(text, before, known, after, COUNTS, RULES)
    assert again == candidates(text, after, COUNTS, RULES)
