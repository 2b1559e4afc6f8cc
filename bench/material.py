"""The project that a bench plays: gold sentences without their labels, raw text after them, and how
what comes out is compared with the gold.

Everything goes in and out by the program's own commands, and none of its stores is opened. What is
imported: the reader of CoNLL, for the gold; the project file, for its keys; and the rule by which
`add` counts words, since the hints follow from the counts.
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

from tonemark.cli.adding import sampled
from tonemark.corpus.documents import Document
from tonemark.corpus.project import Project, add_label, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.tokens import sentence_rules_with
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records
from tonemark.patterns.candidates import WordCount, count_words
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Tokenizer

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


def read_raw(path: Path) -> list[Record]:
    """The texts of a file in any format, without ids: none can be taken for a gold sentence."""
    given = read_records(path, format=None, options=ReadOptions())
    texts = (item for item in given if isinstance(item, Record))
    return [Record(item.number, item.line, item.text, tokens=item.tokens) for item in texts]


def make_project(
    folder: Path,
    corpus: Corpus,
    environment: Mapping[str, str],
    *,
    language: str,
    page: int = 1,
    raw: Sequence[Record] = (),
    suggesting: bool = False,
    learning: bool = False,
    gazetteer: Path | None = None,
) -> Project:
    """A project as `new` and `add` make it: the gold texts first, then the texts of `raw`.

    Unless it is `suggesting`, every document is blind, and unless it is `learning`, there is no
    learner; with a `gazetteer` it begins with that.
    """
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
        _set(target, "overlapping = false", "overlapping = true ")
    if not suggesting:
        _set(target, "blind = 0.0", "blind = 1.0")
    if not learning:
        _set(target, "learner = true ", "learner = false")
    _write_texts(folder / "gold.jsonl", corpus.records)
    tonemark(environment, "add", target, folder / "gold.jsonl")
    if raw:
        _write_texts(folder / "raw.jsonl", raw)
        tonemark(environment, "add", target, folder / "raw.jsonl")
    if gazetteer:
        tonemark(environment, "gazetteer", "add", target, gazetteer, "--json", refusing=True)
    return read_project(target)


def _set(project: Path, before: str, after: str) -> None:
    """Change a line of the project file."""
    file = project / "project.toml"
    text = file.read_text("utf-8")
    if before not in text:
        raise TonemarkError(f"project.toml does not say {before}")
    file.write_text(text.replace(before, after), "utf-8")


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
    home.mkdir(exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "TEXTUAL"))}
    return {**kept, "HOME": str(home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def tonemark(
    environment: Mapping[str, str], *arguments: Path | str, refusing: bool = False
) -> None:
    """Run a command of the program; raises TonemarkError with what it said where it fails.

    With `refusing` it may refuse some of what it was given, if it says what it took, as JSON.
    """
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)], env=environment, capture_output=True, text=True
    )
    if done.returncode and not (refusing and done.stdout.startswith("{")):
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise TonemarkError(f"tonemark {arguments[0]} failed ({done.returncode}): {said}")


def gold_pages(corpus: Corpus, wanted: int, size: int) -> list[list[Document]]:
    """The pages of `size` documents that hold the first `wanted` ones, as the program opens them:
    in the order of the file, beginning with document 1."""
    documents = [
        Document(number, str(record.key), record.text, tokens=record.tokens)
        for number, record in enumerate(corpus.records, 1)
    ]
    return [documents[at : at + size] for at in range(0, wanted, size)]


def word_counts(texts: Sequence[Record], tokenizer: Tokenizer) -> dict[str, WordCount]:
    """The counts of all words, by the rule of `tonemark add`: of an evenly spaced sample of the
    project's texts. Where they differ from the program's own, its hints are not those expected."""
    documents = (
        (record.text, tokenizer.tokenize(record.text) if record.tokens is None else record.tokens)
        for record in map(texts.__getitem__, sampled(len(texts)))
    )
    return count_words(documents, sentence_rules_with(tokenizer))


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
