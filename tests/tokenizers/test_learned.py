"""What a learned tokenizer promises, for any text, and what it does with files that are not it."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import random
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tokenizers.invented import WORDS, gold, raw
from tests.tokenizers.test_general import TEXTS

from tonemark.errors import TonemarkError
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.learned.file import FORMAT, MAGIC, restored_learned, written
from tonemark.tokenizers.learned.learning import learn
from tonemark.tokenizers.learned.segmenter import LearnedTokenizer, lines, read_learned
from tonemark.tokenizers.registry import (
    load_tokenizer,
    read_tokenizer,
    runs_code,
    sentence_rules_of,
)
from tonemark.tokenizers.rules import Rules
from tonemark.tokenizers.sentences.rules import SentenceRules
from tonemark.tokenizers.trial.hostile import hostile_texts

DATA = learn(gold(), GeneralTokenizer(), raw(), language="qaa").data
LEARNED = restored_learned(DATA, "qaa.words")


def cut(text: str, tokenizer: LearnedTokenizer = LEARNED) -> list[str]:
    return [text[start:end] for start, end in tokenizer.tokenize(text)]


@given(
    TEXTS | st.lists(st.sampled_from((*WORDS, "\n", ".", "ZAN", "12")), max_size=20).map(" ".join)
)
def test_it_keeps_the_promises_and_no_word_reaches_over_a_line(text: str) -> None:
    tokens = LEARNED.tokenize(text)
    assert faults(text, tokens) == []
    assert tokens == LEARNED.tokenize(text)
    base = set(LEARNED.model.base.tokenize(text))
    for token in set(tokens) - base:
        assert len(text[token.start : token.end].splitlines()) == 1


@pytest.mark.parametrize("text", list(hostile_texts()))
def test_hostile_texts(text: str) -> None:
    assert faults(text, LEARNED.tokenize(text)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("zan", ["zan"]),
        ("ka zan pol lo.", ["ka", "zan pol", "lo", "."]),
        ("KA ZAN POL LO.", ["KA", "ZAN POL", "LO", "."]),
        ("ka zan   pol lo", ["ka", "zan   pol", "lo"]),
        ("ka zan\npol lo", ["ka", "zan", "pol", "lo"]),
        ("ka zan\r\npol nek", ["ka", "zan", "pol nek"]),
        ("ka bir-dem su", ["ka", "bir-dem", "su"]),
        ("ta hak sot mel lo.", ["ta", "hak sot mel", "lo", "."]),
    ],
)
def test_it_joins_what_gold_joins(text: str, words: list[str]) -> None:
    assert cut(text) == words


@pytest.mark.parametrize(("new", "together"), [(("wex yup",), True), (("wex", "yup"), False)])
def test_a_word_that_only_raw_text_has(new: tuple[str, ...], together: bool) -> None:
    data = learn(gold(), GeneralTokenizer(), raw(*new), language="qaa").data
    assert ("wex yup" in cut("ka wex yup lo.", restored_learned(data, "a.words"))) == together


def test_lines_have_all_tokens_in_order() -> None:
    text = "\r\na b\n\nc\u2028d \n\u0308e\r\nf\n"
    tokens = LEARNED.model.base.tokenize(text)
    found = lines(text, tokens)
    assert [token for line in found for token in line] == tokens
    assert [[text[start:end] for start, end in line] for line in found] == [
        ["a", "b"], ["c"], ["d"], ["\u0308e"], ["f"]
    ]  # fmt: skip


def test_it_is_a_tokenizer_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "qaa.words"
    path.write_bytes(DATA)
    for tokenizer in (
        read_learned(path),
        read_tokenizer(path),
        load_tokenizer("qaa.words", tmp_path),
        pickle.loads(pickle.dumps(LEARNED)),
    ):
        assert tokenizer.name == "qaa.words"
        assert tokenizer.version == LEARNED.version
        assert cut("ka zan pol lo.", tokenizer) == ["ka", "zan pol", "lo", "."]
    assert not runs_code("qaa.words", tmp_path)


def test_it_starts_with_lines_to_read() -> None:
    head = DATA[: DATA.index(b"\n\n")].decode().splitlines()
    assert head[0] == f"{MAGIC}{FORMAT}"
    assert head[1:3] == ["language: qaa", f"base: general {GeneralTokenizer().version}"]
    assert head[3].startswith("learned: from 60 texts with ")


def test_another_content_is_another_version() -> None:
    other = learn(gold(seed=3), GeneralTokenizer(), language="qaa")
    assert other.tokenizer.version != LEARNED.version


def test_the_rules_of_its_base_are_carried() -> None:
    base = GeneralTokenizer(Rules(join="-", phrases=("lo mi",)), name="mine", version="7")
    made = learn(gold(), base, language="qaa")
    again = restored_learned(made.data, "a.words").model
    assert again.base.rules == Rules(join="-")
    assert again.base.name == "mine"
    assert again.known.listed == ("lo mi",)


def test_it_runs_without_the_library_that_trained_it(tmp_path: Path) -> None:
    path = tmp_path / "qaa.words"
    path.write_bytes(DATA)
    program = (
        "import sys; from pathlib import Path\n"
        "from tonemark.tokenizers.registry import read_tokenizer\n"
        "tokenizer = read_tokenizer(Path(sys.argv[1])); tokenizer.tokenize('ka zan pol lo')\n"
        "print({'pycrfsuite', 'spacy', 'numpy', 'textual'} & sys.modules.keys())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert run.stdout == "set()\n"


def changed(**more: object) -> bytes:
    """The file with other content, and a checksum that fits it; a value of ... leaves a key out."""
    head, _, packed = DATA.partition(b"\n\n")
    body = json.loads(zlib.decompress(packed))
    body = {key: value for key, value in (body | more).items() if value is not ...}
    return packed_as(head, zlib.compress(json.dumps(body).encode()))


def packed_as(head: bytes, packed: bytes) -> bytes:
    first = head.rpartition(b"\n")[0]
    return first + f"\nchecksum: {hashlib.blake2s(packed).hexdigest()}\n\n".encode() + packed


def test_what_is_written_again_is_taken() -> None:
    assert cut("ka zan pol", restored_learned(changed(), "a")) == ["ka", "zan pol"]


HEAD = DATA.partition(b"\n\n")[0]
BASE = json.loads(zlib.decompress(DATA.partition(b"\n\n")[2]))["base"]
CODE = '{"format": 1, "name": "some-package:some-class", "version": "1"}'
PACKED = DATA.partition(b"\n\n")[2]
FOREIGN = {
    "empty": (b"", "is not a file that"),
    "something else": (b"PK\x03\x04 and so on" * 99, "is not a file that"),
    "a later form": (DATA.replace(b"words 1\n", b"words 2\n", 1), "later Tonemark"),
    "cut off": (DATA[:-7], "damaged"),
    "only the lines to read": (HEAD, "is not a file that"),
    "without a checksum": (HEAD.rpartition(b"\n")[0] + b"\n\nabc", "damaged"),
    "no zlib": (packed_as(HEAD, b"abc"), "damaged"),
    "zlib cut off": (packed_as(HEAD, zlib.compress(os.urandom(5000))[:-200]), "damaged"),
    "more behind it": (packed_as(HEAD, PACKED + b"x"), "damaged"),
    "without zlib's own checksum": (packed_as(HEAD, PACKED[:-4]), "damaged"),
    "no JSON": (packed_as(HEAD, zlib.compress(b"{")), "damaged"),
    "no UTF-8": (packed_as(HEAD, zlib.compress(b'"\xff"')), "damaged"),
    "a list": (packed_as(HEAD, zlib.compress(b"[]")), "damaged"),
    "nested": (packed_as(HEAD, zlib.compress(b"[" * 100_000)), "damaged"),
    "a key missing": (changed(weights=...), "damaged"),
    "weights of text": (changed(weights={"gap": "1"}), "damaged"),
    "weights that are no number": (changed(weights={"gap": float("nan")}), "damaged"),
    "weights that are endless": (changed(weights={"gap": float("inf")}), "damaged"),
    "weights past all floats": (changed(weights={"gap": 10**400}), "damaged"),
    "weights in a list": (changed(weights=[1]), "damaged"),
    "three transitions": (changed(transitions=[0, 0, 0]), "damaged"),
    "too few counts": (changed(counts=[1]), "damaged"),
    "counts below zero": (changed(tokens=["a"], counts=[-1], pairs=[], shares=[]), "damaged"),
    "pairs of no token": (changed(pairs=[[0, 10**9, 1]]), "damaged"),
    "pairs from the end": (changed(pairs=[[0, -1, 1]]), "damaged"),
    "more pairs than tokens": (
        changed(tokens=["a"], counts=[1], pairs=[[0, 0, 2]], shares=[]), "damaged",
    ),
    "shares above one": (changed(shares=[[0, 0, 2, 1]]), "damaged"),
    "shares of nothing": (changed(shares=[[0, 0, 0, 0]]), "damaged"),
    "words that are none": (changed(words=[1]), "damaged"),
    "no base": (changed(base="{}"), "damaged"),
    "a base that is code": (
        changed(base=CODE), "damaged",
    ),
    "a base in a base": (
        changed(base=json.dumps(json.loads(BASE) | {"base": CODE})), "damaged",
    ),
    "strange rules": (changed(base=BASE.replace('"letters": ""', '"letters": 3')), "damaged"),
    "rules that break the promises": (
        changed(base=BASE.replace('"exceptions": {}', '"exceptions": {"a": ["a", "zzz"]}')),
        "a.words: This tokenizer has rules that none may have",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), FOREIGN.values(), ids=FOREIGN)
def test_a_file_that_it_did_not_write_is_refused_in_words(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "a.words"
    path.write_bytes(data)
    with pytest.raises(TonemarkError) as told:
        read_learned(path)
    assert said in told.value.title


def test_any_damaged_byte_is_found() -> None:
    chance = random.Random(5)
    start = DATA.index(b"checksum")
    for _ in range(200):
        at = chance.randrange(start, len(DATA))
        data = bytearray(DATA)
        data[at] ^= 1 << chance.randrange(8)
        with pytest.raises(TonemarkError):
            restored_learned(bytes(data), "a.words")


def test_a_body_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tonemark.tokenizers.learned.file.BODY_LIMIT", 1_000_000)
    bomb = packed_as(HEAD, zlib.compress(b" " * 2_000_000))
    with pytest.raises(TonemarkError, match="damaged"):
        restored_learned(bomb, "a.words")


def test_what_cannot_be_read_again_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tonemark.tokenizers.learned.file.BODY_LIMIT", 1000)
    with pytest.raises(TonemarkError, match="more than a file may hold"):
        written(LEARNED.model, "nothing")


def test_the_sentence_rules_of_the_base_are_carried(tmp_path: Path) -> None:
    over = learn(gold(), load_tokenizer("sw"), raw(), language="qaa")
    again = learn(gold(), over.tokenizer, raw(), language="qaa")
    for learned in (over, again):
        (tmp_path / "qaa.words").write_bytes(learned.data)
        read = read_learned(tmp_path / "qaa.words")
        assert read.sentence_rules == sentence_rules_of("sw") != SentenceRules()
        assert sentence_rules_of("qaa.words", tmp_path) == sentence_rules_of("sw")
    (tmp_path / "tokenizer.toml").write_text(
        'base = "qaa.words"\n[sentences]\nabbreviations = ["Xyz."]\n'
    )
    both = sentence_rules_of("tokenizer.toml", tmp_path)
    assert both.abbreviations > sentence_rules_of("sw").abbreviations
    assert load_tokenizer("tokenizer.toml", tmp_path).sentence_rules == both


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TonemarkError, match="cannot be read"):
        read_learned(tmp_path / "none.words")
    os.mkfifo(tmp_path / "pipe.words")
    with pytest.raises(TonemarkError, match="cannot be read"):
        read_learned(tmp_path / "pipe.words")
    (tmp_path / "a.words").write_bytes(DATA)
    monkeypatch.setattr("tonemark.tokenizers.learned.segmenter.FILE_LIMIT", 1000)
    with pytest.raises(TonemarkError, match="too large"):
        read_learned(tmp_path / "a.words")
