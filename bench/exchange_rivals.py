"""What each format of the exchange is timed beside: the library or the plain loop that somebody
would use who has the rows and wants the file, or the other way round.

A rival checks nothing, keeps nothing of answers and annotators, and reads no sidecar.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from exchange_sides import Row

Write = Callable[[Iterable[Row], Path], int]
"""Rows into a file, or a folder; how many."""

Read = Callable[[Path], int]


class Rival(NamedTuple):
    """How it is called, and what loads its writer and its reader (a folder for its cache given):
    loading is not timed."""

    name: str
    writes: Callable[[Path], Write]
    reads: Callable[[Path], Read]


def _task(row: Row) -> dict[str, Any]:
    key, text, tokens, spans = row
    return {
        "key": key,
        "text": text,
        "tokens": [
            {"text": text[start:end], "start": start, "end": end, "id": at}
            for at, (start, end) in enumerate(tokens)
        ],
        "spans": _marked(spans),
    }


def _marked(spans: Iterable[tuple[int, int, str]]) -> list[dict[str, Any]]:
    return [{"start": start, "end": end, "label": label} for start, end, label in spans]


def _counted(items: Iterable[Any], each: Callable[[Any], object]) -> int:
    count = 0
    for item in items:
        each(item)
        count += 1
    return count


def _srsly_lines(made: Callable[[Row], Any]) -> tuple[Callable[[Path], Write], Any]:
    import srsly

    def write(rows: Iterable[Row], path: Path) -> int:
        with path.open("w", encoding="utf-8") as stream:
            return _counted(rows, lambda row: stream.write(f"{srsly.json_dumps(made(row))}\n"))

    return lambda folder: write, lambda folder: lambda path: _counted(srsly.read_jsonl(path), id)


def _json_list(made: Callable[[Row], Any]) -> tuple[Callable[[Path], Write], Any]:
    def write(rows: Iterable[Row], path: Path) -> int:
        with path.open("w", encoding="utf-8") as stream:
            items = [made(row) for row in rows]
            json.dump(items, stream, ensure_ascii=False)
        return len(items)

    def read(path: Path) -> int:
        with path.open(encoding="utf-8") as stream:
            return len(json.load(stream))

    return lambda folder: write, lambda folder: read


def _label_studio(row: Row) -> dict[str, Any]:
    key, text, _, spans = row
    result = [
        {
            "id": f"{start}-{end}",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": start, "end": end, "text": text[start:end], "labels": [label]},
        }
        for start, end, label in spans
    ]
    return {"data": {"text": text, "key": key}, "annotations": [{"result": result}]}


def _min(row: Row) -> dict[str, Any]:
    key, text, _, spans = row
    label = [
        {"start": start, "end": end, "text": text[start:end], "labels": [name]}
        for start, end, name in spans
    ]
    return {"key": key, "text": text, "label": label}


def _doccano(row: Row) -> dict[str, Any]:
    key, text, _, spans = row
    return {"id": key, "text": text, "label": [list(span) for span in spans]}


def _docbin(folder: Path) -> Write:
    import spacy
    from spacy.tokens import Doc, DocBin

    vocab = spacy.blank("xx").vocab

    def write(rows: Iterable[Row], path: Path) -> int:
        packed = DocBin(attrs=["ENT_IOB", "ENT_TYPE", "SPACY"])
        for _, text, tokens, spans in rows:
            words = [text[start:end] for start, end in tokens]
            spaces = [text[end : end + 1] == " " for _, end in tokens]
            doc = Doc(vocab, words, spaces)
            found = (doc.char_span(start, end, label) for start, end, label in spans)
            doc.ents = [each for each in found if each]
            packed.add(doc)
        packed.to_disk(path)
        return len(packed)

    return write


def _docbin_read(folder: Path) -> Read:
    import spacy
    from spacy.tokens import DocBin

    vocab = spacy.blank("xx").vocab
    return lambda path: _counted(
        DocBin().from_disk(path).get_docs(vocab),
        lambda doc: [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents],
    )


def _tagged(row: Row) -> Iterator[tuple[str, str]]:
    """Words with their tags in IOB2."""
    _, text, tokens, spans = row
    begins = {start: label for start, _, label in spans}
    inside = [(start, end, label) for start, end, label in spans]
    for start, end in tokens:
        tag = f"B-{begins[start]}" if start in begins else "O"
        if tag == "O":
            tag = next((f"I-{label}" for s, e, label in inside if s < start and end <= e), "O")
        yield text[start:end], tag


def _columns(folder: Path) -> Write:
    def write(rows: Iterable[Row], path: Path) -> int:
        with path.open("w", encoding="utf-8") as stream:
            return _counted(
                rows,
                lambda row: stream.write(
                    "".join(f"{word}\t{tag}\n" for word, tag in _tagged(row)) + "\n"
                ),
            )

    return write


def _columns_read(folder: Path) -> Read:
    def read(path: Path) -> int:
        count = 0
        words: list[list[str]] = []
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                if line == "\n":
                    count += bool(words)
                    words = []
                else:
                    words.append(line.rstrip("\n").split("\t"))
        return count

    return read


def _conllu(folder: Path) -> Write:
    from conllu.models import Metadata, Token, TokenList

    def write(rows: Iterable[Row], path: Path) -> int:
        with path.open("w", encoding="utf-8") as stream:

            def put(row: Row) -> None:
                items = [
                    Token(id=at, form=word, lemma="_", upos="_", xpos=None, feats=None, head=None,
                          deprel="_", deps=None, misc={"NE": tag})
                    for at, (word, tag) in enumerate(_tagged(row), 1)
                ]  # fmt: skip
                about = Metadata({"sent_id": row[0], "text": row[1]})
                stream.write(TokenList(items, about).serialize())

            return _counted(rows, put)

    return write


def _conllu_read(folder: Path) -> Read:
    import conllu

    def read(path: Path) -> int:
        with path.open(encoding="utf-8") as stream:
            return _counted(conllu.parse_incr(stream), id)

    return read


def _brat(folder: Path) -> Write:
    def write(rows: Iterable[Row], path: Path) -> int:
        path.mkdir()

        def put(row: Row) -> None:
            key, text, _, spans = row
            (path / f"{key}.txt").write_text(text, encoding="utf-8")
            lines = (
                f"T{at}\t{label} {start} {end}\t{text[start:end]}\n"
                for at, (start, end, label) in enumerate(spans, 1)
            )
            (path / f"{key}.ann").write_text("".join(lines), encoding="utf-8")

        return _counted(rows, put)

    return write


def _brat_read(folder: Path) -> Read:
    def parsed(path: Path) -> list[list[str]]:
        path.with_suffix(".txt").read_text(encoding="utf-8")
        return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]

    return lambda path: _counted(sorted(path.glob("*.ann")), parsed)


def _tables(delimiter: str) -> tuple[Callable[[Path], Write], Callable[[Path], Read]]:
    def write(rows: Iterable[Row], path: Path) -> int:
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream, delimiter=delimiter)
            return _counted(
                rows, lambda row: table.writerow((row[0], row[1], json.dumps(_marked(row[3]))))
            )

    def read(path: Path) -> int:
        with path.open(encoding="utf-8", newline="") as stream:
            return _counted(csv.reader(stream, delimiter=delimiter), lambda row: json.loads(row[2]))

    return lambda folder: write, lambda folder: read


def _offline(folder: Path) -> None:
    """No network, and no cache but in the folder."""
    os.environ |= {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    os.environ["HF_HOME"] = str(folder / "hf-home")


def _datasets(folder: Path) -> Write:
    _offline(folder)
    from datasets import Dataset

    def write(rows: Iterable[Row], path: Path) -> int:
        items = []
        for row in rows:
            words, tags = zip(*_tagged(row), strict=True)
            items.append({"id": row[0], "text": row[1], "tokens": words, "ner_tags": tags})
        Dataset.from_list(items).to_json(path / "data" / "train.jsonl", force_ascii=False)
        return len(items)

    return write


def _datasets_read(folder: Path) -> Read:
    _offline(folder)
    from datasets import load_dataset

    return lambda path: _counted(load_dataset(str(path), split="train"), id)


RIVALS = {
    "jsonl": Rival("srsly", *_srsly_lines(_task)),
    "spacy": Rival("spaCy's DocBin by hand", _docbin, _docbin_read),
    "csv": Rival("csv and json", *_tables(",")),
    "tsv": Rival("csv and json", *_tables("\t")),
    "conll2003": Rival("str.split", _columns, _columns_read),
    "conll": Rival("str.split", _columns, _columns_read),
    "conllu": Rival("conllu", _conllu, _conllu_read),
    "label-studio": Rival("json", *_json_list(_label_studio)),
    "label-studio-min": Rival("json", *_json_list(_min)),
    "doccano": Rival("srsly", *_srsly_lines(_doccano)),
    "brat": Rival("files by hand", _brat, _brat_read),
    "hf": Rival("datasets", _datasets, _datasets_read),
}
"""By the name of the format: every one that can be written has one."""
