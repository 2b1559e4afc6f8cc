"""The project that a bench plays: gold sentences without their labels, raw text after them, and how
what comes out is compared with the gold.

Everything goes in and out by the program's own commands.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tonemark.corpus.documents import Document
from tonemark.corpus.project import Project, add_label, read_project
from tonemark.corpus.records import Record, Refusal
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records
from tonemark.patterns.candidates import WordCount, fold_word

PROGRAM = (sys.executable, "-m", "tonemark")


class Stretch(NamedTuple):
    """A span as it is compared: code points, label."""

    start: int
    end: int
    label: str


@dataclass(slots=True)
class Corpus:
    """The gold documents with their spans, by key, and the labels, the commonest first."""

    records: list[Record] = field(default_factory=list)
    gold: dict[str, set[Stretch]] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def read_gold(path: Path) -> Corpus:
    """The sentences of a CoNLL file, each under a key of its own, and their spans."""
    corpus = Corpus()
    labels: Counter[str] = Counter()
    for item in read_records(path, format="conll", options=ReadOptions()):
        if isinstance(item, Refusal):
            corpus.refused.append(item)
            continue
        key = f"gold-{item.number}"
        corpus.records.append(Record(item.number, item.line, item.text, key, tokens=item.tokens))
        spans = {Stretch(s.start, s.end, s.label) for s in item.suggestions}
        corpus.gold[key] = spans
        labels.update(span.label for span in spans)
    corpus.labels = [label for label, _ in labels.most_common()] or ["NAME"]
    return corpus


def make_project(
    folder: Path,
    corpus: Corpus,
    environment: Mapping[str, str],
    *,
    language: str,
    page: int = 1,
    raw: Path | None = None,
) -> Project:
    """A project as `new` and `add` make it: the gold texts first, then those of the file `raw`."""
    target = folder / "keys"
    plain = [label for label in corpus.labels if "," not in label]
    names = ",".join(plain) or "NAME"
    tonemark(
        environment, "new", target, "--lang", language, "--labels", names, "--page",
        str(page),
    )  # fmt: skip
    for label in corpus.labels:
        if label not in plain:
            add_label(target, label)
    if any(overlap(spans) for spans in corpus.gold.values()):
        file = target / "project.toml"
        text = file.read_text("utf-8").replace("overlapping = false", "overlapping = true ")
        file.write_text(text, "utf-8")
    _write_texts(folder / "gold.jsonl", corpus.records)
    tonemark(environment, "add", target, folder / "gold.jsonl")
    if raw:
        given = read_records(raw, format=None, options=ReadOptions())
        _write_texts(folder / "raw.jsonl", (item for item in given if isinstance(item, Record)))
        tonemark(environment, "add", target, folder / "raw.jsonl")
    return read_project(target)


def overlap(spans: Iterable[Stretch]) -> bool:
    """Whether any two of the spans share a code point."""
    behind = 0
    for span in sorted(spans):
        if span.start < behind:
            return True
        behind = max(behind, span.end)
    return False


def _write_texts(path: Path, records: Iterable[Record]) -> None:
    """Texts and their tokens, as JSON Lines, without any span."""
    with path.open("w", encoding="utf-8") as stream:
        for record in records:
            item: dict[str, Any] = {"text": record.text}
            if record.key is not None:
                item["key"] = record.key
            if record.tokens is not None:
                item["tokens"] = [{"start": start, "end": end} for start, end in record.tokens]
            stream.write(json.dumps(item, ensure_ascii=False) + "\n")


def environment_in(folder: Path) -> dict[str, str]:
    """That of a user who has configured nothing and opened nothing before."""
    home = folder / "home"
    home.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "TEXTUAL"))}
    return {**kept, "HOME": str(home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def tonemark(environment: Mapping[str, str], *arguments: Path | str) -> None:
    """Run a command of the program; raises TonemarkError with what it said where it fails."""
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise TonemarkError(f"tonemark {arguments[0]} failed ({done.returncode}): {said}")


def read_pages(project: Project, wanted: int) -> tuple[list[list[Document]], dict[str, WordCount]]:
    """The pages that hold the first `wanted` documents, and the counts of all their words.

    Read before the program starts; it opens the same pages, in the order of the numbers.
    """
    store = Store(project.folder / STORE_FILE)
    try:
        last = -(-wanted // project.page) * project.page
        documents = list(store.documents(range(1, min(last, store.document_count()) + 1)))
        words = {
            fold_word(document.text[start:end])
            for document in documents
            for start, end in document.tokens or ()
        }
        counts = {word: WordCount(*n) for word, n in store.words(words).items()}
    finally:
        store.close()
    step = project.page
    return [documents[at : at + step] for at in range(0, len(documents), step)], counts


def compare(played: Sequence[Record], gold: dict[str, set[Stretch]], exported: Path) -> list[str]:
    """A line of words for each document whose text, answer or spans are not those of the gold."""
    found = {item["key"]: item for item in _read_lines(exported)}
    faults = []
    for record in played:
        key = str(record.key)
        item = found.get(key)
        if item is None or item.get("answer") != "accept":
            faults.append(f"{key}: not answered")
            continue
        if item["text"] != record.text:
            faults.append(f"{key}: the text was changed")
            continue
        spans = {Stretch(s["start"], s["end"], s["label"]) for s in item["spans"]}
        if spans != gold[key] or len(item["spans"]) != len(spans):
            missing, more = sorted(gold[key] - spans), sorted(spans - gold[key])
            faults.append(f"{key}: missing {missing}, too many {more}")
    return faults


def _read_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)
