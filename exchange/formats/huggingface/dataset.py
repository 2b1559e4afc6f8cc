"""Hugging Face's `datasets`: a folder that load_dataset opens, tokens and tags in IOB2.

`data/NAME.jsonl` holds a split, an object a line: id, tokens, ner_tags (null of a document that is
not done), starts (code points) and text, in this order: by its first bytes such a file is known.
README.md is the data set's card, whose head names splits, columns and tags. Format:
huggingface.co/docs/datasets/repository_structure; tags stand as words, and `datasets` makes its
numbers of them (class_label). The card is read line by line and never as YAML, whose aliases may
grow without bound.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any

import regex

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Given, ReadOptions, WriteOptions
from tonemark.exchange.checks import checked_key, checked_text, one_name, token_warnings
from tonemark.exchange.folders import LEADS_OUT, leads_out
from tonemark.exchange.formats.huggingface.card import TAGS, card, named_tags, paths_of, read_card
from tonemark.exchange.json_records import json_records
from tonemark.exchange.names import file_name
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.tagging import is_tag, pieces, spans_of, tags_of
from tonemark.files import open_regular
from tonemark.json_lines import json_object
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.tokenizers.base import Token

_SPLIT = regex.compile(r"[^\p{L}\p{N}_.]+|^\.+|\.+$|\.(?=\.)")
"""What the name of a split may not have (datasets.splits): to the standard re no mark is a \\w."""

_FIRST = {"train": 0, "validation": 1, "valid": 1, "dev": 1, "test": 2}
_FIRST_LINE = 1 << 20
"""Bytes of a file in a folder that are looked at: others write the text before the tokens."""

_STORED = (".parquet", ".arrow")
_LINES = (".jsonl", ".json", ".ndjson")


def write_folder(rows: Iterable[ExportRow], folder: Path, options: WriteOptions) -> Iterator[int]:
    """Write a split, that of `options.part` (train without one), into a folder that is empty or
    holds others written here; the card then names them all.

    A split without documents is left out: `datasets` loads none. Raises KeyError where a span does
    not lie on the pieces of its text.
    """
    before = read_card(folder / "README.md")
    labels = dict.fromkeys(each.name for each in options.labels)
    labels |= dict.fromkeys(tag[2:] for tag in named_tags(before) if tag != "O")
    paths = paths_of(before)
    split = _split(options.part)
    stem, number = split, 1
    while split in paths.values():
        number += 1
        split = f"{stem}_{number}"
    name = f"data/{file_name(split)}.jsonl"
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    count = 0
    with path.open("wb") as stream:
        for row in rows:
            labels |= dict.fromkeys(span.label for span in row.spans)
            line = json.dumps(_example(row), ensure_ascii=False, allow_nan=False)
            stream.write(line.encode() + b"\n")
            count += 1
            yield 1
    if count:
        paths[name] = split
    else:
        path.unlink()
    if paths:
        text = card(options, paths, list(labels))
        (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")


def _split(part: str) -> str:
    return _SPLIT.sub("_", part) or "train"


def _example(row: ExportRow) -> dict[str, Any]:
    placed = pieces(row.text, row.tokens or ())
    return {
        "id": row.key,
        "tokens": [row.text[start:end] for start, end in placed],
        "ner_tags": tags_of(placed, row.spans) if row.answer else None,
        "starts": [start for start, _ in placed],
        "text": row.text,
    }


def read_folder(folder: Path, options: ReadOptions) -> Iterator[Given]:
    """The documents of all splits, in the order of the card, else train first.

    Tags are words, or numbers whose words stand in the card, in dataset_info.json or
    dataset_infos.json. Links that lead out of the folder are refused, as in a folder of brat's.
    Raises TonemarkError where the folder holds Parquet or Arrow files alone, or nothing.
    """
    one_name(options, _HOLDS, _REMEDY)
    files = _files(folder)
    if not files:
        stored = next((each for each in sorted(folder.rglob("*")) if each.suffix in _STORED), None)
        if stored is not None:
            raise TonemarkError(
                f"{options.source or folder} holds {stored.suffix[1:]} files, which are not read "
                "here.",
                'Write it with datasets: load_dataset(...)["train"].to_json("train.jsonl").',
            )
        raise TonemarkError(
            f"{options.source or folder} holds no .jsonl file with tokens and tags.",
            "Name the folder that load_dataset opens.",
        )
    names = _names(folder)
    root = os.path.realpath(folder)
    number = 0
    for path in files:
        name = path.relative_to(folder)
        if leads_out(root, path):
            number += 1
            yield Refusal(1, f"{name}: {LEADS_OUT}")
            continue
        try:
            stream = open_regular(path)
        except OSError as error:
            raise TonemarkError(f"{path} cannot be read: {error.strerror or error}.") from None
        with stream:
            for each in _read(stream, options, names):
                number += 1
                if isinstance(each, Refusal):
                    yield Refusal(each.line, f"{name}: {each.reason}")
                else:
                    yield each._replace(number=number)


def read_file(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """The documents of one such file, whose tags are words.

    Raises TonemarkError where the file is UTF-16, or more than one annotator is named.
    """
    one_name(options, _HOLDS, _REMEDY)
    return _read(stream, options, ())


_HOLDS = "a data set holds one tag a token"
_REMEDY = "Add each with the one name whose tags it holds."


def _files(folder: Path) -> list[Path]:
    """The data files of a folder, in order: those that the card names, whatever is in them, those
    that look like it, and links that lead out, of which nothing is looked at."""
    told = [folder / path for path in paths_of(_card(folder))]
    order = {path: at for at, path in enumerate(told)}
    root = os.path.realpath(folder)
    there = [
        path
        for place in (folder, folder / "data")
        if place.is_dir()
        for path in place.iterdir()
        if path.suffix.lower() in _LINES
        and path.is_file()
        and (path in order or leads_out(root, path) or _is_data(path))
    ]
    return sorted(
        there, key=lambda path: (order.get(path, len(order)), _FIRST.get(path.stem, 3), path.name)
    )


def _is_data(path: Path) -> bool:
    try:
        with open_regular(path) as stream:
            return is_tagged(stream.read(_FIRST_LINE))
    except OSError:
        return False


def _card(folder: Path) -> str:
    """The text of the card; empty where there is none in the folder itself."""
    path = folder / "README.md"
    return "" if leads_out(os.path.realpath(folder), path) else read_card(path)


def _names(folder: Path) -> tuple[str, ...]:
    """The words of numbered tags, if anything tells them."""
    told = named_tags(_card(folder))
    beside = (folder / "dataset_info.json", folder / "dataset_infos.json")
    root = os.path.realpath(folder)
    for path in (*beside, *sorted(folder.glob("*/dataset_info.json"))):
        if not told and not leads_out(root, path):
            told = tuple(_named_in_json(read_card(path)))
    return told


def _named_in_json(text: str) -> Sequence[str]:
    """The words of tags in what `datasets` writes of a data set."""
    try:
        data = json_object(" ".join(text.split("\n"))) if text else {}
    except Refused:
        return ()
    for each in (data, *(value for value in data.values() if isinstance(value, dict))):
        features = each.get("features")
        for column in TAGS:
            found = features.get(column) if isinstance(features, dict) else None
            inner = found.get("feature") if isinstance(found, dict) else None
            names = inner.get("names") if isinstance(inner, dict) else None
            if isinstance(names, list) and all(isinstance(name, str) for name in names):
                return names
    return ()


def _read(stream: IO[bytes], options: ReadOptions, names: Sequence[str]) -> Iterator[Given]:
    return json_records(stream, options, partial(_record, options, names))


def _record(
    options: ReadOptions, names: Sequence[str], given: dict[str, Any], number: int, line: int
) -> Record:
    tokens = _strings(given.get("tokens"))
    if given.get("text") is None:
        text = checked_text(" ".join(tokens))
        places = _joined(tokens)
    else:
        text = checked_text(given["text"])
        places = _placed(text, tokens, given.get("starts"))
    kept = tuple(place for place in places if not text[place.start : place.end].isspace())
    annotations: tuple[GivenAnnotation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    column = next((each for each in TAGS if each in given), None)
    if column is None:
        raise Refused(f"no column of tags: {', '.join(TAGS)}")
    if given[column] is not None:
        tags = _tags(given[column], column, len(tokens), names)
        spans = spans_of(tags, places, options.origin)
        if options.annotators:
            annotations = (GivenAnnotation(options.annotators[0], "accept", tuple(spans)),)
        else:
            suggestions = tuple(Suggestion(s.start, s.end, s.label, s.sources) for s in spans)
    return Record(
        number,
        line,
        text,
        checked_key(given.get("id"), "id"),
        tokens=kept,
        suggestions=suggestions,
        annotations=annotations,
        warnings=token_warnings(text, kept),
    )


def _strings(given: Any) -> list[str]:
    if not isinstance(given, list):
        raise Refused(f'"tokens" is {quoted(given)}, not a list')
    for at, token in enumerate(given):
        if not isinstance(token, str) or not token:
            raise Refused(f"token {at} is {quoted(token)}, not a string with something in it")
    return given


def _joined(tokens: Sequence[str]) -> list[Token]:
    places = []
    start = 0
    for token in tokens:
        places.append(Token(start, start + len(token)))
        start += len(token) + 1
    return places


def _placed(text: str, tokens: Sequence[str], starts: Any) -> list[Token]:
    """Where the tokens stand in the text: where they are said to, else one after another."""
    if starts is not None and (not isinstance(starts, list) or len(starts) != len(tokens)):
        raise Refused(f'"starts" is {quoted(starts)}, not a list of {len(tokens)} numbers')
    places = []
    reached = 0
    for at, token in enumerate(tokens):
        start = text.find(token, reached) if starts is None else starts[at]
        if starts is None and (start < 0 or text[reached:start].strip()):
            raise Refused(f"token {at}, {quoted(token)}, does not come next in the text")
        if type(start) is not int or not reached <= start <= len(text):
            raise Refused(
                f"token {at}, {quoted(token)}, is said to begin at {quoted(start)}: that is before "
                f"the one ahead of it ends, or past the text, which has {len(text)} characters"
            )
        if not text.startswith(token, start):
            raise Refused(
                f"token {at} is said to be {quoted(token)}, but "
                f"{quoted(text[start : start + len(token)])} stands at {start}; offsets must count "
                "code points"
            )
        reached = start + len(token)
        places.append(Token(start, reached))
    return places


def _tags(given: Any, column: str, count: int, names: Sequence[str]) -> list[str]:
    if not isinstance(given, list):
        raise Refused(f'"{column}" is {quoted(given)}, not a list')
    if len(given) != count:
        raise Refused(f"{len(given)} tags for {count} tokens")
    tags = []
    for at, tag in enumerate(given):
        if type(tag) is int:
            if not names:
                raise Refused(
                    f"the tags of {column} are numbers, and no README.md or dataset_info.json "
                    "beside them says which words they are: write them as words"
                )
            if not 0 <= tag < len(names):
                raise Refused(f"tag {at} is {quoted(tag)}, but there are names for {len(names)}")
            tag = names[tag]
        if not isinstance(tag, str) or not is_tag(tag):
            raise Refused(f"tag {at} is {quoted(tag)}, not one such as O or B-PER")
        tags.append(tag)
    return tags


_TAGGED = regex.compile(rf'"(?:{"|".join(TAGS)})"\s*:\s*(?:\[\s*(?:\d|"|\])|null)')
_TOKENS = regex.compile(r'"tokens"\s*:\s*\[\s*(?:"|\])')


def is_tagged(head: bytes) -> bool:
    """Whether a file that begins so holds tokens and tags, an object a line. Where the first line
    goes on behind `head`, one of the two is enough: the other may stand there."""
    first, ended, _ = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    line = first.decode("utf-8", "replace")
    if not line.startswith("{"):
        return False
    found = bool(_TOKENS.search(line)), bool(_TAGGED.search(line))
    return all(found) if ended or line.rstrip().endswith("}") else any(found)


def is_dataset(folder: Path) -> bool:
    """Whether a folder is a data set of tokens and tags."""
    root = os.path.realpath(folder)
    if any(not leads_out(root, path) for path in _files(folder)):
        return True
    return any(
        each.suffix in _STORED
        for place in (folder, folder / "data")
        if place.is_dir()
        for each in place.iterdir()
    )


FORMAT = Format(
    "hf",
    "Hugging Face datasets, tokens and tags, for load_dataset",
    _LINES,
    read_file,
    read_folder=read_folder,
    write_folder=write_folder,
    recognises=is_tagged,
    recognises_folder=is_dataset,
    unit="tokens",
    on_tokens=True,
    overlaps=False,
    parts=True,
    holds=frozenset(("text", "keys")),
    cannot=("suggestions", "the names of splits, when read"),
)
