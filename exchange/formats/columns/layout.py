"""How the columns of a CoNLL file are to be read: which hold tags, and what stands between them;
and what bounds them.

Decided once a file, from its first lines. Knows no records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from tonemark.corpus.records import TEXT_LIMIT
from tonemark.errors import TonemarkError
from tonemark.exchange.tagging import is_tag
from tonemark.refusals import Refusal

WIDTH = 1_000
"""Columns of a line that are told apart; a line with more has a last one that holds the rest."""

LINE_SIZE = 2 * TEXT_LIMIT
"""Bytes that a line may have: a token as long as a text, and its tags."""

CELLS = 300_000
"""Tags that a sentence may have, all its columns together, or a document of CoNLL-U."""

TextLine: TypeAlias = tuple[int, str] | Refusal
"""A line of a file as `lines.text_lines` has it."""

COMMENT = ("# ", "#\t")
"""How a comment begins; a token may begin so, too."""

NO_ANSWER = "_"
"""What stands in a column, in all rows of a sentence, whose annotator has no answer to it."""

_CHUNKS = frozenset("NP VP PP ADVP ADJP SBAR PRT CONJP INTJ LST UCP".split())
"""The labels of the chunk column of CoNLL-2000 and CoNLL-2003: tags in form, nobody's names."""


_AHEAD_LINES = 5_000
_AHEAD_SIZE = 1 << 20


def first_of(lines: Iterator[TextLine]) -> list[TextLine]:
    """The first lines of a file, by which is decided how it is read; taken off `lines`."""
    first: list[TextLine] = []
    size = 0
    for item in lines:
        first.append(item)
        size += 0 if isinstance(item, Refusal) else len(item[1])
        if len(first) >= _AHEAD_LINES or size >= _AHEAD_SIZE:
            break
    return first


class Layout(NamedTuple):
    """How a file's columns are to be read; columns count from 0, and the token stands in 0."""

    tabs: bool
    width: int
    tags: tuple[int, ...]

    def split(self, line: str) -> list[str]:
        """The columns of a line."""
        if self.tabs:
            return [column.strip(" ") for column in line.rstrip(" \t").split("\t", WIDTH)]
        columns = line.replace("\t", " ").split(" ", WIDTH)
        return [column for column in columns if column] if "" in columns else columns

    def fits(self, columns: list[str]) -> bool:
        """Whether a line has the file's columns."""
        return len(columns) == self.width and all(may_be_tag(columns[at]) for at in self.tags)


def may_be_tag(value: str) -> bool:
    """Whether a value may stand in a column of tags: a tag, or NO_ANSWER."""
    return value == NO_ANSWER or is_tag(value)


def is_docstart(line: str) -> bool:
    """Whether a line begins a document, and is no token."""
    return line.startswith("-DOCSTART-") and line[10:11] in ("", " ", "\t")


def layout_of(lines: Sequence[str], source: str, named: int = 0) -> Layout:
    """A file's layout, from its first lines, blank ones included.

    The width is the commonest number of columns. A column looks like tags if more than half of
    its values are tags; where no sentence mixes the two, NO_ANSWER is no value, and a column of
    nothing else is silent. Where as many annotators are `named` as columns stand beside the token,
    and all look like tags or are silent, all hold tags. Else the last column that looks like tags
    does, and those that do, or are silent, in an unbroken run before it; chunk columns before the
    last are not counted (CoNLL-2003: token, part of speech, chunk, name). Where nothing but tags
    and silent columns stand beside the token, all hold tags: who is silent in the first lines may
    speak later; but not where as many are `named` as look like tags. Raises TonemarkError where the
    columns are CoNLL-U's.
    """
    sentences = _sentences(lines)
    there = [line for sentence in sentences for line in sentence]
    plain = Layout(bool(there) and all("\t" in line for line in there), 0, ())
    blocks = [[plain.split(line) for line in sentence] for sentence in sentences]
    counts = Counter(len(row) for block in blocks for row in block)
    width = max(counts.most_common(1))[0] if counts else 1
    blocks = [[row for row in block if len(row) == width] for block in blocks]
    rows = [row for block in blocks for row in block]
    if width == 10 and plain.tabs and all(row[0].split("-")[0].isdecimal() for row in rows):
        raise TonemarkError(
            f"{source or 'The file'} is CoNLL-U, whose tokens stand in the second column.",
            "Read it with --format conllu.",
        )
    looks = [_looks([[row[place] for row in block] for block in blocks]) for place in range(width)]
    beside = range(1, width)
    if named and named == len(beside) and "other" not in looks[1:]:
        return Layout(plain.tabs, width, tuple(beside))
    run: list[int] = []
    for place in reversed(beside):
        if looks[place] == "tags":
            run = list(range(place, run[-1] + 1)) if run else [place]
        elif run and looks[place] == "other":
            break
    labels = {place: {row[place][2:] for row in rows if is_tag(row[place])} - {""} for place in run}
    chunks = {place for place in run if labels[place] and labels[place] <= _CHUNKS}
    if run and run[-1] not in chunks:
        run = [place for place in run if place not in chunks]
        while looks[run[0]] == "silent":
            del run[0]
    silent = set(beside) - set(run)
    if run and len(run) != named and all(looks[place] == "silent" for place in silent):
        run = list(beside)
    if width == 2 and looks[1] == "silent":
        run = [1]
    return Layout(plain.tabs, width, tuple(run))


def _sentences(lines: Iterable[str]) -> list[list[str]]:
    """The lines that hold tokens, sentence by sentence; those that begin as comments only
    where there are no others."""
    found: list[list[str]] = [[]]
    for line in lines:
        if not line.strip(" \t"):
            found.append([])
        elif not line.startswith("-DOCSTART-"):
            found[-1].append(line)
    plain = [[line for line in sentence if not line.startswith(COMMENT)] for sentence in found]
    return plain if any(plain) else found


def _looks(blocks: Iterable[Sequence[str]]) -> str:
    """What a column looks like, from its values sentence by sentence: "tags", "silent" (it has
    none) or "other"."""
    values: list[str] = []
    silent = 0
    mixed = False
    for block in blocks:
        without = block.count(NO_ANSWER)
        silent += without
        mixed = mixed or 0 < without < len(block)
        values += (value for value in block if value != NO_ANSWER)
    if not values:
        return "silent"
    tags = sum(map(is_tag, values))
    return "tags" if 2 * tags > len(values) + (silent if mixed else 0) else "other"


def is_tagged(head: bytes) -> bool:
    """Whether a file that begins so has a token and its tag on nine of ten lines: two at least,
    with a name or a blank line among them."""
    lines = head.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")[:_AHEAD_LINES]
    if len(lines) > 1:
        lines.pop()  # cut off, or nothing
    rows = [line.split() for line in lines if not line.startswith(COMMENT)]
    there = [row for row in rows if row and not is_docstart(row[0])]
    tags = [row[-1] for row in there if len(row) > 1 and is_tag(row[-1])]
    named = any(tag != "O" for tag in tags)
    return len(there) > 1 and 10 * len(tags) >= 9 * len(there) and (named or [] in rows)


def note_on(layout: Layout, named: int = 0) -> str:
    """What was decided about the columns, where it was not plain; else empty."""
    unused = [str(n + 1) for n in range(1, layout.width) if n not in layout.tags]
    many = len(layout.tags) > 1 and not named
    if not unused and not many:
        return ""
    tags = ", ".join(str(place + 1) for place in layout.tags)
    note = f"column 1 is read as the token, {f'{tags} as tags' if tags else 'no column as tags'}"
    if unused:
        note += f", {', '.join(unused)} left out"
    return note
