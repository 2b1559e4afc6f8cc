"""CoNLL-U, read: documents, or sentences where a file tells none, and the name tags of MISC.

Format: universaldependencies.org/format.html; white space by the marks of UDPipe 2.
`conllu_tags.py` finds the tags, `conllu_rows.py` writes it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import IO
from unicodedata import normalize

import regex

from tonemark.corpus.records import TEXT_LIMIT, GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.alignment import solid
from tonemark.exchange.base import NAME_KEY, Format, Given, ReadOptions
from tonemark.exchange.checks import checked_key, checked_text, one_name, token_warnings
from tonemark.exchange.formats.columns.conllu_rows import (
    label_fault,
    misfits,
    unescaped,
    write_conllu,
)
from tonemark.exchange.formats.columns.conllu_tags import (
    Tags,
    comment_of,
    misc_of,
    notes_on,
    tags_in,
)
from tonemark.exchange.formats.columns.layout import CELLS, LINE_SIZE, TextLine, first_of
from tonemark.exchange.tagging import is_tag, spans_of
from tonemark.lines import text_lines
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.tokenizers.base import Token

_COLUMNS = 10
_ID = regex.compile(r"([0-9]{1,9})(?:([-.])([0-9]{1,9}))?")


def read_conllu(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A document a record, from `newdoc` to `newdoc`, its text to the code point; where there is
    none, a sentence a record, whose text is that of its comment `text`.

    The token of a multiword token is its range, and what its words are tagged stands for the whole
    of it; empty nodes are passed over. Tags are those under `name_key` in MISC, else under the
    first of `conllu_tags.NAME_KEYS` that is there; where the first lines have no tag under it, what
    stands there and is none is left out, and told. With one name in `annotators` they are her
    accept, else suggestions. A document with a bad line is refused whole.

    Raises TonemarkError where the file is UTF-16, or more than one annotator is named.
    """
    one_name(options, "CoNLL-U has one tag a token", "Give one name.")
    lines = text_lines(stream, options.source, limit=LINE_SIZE)
    ahead = first_of(lines)
    options = replace(options, name_key=options.name_key or NAME_KEY)
    tags = tags_in([item[1] for item in ahead if not isinstance(item, Refusal)], options.name_key)
    notes = notes_on(tags, options)
    found = _documents(chain(ahead, lines), tags, options.origin)
    for number, document in enumerate(found, start=1):
        try:
            record = _record(document, number, tags, options)
        except Refused as refused:
            yield document.refusal or Refusal(document.line, str(refused))
            continue
        yield record._replace(warnings=(*notes, *record.warnings))
        notes = ()


@dataclass(slots=True)
class _Sentence:
    """The surface tokens of a sentence, and the tags of its words: `owners` says in which of the
    tokens each stands. `gaps` are what MISC says follows each token, None where it says nothing."""

    line: int
    comments: dict[str, str]
    forms: list[str] = field(default_factory=list)
    gaps: list[str | None] = field(default_factory=list)
    before: str = ""
    tags: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    tagged: bool = False
    odd: str = ""
    last: int = 0
    range_end: int = 0
    range_tag: str = ""
    size: int = 0

    def add(self, line: str, tags: Tags) -> None:
        """Take a line. Raises Refused."""
        columns = line.split("\t", _COLUMNS)
        if len(columns) != _COLUMNS:
            count = len(columns)
            raise Refused(f"{count} column{'s'[: count != 1]} where CoNLL-U has {_COLUMNS}")
        found = _ID.fullmatch(columns[0])
        if found is None:
            raise Refused(f"the number of the word is {quoted(columns[0])}")
        first, kind, last = found.groups()
        if kind == ".":
            return
        if int(first) != self.last + 1:
            raise Refused(f"word {quoted(columns[0])} stands where {self.last + 1} is due")
        misc = misc_of(columns[9])
        tag = misc.get(tags.key, "")
        if tag and not is_tag(tag):
            if tags.seen:
                raise Refused(f"{quoted(tag)} in {tags.key}= is no tag such as O or B-PER")
            if not tags.others:  # which has been told of with the first record
                self.odd = f"{tags.key}= in MISC is no tag such as B-PER ({quoted(tag)}): left out"
            tag = ""
        if self.last >= CELLS:
            raise Refused(f"the sentence has more than {CELLS:,} words: no blank line ends it")
        self.tagged = self.tagged or bool(tag)
        if kind == "-":
            if int(last) < int(first) or int(first) <= self.range_end:
                raise Refused(f"the range {quoted(columns[0])} holds no words, or those of another")
            self.range_end, self.range_tag = int(last), tag
            self._add_form(columns[1], misc)
            return
        self.last += 1
        if self.last > self.range_end:
            self._add_form(columns[1], misc)
        elif self.range_tag:
            tag = tag or self.range_tag
            self.range_tag = "O" if self.range_tag == "O" else f"I-{self.range_tag[2:]}"
        self.tags.append(sys.intern(tag or "O"))
        self.owners.append(len(self.forms) - 1)

    def _add_form(self, form: str, misc: dict[str, str]) -> None:
        if not form:
            raise Refused("the form is empty")
        gap = _space(misc, "SpacesAfter")
        if gap is None and misc.get("SpaceAfter") == "No":
            gap = ""
        if not self.forms:
            self.before = _space(misc, "SpacesBefore") or ""
        self.forms.append(form)
        self.gaps.append(gap)
        self.size += len(form) + len(gap or " ")

    def spacing(self) -> tuple[list[str], str]:
        """What stands between the tokens, and a warning where that is not what MISC says.

        Raises Refused where the comment `text` is another text.
        """
        marked = [" " if gap is None else gap for gap in self.gaps[:-1]]
        said = self.comments.get("text", "").strip(" ")
        if not said:
            return marked, ""
        pairs = zip(self.forms, [*marked, ""], strict=True)
        if said == "".join(form + " " * bool(gap) for form, gap in pairs):
            return marked, ""
        whole = "".join(self.forms)
        if solid(said) != solid(whole):
            if normalize("NFC", solid(said)) == normalize("NFC", solid(whole)):
                return marked, "# text and the forms are not in one normal form: taken as the forms"
            raise Refused(f"# text is {quoted(said)}, but the forms are {quoted(whole)}")
        found, position = [], 0
        for form in self.forms:
            start = said.find(form, position)
            if start < 0 or solid(said[position:start]):
                return marked, ""  # white space inside a form differs
            found.append(said[position:start])
            position = start + len(form)
        return found[1:], "the white space is that of # text; SpaceAfter=No says another"

    def partly(self) -> bool:
        """Whether the words of one token have different tags."""
        seen: dict[int, str] = {}
        labels = [tag[2:] for tag in self.tags]
        return any(
            seen.setdefault(owner, label) != label
            for owner, label in zip(self.owners, labels, strict=True)
        )


def _space(misc: dict[str, str], key: str) -> str | None:
    if key not in misc:
        return None
    space = unescaped(misc[key])
    if space and not space.isspace():
        raise Refused(f"{key} is {quoted(space)}, not white space")
    return space


@dataclass(slots=True)
class _Document:
    """A document, sentence by sentence, or the first reason to refuse it; `whole` if `newdoc` began
    it."""

    line: int
    key: str | None
    whole: bool
    parts: list[str] = field(default_factory=list)
    places: list[Token] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    size: int = 0
    ends_in: str | None = None
    tagged: bool = False
    warnings: dict[str, None] = field(default_factory=dict)
    refusal: Refusal | None = None

    def add(self, sentence: _Sentence, origin: str) -> None:
        """Take a sentence. Raises Refused."""
        if sentence.range_end > sentence.last:
            raise Refused(f"word {sentence.range_end} of the last range is not there")
        gaps, warning = sentence.spacing()
        if warning:
            self.warnings[warning] = None
        if sentence.odd:
            self.warnings[sentence.odd] = None
        if sentence.partly():
            self.warnings["a name that is part of a multiword token stands for all of it"] = None
        between = self.ends_in
        if between is None:
            between = sentence.before or " " * bool(self.places)
        else:
            between += sentence.before
        places: list[Token] = []
        for form, gap in zip(sentence.forms, [between if self.whole else "", *gaps], strict=True):
            start = self.size + len(gap)
            self.size = start + len(form)
            self.parts += (gap, form)
            places.append(Token(start, self.size))
        self.ends_in = sentence.gaps[-1]
        self.tagged = self.tagged or sentence.tagged
        words = [places[owner] for owner in sentence.owners]
        self.spans += spans_of(sentence.tags, words, origin)
        self.places += places
        if len(self.places) > CELLS:
            raise Refused(f"the document has more than {CELLS:,} words: no newdoc ends it")
        if self.size > TEXT_LIMIT:
            raise Refused(f"the document has more than {TEXT_LIMIT >> 20} MiB: no newdoc ends it")

    def refuse(self, line: int, reason: str) -> None:
        """Keep only why it is not taken."""
        self.refusal = self.refusal or Refusal(line, reason)
        self.parts, self.places, self.spans = [], [], []


def _documents(lines: Iterable[TextLine], tags: Tags, origin: str) -> Iterator[_Document]:
    document: _Document | None = None
    for sentence, refusal in _sentences(lines, tags):
        comments = sentence.comments
        is_new = "newdoc" in comments or "newdoc id" in comments
        if document and (is_new or not document.whole):
            yield document
            document = None
        if document is None:
            document = _Document(sentence.line, None, is_new)
        if not document.refusal and refusal is None:
            try:
                if not document.places:
                    name = "newdoc id" if is_new else "sent_id"
                    document.key = checked_key(comments.get(name), name)
                document.add(sentence, origin)
            except Refused as refused:
                document.refuse(sentence.line, str(refused))
        elif refusal:
            document.refuse(refusal.line, refusal.reason)
    if document:
        yield document


def _sentences(lines: Iterable[TextLine], tags: Tags) -> Iterator[tuple[_Sentence, Refusal | None]]:
    """Sentences, between blank lines, each with the first reason to refuse it."""
    sentence: _Sentence | None = None
    refusal: Refusal | None = None
    for item in lines:
        if isinstance(item, Refusal):
            sentence = sentence or _Sentence(item.line, {})
            refusal = refusal or item
            continue
        number, line = item
        if not line.strip(" \t"):
            if sentence and (sentence.forms or refusal):
                yield sentence, refusal
                sentence = refusal = None
            continue
        sentence = sentence or _Sentence(number, {})
        if refusal:
            continue
        if line.startswith("#") and not sentence.last and not sentence.forms:
            name, value = comment_of(line)
            if name in _COMMENTS:
                sentence.comments[name] = value
            continue
        try:
            sentence.add(line, tags)
            if sentence.size > TEXT_LIMIT + 1:
                limit = TEXT_LIMIT >> 20
                raise Refused(f"the sentence has more than {limit} MiB: no blank line ends it")
        except Refused as refused:
            refusal = Refusal(number, str(refused))
            sentence = _Sentence(sentence.line, sentence.comments)
    if sentence and (sentence.forms or refusal):
        yield sentence, refusal


_COMMENTS = frozenset(("newdoc", "newdoc id", "sent_id", "text"))


def _record(document: _Document, number: int, tags: Tags, options: ReadOptions) -> Record:
    """Raises Refused."""
    if document.refusal:
        raise Refused(document.refusal.reason)
    end = document.ends_in if document.whole else ""
    text = checked_text("".join((*document.parts, end or "")))
    tokens = tuple(place for place in document.places if not text[slice(*place)].isspace())
    spans = tuple(sorted(dict.fromkeys(document.spans)))
    annotations: tuple[GivenAnnotation, ...] = ()
    if options.annotators and (document.tagged or (tags.seen and not tags.ours)):
        annotations = (GivenAnnotation(options.annotators[0], "accept", spans),)
        spans = ()
    return Record(
        number,
        document.line,
        text,
        document.key,
        tokens=tokens,
        suggestions=tuple(Suggestion(s.start, s.end, s.label, s.sources) for s in spans),
        annotations=annotations,
        warnings=(*document.warnings, *token_warnings(text, tokens)),
    )


def recognises(head: bytes) -> bool:
    """Whether a file's first bytes are CoNLL-U: ten columns, tabs between them, a number first."""
    for line in head.decode("utf-8", "replace").removeprefix("\ufeff").split("\n"):
        if line.strip() and not line.startswith("#"):
            columns = line.split("\t", _COLUMNS)
            return len(columns) == _COLUMNS and _ID.fullmatch(columns[0]) is not None
    return False


FORMAT = Format(
    "conllu",
    "CoNLL-U, the name tag in its last column",
    (".conllu", ".conll"),
    read_conllu,
    write_conllu,
    recognises=recognises,
    unit="tokens",
    on_tokens=True,
    overlaps=False,
    holds=frozenset(("text", "keys")),
    cannot=("white space inside a token: each part stands in a row",),
    label_fault=label_fault,
    misfits=misfits,
)
