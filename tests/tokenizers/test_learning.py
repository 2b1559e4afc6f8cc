"""What is learned from gold: which tokens are one word, and how far that is to be trusted."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tokenizers.invented import WORDS, gold, raw, sentence

from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.learned.gaps import Counts, counted, folded
from tonemark.tokenizers.learned.learning import (
    FOLDS,
    GoldText,
    Lessons,
    Line,
    learn,
    line_evidence,
    total,
)
from tonemark.tokenizers.learned.segmenter import LearnedTokenizer, Transitions
from tonemark.tokenizers.learned.syllables import edges, is_rpa, rpa_syllable
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tokenizers.rules import Rules

GENERAL = GeneralTokenizer()
LISTED = GeneralTokenizer(Rules(phrases=("ka lo", "zan pol", "hak sot")), name="mine", version="1")
TRAINED = learn(gold(), LISTED, raw()).tokenizer


def test_what_was_learned_finds_the_words_of_new_text() -> None:
    trials = list(Lessons(gold(), GENERAL, raw(), language="qaa").trials())
    assert [each.documents for each in trials] == [("d0",), ("d1",), ("d2",), ("d3",)]
    learned, untrained = (
        total(scores) for scores in zip(*(each[1:] for each in trials), strict=True)
    )
    assert learned.sentences == untrained.sentences == 60
    assert learned.f1 > 0.98
    assert untrained.f1 < 0.7


def test_the_same_gold_makes_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    program = (
        "import sys; from tests.tokenizers.invented import gold, raw\n"
        "from tonemark.tokenizers.general import GeneralTokenizer\n"
        "from tonemark.tokenizers.learned.learning import learn\n"
        "sys.stdout.buffer.write(learn(gold(20), GeneralTokenizer(), raw()).data)\n"
    )
    root = Path(__file__).resolve().parents[2]
    made = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True, check=True, cwd=root, env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert made == {learn(gold(20), GENERAL, raw()).data}


def test_what_there_was_to_learn_from_is_counted() -> None:
    texts = [
        sentence(["zan pol", "ka"]),
        GoldText("zanpol ka", [Token(0, 3), Token(3, 6), Token(7, 9)]),
        GoldText("zan\npol", [Token(0, 7)]),
    ]
    found = Lessons(texts, GENERAL, ["ka lo.", ""], language="qaa").counted()
    # A word over the end of a line is not learned, its gold token stays to be found.
    assert found == (3, 7, 1, 2, 3)


@pytest.mark.parametrize(
    ("texts", "base", "said"),
    [
        ([], GENERAL, "nothing to learn"),
        ([sentence(["ka", "lo"])], GENERAL, "nothing to learn"),
        ([GoldText("zan\npol", [Token(0, 7)])], GENERAL, "nothing to learn"),
        (gold(), load_tokenizer("spacy:xx"), "spacy:xx cannot be learned over"),
    ],
)
def test_what_cannot_be_learned_is_said(texts: list[GoldText], base: object, said: str) -> None:
    with pytest.raises(TonemarkError, match=said):
        learn(texts, base)


PIECES = st.lists(st.sampled_from((*WORDS, "wex", "yup", "KA", ".", "24")), min_size=2, max_size=5)


class AnyWeights(dict[str, float]):
    """A weight for every name: one that was trained would forgive many mistakes."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> float:
        return crc32(name.encode()) / 2**32 - 0.5


WEIGHED = LearnedTokenizer(
    replace(TRAINED.model, weights=AnyWeights(), transitions=Transitions(0.3, -0.9, -0.6, 1.1)),
    b"",
    name="by chance",
)


@given(PIECES, st.sampled_from((" ", "")))
def test_new_text_is_weighed_as_gold_was(words: list[str], between: str) -> None:
    """The way that is taken is the heaviest of all, by the evidence that is trained on."""
    text = " ".join(words) + between + "."
    model = WEIGHED.model
    line = Line(text, model.base.tokenize(text), [])
    weights = [model.weigh(each) for each in line_evidence(model.known, line)]
    bb, bi, ib, ii = model.transitions
    moves = {(False, False): bb, (False, True): bi, (True, False): ib, (True, True): ii}

    def heaviness(tags: tuple[bool, ...]) -> float:
        return sum(
            moves[before, tag] + weight * tag
            for before, tag, weight in zip((False, *tags), tags, weights[1:], strict=False)
        )

    taken = {token.start for token in WEIGHED.tokenize(text)}
    found = tuple(token.start not in taken for token in line.tokens[1:])
    ways = itertools.product((False, True), repeat=len(found))
    assert heaviness(found) == pytest.approx(max(map(heaviness, ways)))


def test_gold_of_one_sentence_is_learned_and_not_tried() -> None:
    lessons = Lessons([sentence(["zan pol", "ka", "zan pol"])], GENERAL, language="qaa")
    assert list(lessons.trials()) == []
    assert lessons.learned().data


def test_a_part_without_any_word_to_join_is_no_trouble() -> None:
    texts = [sentence(["zan pol", "ka"])._replace(document="a")]
    texts += [sentence(["ka", "lo"])._replace(document="b")]
    assert len(list(Lessons(texts, GENERAL, language="qaa").trials())) == 2


@pytest.mark.parametrize(
    ("documents", "parts"),
    [(["a", "b", "a"], [[0, 2], [1]]), (["a"] * 3, [[0], [1], [2]]), ([""], [[0]]), ([], [])],
)
def test_documents_are_never_divided(documents: list[str], parts: list[list[int]]) -> None:
    texts = [sentence(["zan pol"])._replace(document=each) for each in documents]
    lessons = Lessons([*texts, sentence(["zan pol"])], GENERAL, language="qaa")
    assert lessons.folds(range(len(documents))) == parts


def test_many_documents_make_few_parts() -> None:
    texts = [sentence(["zan pol"])._replace(document=str(n)) for n in range(50)]
    parts = Lessons(texts, GENERAL, language="qaa").folds(range(50))
    assert len(parts) == FOLDS
    assert sorted(number for part in parts for number in part) == list(range(50))
    assert {len(part) for part in parts} == {6, 7}


def test_one_document_is_parted_in_stretches() -> None:
    parts = Lessons(gold(20, documents=1), GENERAL, language="qaa").folds(range(20))
    assert parts == [list(range(at, min(at + 3, 20))) for at in range(0, 20, 3)]


def test_the_words_of_a_profile_are_a_hint_not_a_rule() -> None:
    words = tuple(" ".join(pair) for pair in (("zan", "pol"), ("ka", "lo"), ("wex", "yup")))
    base = GeneralTokenizer(Rules(phrases=words), name="mine", version="1")
    made = learn(gold(120), base, language="qaa").tokenizer
    text = "su ka lo ta zan pol mi."
    assert [text[s:e] for s, e in made.tokenize(text)] == [
        "su", "ka", "lo", "ta", "zan pol", "mi", "."
    ]  # fmt: skip


def test_learning_again_begins_at_the_same_base() -> None:
    base = GeneralTokenizer(Rules(phrases=("zan pol",)), name="mine", version="1")
    first = learn(gold(20), base, language="qaa")
    assert learn(gold(20), first.tokenizer, language="qaa").data == first.data


def test_association_is_what_the_books_say() -> None:
    counts = counted([["a", "b"], ["A", "b"], ["c", "b"], ["c", "d"]], 10)
    assert counts == Counts({"a": 2, "b": 3, "c": 2, "d": 1}, {
        ("a", "b"): 2, ("c", "b"): 1, ("c", "d"): 1
    })  # fmt: skip
    found = counts.association("a", "b")
    assert found is not None
    # log(2 * 8 / (2 * 3)); (2 - 6/8) / sqrt(2); 2 of 2; 2 of 3; over -log(2/8)
    assert found == pytest.approx((2, 0.980829, 0.883883, 1.0, 2 / 3, 0.707519), abs=1e-6)
    assert counts.association("b", "a") is None
    assert Counts({"a": 2}, {("a", "a"): 2}).association("a", "a") is not None


def test_the_commonest_pairs_are_kept() -> None:
    counts = counted([["a", "b"], ["a", "b"], ["c", "d"], ["b", "a"]], 2)
    assert counts.pairs == {("a", "b"): 2, ("b", "a"): 1}
    assert counts.tokens == {"a": 3, "b": 3}


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("hmoob", ("hm", "oo", "b")),
        ("ntshav", ("ntsh", "a", "v")),
        ("nplooj", ("npl", "oo", "j")),
        ("xyoo", ("xy", "oo", "")),
        ("ib", ("", "i", "b")),
        ("kuaj", ("k", "ua", "j")),
        ("mouse", None),
        ("nairobi", None),
        ("24", None),
    ],
)
def test_a_syllable_of_hmong(word: str, parts: tuple[str, ...] | None) -> None:
    assert rpa_syllable(word) == parts


def test_whether_a_text_is_hmong_is_seen() -> None:
    assert is_rpa("nws tau mus kuaj mob hauv lub tsev kho mob 24 .".split())
    assert not is_rpa("mtu mmoja alikwenda hospitali kwa ajili ya matibabu".split())
    assert not is_rpa([])
    assert edges("ab") == ("a", "", "b")
    assert edges("a") == ("a", "", "")


@pytest.mark.parametrize(
    ("one", "other"), [("Ẹ̀kọ́", "ẹ̀kọ́"), ("KWS", "kws"), ("e\u0301", "\u00e9"), ("Straße", "STRASSE")]
)
def test_letter_case_and_coding_do_not_count(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_hmong_words_of_a_document_that_it_has_not_seen(corpora: Path) -> None:
    """One document of seven: `./run bench tokens --leave-one-out` has them all."""
    texts = []
    for line in (corpora / "tokens" / "hmn_medical.jsonl").read_text("utf-8").splitlines():
        given = json.loads(line)
        tokens = [Token(each["start"], each["end"]) for each in given["tokens"]]
        texts.append(GoldText(given["text"], tokens, given["id"].partition(".")[0]))
    lessons = Lessons(texts, load_tokenizer("hmn"), language="hmn")
    assert lessons.rpa
    found = next(each for each in lessons.trials() if each.documents == ("1",))
    assert found.learned.f1 > 0.93
    assert found.learned.f1 > found.untrained.f1 + 0.04
