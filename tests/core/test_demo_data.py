"""What the bundled demo project's documents promise: their form, their scripts, their origin."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import regex

DEMO = files("tonemark") / "demo"
LINES = (DEMO / "documents.jsonl").read_text(encoding="utf-8").removesuffix("\n").split("\n")
DOCUMENTS: list[dict[str, Any]] = [json.loads(line) for line in LINES]
RAW = Path(__file__).resolve().parents[2] / "../shared/corpora/raw"

PREFIXES = {
    "sw": "sw",
    "yo": "yo",
    "hmn": "hmn",
    "am": "am",
    "ff": "ff-Adlm",
    "zu": "zu",
    "ha": "ha",
}

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d["key"]))


def texts(language: str) -> list[str]:
    return [d["text"] for d in DOCUMENTS if d["meta"]["language"] == language]


def folded(text: str) -> str:
    """For comparing only: one normal form, one space between words, no case."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def test_keys_and_texts_are_unique() -> None:
    assert len({d["key"] for d in DOCUMENTS}) == len(DOCUMENTS) >= 55
    assert len({folded(d["text"]) for d in DOCUMENTS}) == len(DOCUMENTS)


def test_every_language_is_there() -> None:
    counts = Counter(d["meta"]["language"] for d in DOCUMENTS)
    assert set(counts) == set(PREFIXES.values())
    assert min(counts.values()) >= 3


def test_the_first_page_is_swahili() -> None:
    assert [d["meta"]["language"] for d in DOCUMENTS[:4]] == ["sw"] * 4
    first = DOCUMENTS[0]["text"]
    assert all(name in first for name in ("Neema Wanjala", "Kisumu", "Mkoko Media"))


def test_languages_are_mixed_in_small_blocks() -> None:
    languages = [d["meta"]["language"] for d in DOCUMENTS]
    assert not any(len(set(languages[i : i + 5])) == 1 for i in range(len(languages) - 4))


@every_document
def test_form(document: dict[str, Any]) -> None:
    text, meta = document["text"], document["meta"]
    assert set(document) == {"key", "text", "meta"}
    assert set(meta) == {"language", "title"}
    prefix, number = document["key"].split("-")
    assert PREFIXES[prefix] == meta["language"]
    assert number.isascii()
    assert number.isdigit()
    assert meta["title"].strip()
    assert text == text.strip() != ""
    assert len(text) < 400
    # Cc, Cf, Cs, Co, Cn: also no zero-width or bidi controls that an editor may have slipped in.
    assert not regex.search(r"\p{C}", text.replace("\n", ""))
    assert "  " not in text


@every_document
def test_text_survives_json(document: dict[str, Any]) -> None:
    text = document["text"]
    for ascii_only in (True, False):
        line = json.dumps(document, ensure_ascii=ascii_only).encode()
        assert [ord(c) for c in json.loads(line)["text"]] == [ord(c) for c in text]


def test_the_file_is_plain_utf_8_one_object_a_line() -> None:
    data = (DEMO / "documents.jsonl").read_bytes()
    assert b"\\u" not in data
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.endswith(b"}\n")
    assert data.count(b"\n") == len(DOCUMENTS)


def test_yoruba_is_in_both_normal_forms() -> None:
    yoruba = texts("yo")
    composed = [t for t in yoruba if unicodedata.is_normalized("NFC", t)]
    decomposed = [t for t in yoruba if unicodedata.is_normalized("NFD", t)]
    assert len(composed) + len(decomposed) == len(yoruba)
    assert abs(len(composed) - len(decomposed)) <= 2
    for text in yoruba:
        marks = set(unicodedata.normalize("NFD", text))
        assert {"\u0300", "\u0301", "\u0323"} <= marks, text


def test_fula_is_adlam_outside_the_bmp() -> None:
    for text in texts("ff-Adlm"):
        letters = [c for c in text if unicodedata.category(c)[0] in "LMN"]
        assert len(letters) > 50
        assert all(0x1E900 <= ord(c) <= 0x1E959 for c in letters), text
        assert len(regex.findall(r"\p{Lu}", text)) >= 2


@pytest.mark.parametrize(
    ("language", "pattern", "at_least"),
    [
        ("am", r"።", 10),
        ("am", r"፣", 3),
        ("am", r"\p{Ethiopic}፡\p{Ethiopic}", 2),
        ("ff-Adlm", r"⹁", 2),
        ("ff-Adlm", "\U0001e95e\\p{Lu}[^!]*!", 1),
        ("ff-Adlm", "\U0001e95f\\p{Lu}[^؟]*؟", 1),
        ("zu", r"\b\p{Ll}+\p{Lu}\p{Ll}", 4),
        ("ha", r"[ɓƁ]", 1),
        ("ha", r"[ɗƊ]", 2),
        ("ha", r"[ƙƘ]", 3),
        ("ha", r"[ƴƳ]", 1),
        ("sw", r"\p{Emoji_Presentation}", 1),
        ("sw", r"https://example\.org/", 1),
        ("sw", r"\n", 1),
        ("hmn", r"Yaj Nom Tub", 2),
    ],
)
def test_what_a_language_is_there_to_show(language: str, pattern: str, at_least: int) -> None:
    assert sum(bool(regex.search(pattern, t)) for t in texts(language)) >= at_least


def test_guidelines_fit_a_page_and_quote_the_demo() -> None:
    page = (DEMO / "guidelines.md").read_text(encoding="utf-8")
    lines = page.splitlines()
    assert len(lines) <= 40
    assert max(len(line) for line in lines) <= 76
    assert all(label in page for label in ("PER", "ORG", "LOC", "DATE"))
    everything = "\n".join(unicodedata.normalize("NFC", d["text"]) for d in DOCUMENTS)
    quoted = regex.findall(r"`([^`]+)`", page)
    assert len(quoted) > 15
    assert [q for q in quoted if unicodedata.normalize("NFC", q) not in everything] == []


def test_readme_says_where_the_texts_come_from() -> None:
    readme = (DEMO / "README.md").read_text(encoding="utf-8")
    for word in ("invented", "No speaker has reviewed", "Corrections are welcome", "MIT"):
        assert word in readme
    for prefix, language in PREFIXES.items():
        assert regex.search(rf"`{prefix}-`.*`{language}` \| {len(texts(language))} \|", readme), (
            language
        )


def test_no_sentence_is_from_a_corpus() -> None:
    sources = sorted(RAW.glob("*.jsonl"))
    if not sources:
        pytest.skip("needs ../shared/corpora/raw beside the checkout")
    corpus = "\n".join(
        folded(json.loads(line)["text"])
        for source in sources
        for line in source.read_text(encoding="utf-8").split("\n")
        if line
    )
    for document in DOCUMENTS:
        for sentence in regex.split(r"(?<=[.?!።])\s+", document["text"]):
            # "Dkt." and its like are split off too; they are no sentence.
            if len(sentence) > 20:
                assert folded(sentence) not in corpus, document["key"]
