"""Measures words that are learned: trained on all Hmong documents but one and scored on that one,
beside the base as it is, its syllables, and longest match with the words of the same documents.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from figures import Figure

from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records
from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.learned.file import restored_learned
from tonemark.tokenizers.learned.learning import GoldText, Lessons, Trial, learn, total
from tonemark.tokenizers.learned.segmenter import LearnedTokenizer
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tokenizers.score import Score, score

LANGUAGE = "hmn"
NEEDED = 0.952
SYLLABLES_A_SECOND = 30_000
ROUNDS = 5


def leave_one_out_report(corpora: Path, *, as_json: bool) -> int:
    """Run both measurements on a corpora folder and print them; 1 where a target is missed."""
    gold_path = corpora / "tokens" / "hmn_medical.jsonl"
    raw_folder = corpora / "hmong-ner" / "flat"
    report = leave_one_out(gold_path, raw_folder)
    report["speed"] = segmenter_speed(gold_path, raw_folder)
    figures = [
        Figure("F1, learned", report["learned"]["f1"], ">=", NEEDED),
        Figure("syllables a second", report["speed"]["new"], ">=", SYLLABLES_A_SECOND),
    ]
    report["figures"] = [figure.to_json() for figure in figures]
    if as_json:
        print(json.dumps(report))
    else:
        _tell(report)
        print(*(figure.line() for figure in figures), sep="\n")
    return int(not all(figure.holds for figure in figures))


def leave_one_out(gold_path: Path, raw_folder: Path) -> dict[str, Any]:
    """Precision, recall, F1 and sentence accuracy: micro, and F1 of each document; of what was
    learned from the others with and without the list of words that comes with the profile, and
    without raw text, and of the simpler ways."""
    gold, raw = gold_of(gold_path), raw_of(raw_folder)
    profile, syllables = load_tokenizer(LANGUAGE), load_tokenizer("hmn-syllables")
    start = time.perf_counter()
    trials = list(Lessons(gold, profile, raw, language=LANGUAGE).trials())
    seconds = time.perf_counter() - start
    without_list = list(Lessons(gold, syllables, raw, language=LANGUAGE).trials())
    without_raw = list(Lessons(gold, profile, language=LANGUAGE).trials())
    documents = list(dict.fromkeys(each.document for each in gold))
    matched = [_longest_match(gold, each, syllables) for each in documents]
    return {
        "learned": _figures(total(each.learned for each in trials)),
        "documents": _by_document(trials),
        "seconds": round(seconds, 2),
        "learned_without_list": _figures(total(each.learned for each in without_list)),
        "learned_without_raw": _figures(total(each.learned for each in without_raw)),
        "lexicon_match": _figures(total(matched)),
        "lexicon_match_documents": {
            name: round(each.f1, 4) for name, each in zip(documents, matched, strict=True)
        },
        "profile": _figures(total(each.untrained for each in trials)),
        "syllables": _figures(total(each.untrained for each in without_list)),
    }


def segmenter_speed(gold_path: Path, raw_folder: Path, rounds: int = ROUNDS) -> dict[str, int]:
    """Syllables a second over the raw text, cutting it into syllables included, one thread: medians
    over `rounds` of a tokenizer just loaded (`new`), and of its second pass (`again`), when it has
    met every pair of syllables; with the bytes of the file and the seconds to train and to load."""
    gold, raw = gold_of(gold_path), raw_of(raw_folder)
    start = time.perf_counter()
    data = learn(gold, load_tokenizer(LANGUAGE), raw, language=LANGUAGE).data
    trained = time.perf_counter() - start
    new, again, loading = [], [], []
    for _ in range(rounds):
        start = time.perf_counter()
        tokenizer = restored_learned(data, "hmn.words")
        loading.append(time.perf_counter() - start)
        new.append(_rate(tokenizer, raw))
        again.append(_rate(tokenizer, raw))
    return {
        "new": round(statistics.median(new)),
        "again": round(statistics.median(again)),
        "bytes": len(data),
        "training_ms": round(trained * 1000),
        "loading_ms": round(statistics.median(loading) * 1000),
    }


def _rate(tokenizer: LearnedTokenizer, texts: Sequence[str]) -> float:
    start = time.perf_counter()
    for text in texts:
        tokenizer.tokenize(text)
    taken = time.perf_counter() - start
    return sum(len(tokenizer.model.base.tokenize(text)) for text in texts) / taken


def gold_of(path: Path) -> list[GoldText]:
    """The sentences of a gold file; what stands before the last full stop of an id is their
    document."""
    records = read_records(path, format="jsonl", options=ReadOptions())
    return [
        GoldText(each.text, each.tokens or (), str(each.key).rpartition(".")[0]) for each in records
    ]


def raw_of(folder: Path) -> list[str]:
    """The sentences of a folder of CoNLL columns, their tokens parted by spaces."""
    texts: list[str] = []
    for path in sorted(folder.glob("*.conll")):
        for block in path.read_text("utf-8").split("\n\n"):
            if words := [line.split(" ")[0] for line in block.splitlines()]:
                texts.append(" ".join(words))
    return texts


def _longest_match(gold: list[GoldText], document: str, base: Tokenizer) -> Score:
    """The score on one document of longest match with the words of several syllables of all
    others, from the left (corpora's README, "lexicon match")."""
    words = set()
    for each in gold:
        if each.document != document:
            for start, end in each.tokens:
                pieces = base.tokenize(each.text[start:end])
                if len(pieces) > 1:
                    words.add(tuple(_folded(each.text[start:end], pieces)))
    matcher = _LongestMatch(words, base)
    return score(
        [(each.text, list(each.tokens)) for each in gold if each.document == document], matcher
    )


class _LongestMatch:
    name = "longest match"
    version = "1"

    def __init__(self, words: set[tuple[str, ...]], base: Tokenizer) -> None:
        self.words = words
        self.base = base
        self.longest = max(map(len, words), default=1)

    def tokenize(self, text: str) -> list[Token]:
        tokens = self.base.tokenize(text)
        folded = _folded(text, tokens)
        found, at = [], 0
        while at < len(tokens):
            sizes = range(min(self.longest, len(tokens) - at), 1, -1)
            size = next((n for n in sizes if tuple(folded[at : at + n]) in self.words), 1)
            found.append(Token(tokens[at].start, tokens[at + size - 1].end))
            at += size
        return found


def _folded(text: str, tokens: Iterable[Token]) -> list[str]:
    return [text[start:end].lower() for start, end in tokens]


def _by_document(trials: Iterable[Trial]) -> dict[str, dict[str, float]]:
    return {" ".join(each.documents): _figures(each.learned) for each in trials}


def _figures(found: Score) -> dict[str, float]:
    return {
        "precision": round(found.precision, 4),
        "recall": round(found.recall, 4),
        "f1": round(found.f1, 4),
        "sentence_accuracy": round(found.sentence_accuracy, 4),
    }


def _tell(report: dict[str, Any]) -> None:
    print("Hmong words, learned from all documents but one (micro over the documents)")
    rows = [(f"document {name}", each) for name, each in report["documents"].items()]
    names = (
        ("learned", "learned"),
        ("without the list", "learned_without_list"),
        ("without raw text", "learned_without_raw"),
        ("lexicon match", "lexicon_match"),
        ("the profile as it is", "profile"),
        ("syllables", "syllables"),
    )
    rows += [(name, report[key]) for name, key in names]
    print(f"{'':<24}precision  recall    F1     sentences right")
    for name, each in rows:
        print(
            f"  {name:<22}{each['precision']:.4f}     {each['recall']:.4f}    {each['f1']:.4f}"
            f" {each['sentence_accuracy']:>8.1%}"
        )
    print(f"  trained and tried {len(report['documents'])} times in {report['seconds']} s")
    print(f"  {report['speed']}")
