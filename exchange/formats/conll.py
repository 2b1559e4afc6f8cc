"""CoNLL columns: a token a line, its tags after it, a blank line after each sentence.

Which columns hold tags is decided once a file, from its first lines (`_layout`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, NamedTuple

from tonemark.corpus.records import TEXT_LIMIT, GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Given, ReadOptions
from tonemark.exchange.checks import checked_text, token_warnings
from tonemark.exchange.formats.tagging import is_tag, spans_of
from tonemark.lines import text_lines
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.tokenizers.base import Token

_LOOK_AHEAD_LINES = 5_000
_LOOK_AHEAD_SIZE = 1 << 20
_WIDTH = 1_000
"""Columns of a line that are told apart; a line with more has a last one that holds the rest."""

_CHUNKS = frozenset("NP VP PP ADVP ADJP SBAR PRT CONJP INTJ LST UCP".split())
"""The labels of the chunk column of CoNLL-2000 and CoNLL-2003: tags in form, nobody's names."""

_TextLine = tuple[int, str] | Refusal


def read_conll(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A sentence a record: its text is its tokens joined by one space, and they are kept.

    Columns are separated by tabs where every one of the first lines has one, else by runs of
    spaces and tabs. BIO, IOB1, IOB2, BIOES, BMEWO and BILOU are read by one rule, that of
    conlleval: a tag that continues nothing opens a span. With `annotators` each tag column is the
    accept of one of them, from left to right (columns of one name are put together); without,
    all are suggestions. A sentence with a bad line is refused whole.

    Raises TonemarkError where the file is UTF-16 or CoNLL-U, or where the number of annotators is
    not that of the tag columns.
    """
    layout, sentences = _laid_out(stream, options)
    notes = _notes(layout, options.annotators)
    for number, sentence in enumerate(sentences, start=1):
        try:
            yield _record(sentence, number, layout, options, notes)
        except Refused as refused:
            yield sentence.refusal or Refusal(sentence.line, str(refused))
        else:
            notes = ()


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

    Reads, refuses and raises as `read_conll` does.
    """
    layout, sentences = _laid_out(stream, options)

    def read() -> Iterator[TaggedSentence | Refusal]:
        for sentence in sentences:
            try:
                yield _tagged(sentence, layout, options.origin)
            except Refused as refused:
                yield sentence.refusal or Refusal(sentence.line, str(refused))

    return len(layout.tags), read()


def _laid_out(stream: IO[bytes], options: ReadOptions) -> tuple[_Layout, Iterator[_Sentence]]:
    lines = text_lines(stream, options.source, limit=TEXT_LIMIT)
    ahead = _look_ahead(lines)
    layout = _layout(ahead, options.source)
    names = options.annotators
    if names and len(names) != len(layout.tags):
        raise TonemarkError(
            f"{options.source or 'The file'} has {_count(len(layout.tags), 'tag column')}, but "
            f"{_count(len(names), 'annotator')} {'was' if len(names) == 1 else 'were'} named.",
            "Give one name a tag column with --annotators, from left to right.",
        )
    return layout, _sentences(chain(ahead, lines), layout)


class _Layout(NamedTuple):
    """How a file's columns are to be read; columns count from 0, and the token stands in 0."""

    tabs: bool
    width: int
    tags: tuple[int, ...]

    def split(self, line: str) -> list[str]:
        if self.tabs:
            return [column.strip(" ") for column in line.rstrip(" \t").split("\t", _WIDTH)]
        columns = line.replace("\t", " ").split(" ", _WIDTH)
        return [column for column in columns if column] if "" in columns else columns

    def fits(self, columns: list[str]) -> bool:
        return len(columns) == self.width and all(is_tag(columns[place]) for place in self.tags)


def _look_ahead(lines: Iterator[_TextLine]) -> list[_TextLine]:
    ahead: list[_TextLine] = []
    size = 0
    for item in lines:
        ahead.append(item)
        size += 0 if isinstance(item, Refusal) else len(item[1])
        if len(ahead) >= _LOOK_AHEAD_LINES or size >= _LOOK_AHEAD_SIZE:
            break
    return ahead


def _layout(ahead: Iterable[_TextLine], source: str) -> _Layout:
    """The file's layout, from its first lines.

    The width is the commonest number of columns. A column looks like tags if more than half of
    its values are tags. The last column that does, and those that do in an unbroken run before
    it, hold the tags; chunk columns before the last are not counted (CoNLL-2003: token, part of
    speech, chunk, name). Raises TonemarkError where the columns are CoNLL-U's.
    """
    lines = [item[1] for item in ahead if not isinstance(item, Refusal)]
    lines = [line for line in lines if line.strip(" \t") and not line.startswith("-DOCSTART-")]
    lines = [line for line in lines if not line.startswith("# ")] or lines
    plain = _Layout(bool(lines) and all("\t" in line for line in lines), 0, ())
    rows = [plain.split(line) for line in lines]
    width = max(Counter(map(len, rows)).most_common(1))[0] if rows else 1
    rows = [row for row in rows if len(row) == width]
    if width == 10 and plain.tabs and all(row[0].split("-")[0].isdecimal() for row in rows):
        raise TonemarkError(
            f"{source or 'The file'} is CoNLL-U, whose tokens stand in the second column.",
            "Cut out the token and its tag, for instance with cut -f 2,10.",
        )
    run: list[int] = []
    for place in range(width - 1, 0, -1):
        if 2 * sum(is_tag(row[place]) for row in rows) > len(rows):
            run.insert(0, place)
        elif run:
            break
    labels = {place: {row[place][2:] for row in rows if row[place] != "O"} for place in run}
    chunks = {place for place in run if labels[place] and labels[place] <= _CHUNKS}
    if run and run[-1] not in chunks:
        run = [place for place in run if place not in chunks]
    return _Layout(plain.tabs, width, tuple(run))


def _notes(layout: _Layout, names: tuple[str, ...]) -> tuple[str, ...]:
    """What was decided about the columns, where it was not plain: said with the first record."""
    unused = [str(n + 1) for n in range(1, layout.width) if n not in layout.tags]
    many = len(layout.tags) > 1 and not names
    if not unused and not many:
        return ()
    tags = ", ".join(str(place + 1) for place in layout.tags)
    note = f"column 1 is read as the token, {f'{tags} as tags' if tags else 'no column as tags'}"
    if unused:
        note += f", {', '.join(unused)} left out"
    return (note,)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


@dataclass(slots=True)
class _Sentence:
    """The rows of a sentence, or the first reason to refuse it."""

    line: int
    rows: list[list[str]] = field(default_factory=list)
    size: int = 0
    refusal: Refusal | None = None

    def add(self, number: int, line: str, layout: _Layout) -> None:
        if self.refusal:
            return
        columns = layout.split(line)
        self.size += len(columns[0]) + 1
        reason = ""
        if len(columns) != layout.width:
            reason = f"{_count(len(columns), 'column')} where the file has {layout.width}"
        elif not columns[0]:
            reason = "the token is empty"
        elif self.size > TEXT_LIMIT + 1:
            reason = f"the sentence has more than {TEXT_LIMIT >> 20} MiB: no blank line ends it"
        else:
            for place in layout.tags:
                if not is_tag(value := columns[place]):
                    reason = f"{quoted(value)} in column {place + 1} is no tag such as O or B-PER"
        if reason:
            self.refuse(Refusal(number, reason))
        else:
            self.rows.append(columns)

    def refuse(self, refusal: Refusal) -> None:
        self.refusal = self.refusal or refusal
        self.rows = []


def _sentences(lines: Iterable[_TextLine], layout: _Layout) -> Iterator[_Sentence]:
    """Sentences, between blank lines and `-DOCSTART-`.

    A line that begins with `# `, stands before the first token of a sentence and has not the
    file's columns is a comment, as CoNLL-U writes them; any other `#` is a token.
    """
    sentence: _Sentence | None = None
    for item in lines:
        if isinstance(item, Refusal):
            sentence = sentence or _Sentence(item.line)
            sentence.refuse(item)
            continue
        number, line = item
        if not line.strip(" \t") or _is_docstart(line):
            if sentence:
                yield sentence
            sentence = None
            continue
        if sentence is None:
            if line.startswith("# ") and not layout.fits(layout.split(line)):
                continue
            sentence = _Sentence(number)
        sentence.add(number, line, layout)
    if sentence:
        yield sentence


def _is_docstart(line: str) -> bool:
    return line.startswith("-DOCSTART-") and line[10:11] in ("", " ", "\t")


def _record(
    sentence: _Sentence,
    number: int,
    layout: _Layout,
    options: ReadOptions,
    notes: tuple[str, ...],
) -> Record:
    text, places, columns = _read(sentence, layout, options.origin)
    tokens = _tokens(sentence, places)
    annotations: tuple[GivenAnnotation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    if options.annotators:
        by_name: dict[str, list[Span]] = {}
        for name, spans in zip(options.annotators, columns, strict=True):
            by_name.setdefault(name, []).extend(spans)
        annotations = tuple(
            GivenAnnotation(name, "accept", _in_order(spans)) for name, spans in by_name.items()
        )
    else:
        together = _in_order([span for spans in columns for span in spans])
        suggestions = tuple(Suggestion(s.start, s.end, s.label, s.sources) for s in together)
    return Record(
        number,
        sentence.line,
        text,
        tokens=tokens,
        suggestions=suggestions,
        annotations=annotations,
        warnings=notes + token_warnings(text, tokens),
    )


def _tagged(sentence: _Sentence, layout: _Layout, origin: str) -> TaggedSentence:
    text, places, columns = _read(sentence, layout, origin)
    rows = [row for row in sentence.rows if not row[0].isspace()]
    tags = tuple(tuple(row[place] for row in rows) for place in layout.tags)
    spans = tuple(map(tuple, columns))
    return TaggedSentence(sentence.line, text, _tokens(sentence, places), tags, spans)


def _read(
    sentence: _Sentence, layout: _Layout, origin: str
) -> tuple[str, list[Token], list[list[Span]]]:
    """The text of a sentence, where each of its words stands, and the spans of each tag column.

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
    columns = [
        spans_of([row[place] for row in sentence.rows], places, origin) for place in layout.tags
    ]
    return text, places, columns


def _tokens(sentence: _Sentence, places: list[Token]) -> tuple[Token, ...]:
    """White space that tabs let through as a token stays in the text; it is no token of ours."""
    return tuple(
        place for place, row in zip(places, sentence.rows, strict=True) if not row[0].isspace()
    )


def _in_order(spans: list[Span]) -> tuple[Span, ...]:
    return tuple(sorted(dict.fromkeys(spans)))


FORMAT = Format(
    "conll",
    "a token a line, then its tag, or a tag an annotator",
    (".conll", ".bio", ".iob", ".iob2"),
    read_conll,
    unit="tokens",
    on_tokens=True,
    overlaps=False,
    versions=True,
    holds=frozenset(("tokens", "annotators")),
)
