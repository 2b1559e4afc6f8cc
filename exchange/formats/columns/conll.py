"""CoNLL columns: a token a line, its tags after it, a blank line after each sentence.

Which columns hold tags is decided in `layout.py`; the rows of CoNLL-2003 are these, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, NamedTuple

from tonemark.corpus.records import TEXT_LIMIT, GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Given, Misfit, ReadOptions, WriteOptions
from tonemark.exchange.checks import checked_text, token_warnings
from tonemark.exchange.formats.columns.layout import (
    CELLS,
    COMMENT,
    LINE_SIZE,
    NO_ANSWER,
    Layout,
    TextLine,
    first_of,
    is_docstart,
    is_tagged,
    layout_of,
    note_on,
)
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.tagging import (
    cut_of,
    is_tag,
    pieces,
    sentences_of,
    spans_of,
    tags_of,
)
from tonemark.lines import text_lines
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.tokenizers.base import Token


def read_conll(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A sentence a record: its text is its tokens joined by one space, and they are kept.

    Columns are separated by tabs where every one of the first lines has one, else by runs of
    spaces and tabs. BIO, IOB1, IOB2, BIOES, BMEWO and BILOU are read by one rule, that of
    conlleval: a tag that continues nothing opens a span. With `annotators` each tag column is the
    accept of one of them, from left to right (columns of one name are put together); without,
    all are suggestions. A column that is `_` all through a sentence is no answer to it. A sentence
    with a bad line is refused whole.

    Raises TonemarkError where the file is UTF-16 or CoNLL-U, or where the number of annotators is
    not that of the tag columns.
    """
    layout, _, sentences = _laid_out(stream, options)
    note = note_on(layout, len(options.annotators))
    return _records(sentences, layout, options, note)


def read_with_header(
    stream: IO[bytes], options: ReadOptions
) -> tuple[str, Iterator[Record | Refusal]]:
    """The first line of a file, and its records as `read_conll` has them, but for the note on its
    columns."""
    layout, header, sentences = _laid_out(stream, options)
    return header, _records(sentences, layout, options, "")


def _records(
    sentences: Iterable[_Sentence], layout: Layout, options: ReadOptions, note: str
) -> Iterator[Record | Refusal]:
    for number, sentence in enumerate(sentences, start=1):
        try:
            record = _record(sentence, number, layout, options)
        except Refused as refused:
            yield sentence.refusal or Refusal(sentence.line, str(refused))
            continue
        yield record._replace(warnings=(note, *record.warnings)) if note else record
        note = ""


class TaggedSentence(NamedTuple):
    """A sentence with its tag columns, from left to right: the tags of each as they stand, one a
    token, and the spans that conlleval reads there. `line` is where it begins, from 1."""

    line: int
    text: str
    tokens: tuple[Token, ...]
    tags: tuple[tuple[str, ...], ...]
    spans: tuple[tuple[Span, ...], ...]


def read_tags(
    stream: IO[bytes], options: ReadOptions
) -> tuple[int, Iterator[TaggedSentence | Refusal]]:
    """How many tag columns a file has, and its sentences, column by column.

    Reads, refuses and raises as `read_conll` does; a sentence to which not all have an answer is
    refused: it says nothing of their agreement.
    """
    layout, _, sentences = _laid_out(stream, options)

    def read() -> Iterator[TaggedSentence | Refusal]:
        for sentence in sentences:
            try:
                yield _tagged(sentence, layout, options.origin)
            except Refused as refused:
                yield sentence.refusal or Refusal(sentence.line, str(refused))

    return len(layout.tags), read()


def _laid_out(stream: IO[bytes], options: ReadOptions) -> tuple[Layout, str, Iterator[_Sentence]]:
    """The layout of a file, its first line, and its sentences."""
    lines = text_lines(stream, options.source, limit=LINE_SIZE)
    ahead = first_of(lines)
    known = [item[1] for item in ahead if not isinstance(item, Refusal)]
    names = options.annotators
    layout = layout_of(known, options.source, len(names))
    if names and len(names) != len(layout.tags):
        raise TonemarkError(
            f"{options.source or 'The file'} has {_count(len(layout.tags), 'tag column')}, but "
            f"{_count(len(names), 'annotator')} {'was' if len(names) == 1 else 'were'} named.",
            "Give one name a tag column with --annotators, from left to right.",
        )
    return layout, known[0] if known else "", _sentences(chain(ahead, lines), layout)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@dataclass(slots=True)
class _Sentence:
    """The rows of a sentence, each its token and its tags, or the first reason to refuse it."""

    line: int
    rows: list[tuple[str, ...]] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    size: int = 0
    told: int = 0
    silent: bool = False
    refusal: Refusal | None = None

    def add(self, number: int, line: str, layout: Layout) -> None:
        if self.refusal:
            return
        columns = layout.split(line)
        if len(columns) != layout.width:
            reason = f"{_count(len(columns), 'column')} where the file has {layout.width}"
        elif not columns[0]:
            reason = "the token is empty"
        else:
            reason = self._take(columns, layout.tags)
        if reason:
            self.refuse(Refusal(number, reason))

    def _take(self, columns: list[str], places: tuple[int, ...]) -> str:
        """Keep a row, without the columns that are left out; or why it is none."""
        row = [columns[0]]
        self.size += len(columns[0]) + 1
        for at, place in enumerate(places, start=1):
            tag = columns[place]
            is_plain = not self.silent and is_tag(tag)
            if not is_plain and (reason := self._fault(tag, at, place)):
                return reason
            if tag not in self.known:  # once a sentence: it may be as long as a line
                self.known[tag] = tag
                self.told += len(tag)
            row.append(self.known[tag])
        if self.size > TEXT_LIMIT + 1 or self.told > TEXT_LIMIT:
            return f"the sentence has more than {TEXT_LIMIT >> 20} MiB: no blank line ends it"
        if (len(self.rows) + 1) * max(1, len(places)) > CELLS:
            return f"the sentence has more than {CELLS:,} tags: no blank line ends it"
        self.rows.append(tuple(row))
        return ""

    def _fault(self, value: str, at: int, place: int) -> str:
        """Why a value cannot be a tag, or stands beside rows without an answer: `at` in a row, and
        in the column `place`."""
        before = self.rows[0][at] if self.rows else value
        self.silent = self.silent or value == NO_ANSWER
        if value == NO_ANSWER == before or (is_tag(value) and before != NO_ANSWER):
            return ""
        if is_tag(value):
            return f"{quoted(value)} in column {place + 1} stands after {NO_ANSWER}: no answer"
        return f"{quoted(value)} in column {place + 1} is no tag such as O or B-PER"

    def refuse(self, refusal: Refusal) -> None:
        self.refusal = self.refusal or refusal
        self.rows, self.known = [], {}


def _sentences(lines: Iterable[TextLine], layout: Layout) -> Iterator[_Sentence]:
    """Sentences, between blank lines and `-DOCSTART-`.

    A line that begins with `#` and a space or a tab, stands before the first token of a sentence
    and has not the file's columns is a comment, as CoNLL-U writes them; any other `#` is a token.
    """
    sentence: _Sentence | None = None
    for item in lines:
        if isinstance(item, Refusal):
            sentence = sentence or _Sentence(item.line)
            sentence.refuse(item)
            continue
        number, line = item
        if not line.strip(" \t") or is_docstart(line):
            if sentence:
                yield sentence
            sentence = None
            continue
        if sentence is None:
            if line.startswith(COMMENT) and not layout.fits(layout.split(line)):
                continue
            sentence = _Sentence(number)
        sentence.add(number, line, layout)
    if sentence:
        yield sentence


def _record(sentence: _Sentence, number: int, layout: Layout, options: ReadOptions) -> Record:
    text, places, columns = _read(sentence, layout, options.origin)
    tokens = _tokens(sentence, places)
    annotations: tuple[GivenAnnotation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    if options.annotators:
        by_name: dict[str, list[Span]] = {}
        for name, spans in zip(options.annotators, columns, strict=True):
            if spans is not None:
                by_name.setdefault(name, []).extend(spans)
        annotations = tuple(
            GivenAnnotation(name, "accept", _in_order(spans)) for name, spans in by_name.items()
        )
    else:
        together = _in_order([span for spans in columns for span in spans or ()])
        suggestions = tuple(Suggestion(s.start, s.end, s.label, s.sources) for s in together)
    return Record(
        number,
        sentence.line,
        text,
        tokens=tokens,
        suggestions=suggestions,
        annotations=annotations,
        warnings=token_warnings(text, tokens),
    )


def _tagged(sentence: _Sentence, layout: Layout, origin: str) -> TaggedSentence:
    text, places, columns = _read(sentence, layout, origin)
    for place, spans in zip(layout.tags, columns, strict=True):
        if spans is None:
            raise Refused(f"column {place + 1} has no answer to it")
    rows = [row for row in sentence.rows if not row[0].isspace()]
    tags = tuple(tuple(row[at] for row in rows) for at in range(1, len(layout.tags) + 1))
    found = tuple(tuple(spans or ()) for spans in columns)
    return TaggedSentence(sentence.line, text, _tokens(sentence, places), tags, found)


def _read(
    sentence: _Sentence, layout: Layout, origin: str
) -> tuple[str, list[Token], list[list[Span] | None]]:
    """The text of a sentence, where each of its words stands, and the spans of each tag column;
    None of one without an answer.

    Raises Refused.
    """
    if sentence.refusal:
        raise Refused(sentence.refusal.reason)
    words = [row[0] for row in sentence.rows]
    text = checked_text(" ".join(words))
    places: list[Token] = []
    start = 0
    for word in words:
        places.append(Token(start, start + len(word)))
        start += len(word) + 1
    tags = [[row[at] for row in sentence.rows] for at in range(1, len(layout.tags) + 1)]
    columns = [None if NO_ANSWER in each else spans_of(each, places, origin) for each in tags]
    return text, places, columns


def _tokens(sentence: _Sentence, places: list[Token]) -> tuple[Token, ...]:
    """White space that tabs let through as a token stays in the text; it is no token of ours."""
    return tuple(
        place for place, row in zip(places, sentence.rows, strict=True) if not row[0].isspace()
    )


def _in_order(spans: list[Span]) -> tuple[Span, ...]:
    return tuple(sorted(dict.fromkeys(spans)))


def write_conll(
    rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions
) -> Iterator[int]:
    """A piece of the text a line (`tagging.pieces`) and its tag in IOB2, one space between, a blank
    line after each sentence. With `annotators` a tag column each, from their `versions`.

    An annotator without an answer has `_` in all rows, and so has a document without any.
    """
    names = options.annotators
    at_start = True
    for row in rows:
        if at_start and row.text.lstrip().startswith("\ufeff"):
            stream.write(b"\n")  # a reader takes the mark off a file that begins with it
        at_start = False
        by_name = {each.annotator: each for each in row.versions}
        answers = [by_name.get(name) for name in names] if names else [row if row.answer else None]
        yield write_sentences(row, answers, stream, options)


def write_sentences(
    row: ExportRow,
    answers: Sequence[ExportRow | None],
    stream: IO[bytes],
    options: WriteOptions,
    between: str = " ",
) -> int:
    """Write the pieces of a row, each with its tag in each of the answers, and with what stands
    `between` the piece and the first of them. Returns the number of sentences."""
    placed = pieces(row.text, row.tokens or ())
    spans = [span for each in answers if each for span in each.spans]
    columns = [
        tags_of(placed, each.spans) if each else [NO_ANSWER] * len(placed) for each in answers
    ]
    sentences = sentences_of(row.text, placed, spans, cut_of(row, options))
    tags = map(" ".join, zip(*columns, strict=True))
    for sentence in sentences:
        lines = [f"{row.text[start:end]}{between}{next(tags)}\n" for start, end in sentence]
        stream.write("".join((*lines, "\n")).encode())
    return len(sentences)


def misfits(row: ExportRow) -> Iterator[Misfit]:
    """What cannot stand in rows: a piece that readers take as the beginning of a document, and a
    text whose pieces, joined by spaces, are too long for one, or too many."""
    if "-DOCSTART-" in row.text:
        for start, end in pieces(row.text, row.tokens or ()):
            if row.text.startswith("-DOCSTART-", start, end):
                yield Misfit(start, end, "begins with -DOCSTART-, as a new document does")
    columns = max(1, len(row.versions))
    if 5 * len(row.text) > TEXT_LIMIT or columns * len(row.text) > CELLS:
        placed = pieces(row.text, row.tokens or ())
        size = sum(len(row.text[start:end].encode()) + 1 for start, end in placed)
        if size > TEXT_LIMIT:
            yield Misfit(0, 0, f"its tokens, a space between, have over {TEXT_LIMIT >> 20} MiB")
        elif columns * len(placed) > CELLS:
            yield Misfit(0, 0, f"has more than {CELLS:,} tags, its columns together")


def label_fault(label: str) -> str:
    """Why readers would mangle a label: seqeval takes hyphens off its edges."""
    if label.strip("-") != label:
        return "begins or ends with a hyphen, which seqeval takes off"
    return ""


CANNOT = (
    "white space inside a token: each part stands in a row",
    "documents: a sentence is one of its own",
)

FORMAT = Format(
    "conll",
    "a token a line, then its tag, or a tag an annotator",
    (".conll", ".bio", ".iob", ".iob2", ".txt"),
    read_conll,
    write_conll,
    recognises=is_tagged,
    unit="tokens",
    on_tokens=True,
    overlaps=False,
    versions=True,
    holds=frozenset(),
    cannot=CANNOT,
    label_fault=label_fault,
    misfits=misfits,
)
