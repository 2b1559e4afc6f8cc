"""Tokens and tags in rows: the common ground of CoNLL columns, CoNLL-U and Hugging Face's tokens.

Knows no file: a text with its tokens and spans in, strings and tags out, and back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from tonemark.corpus.spans import Span, Stretch
from tonemark.exchange.alignment import SOLID
from tonemark.exchange.checks import checked_label
from tonemark.tokenizers.base import Token

if TYPE_CHECKING:  # base imports what this module gives
    from tonemark.exchange.base import WriteOptions
    from tonemark.exchange.rows import ExportRow

OPENS = frozenset("BSUW")
CLOSES = frozenset("ELSUW")
PREFIXES = OPENS | CLOSES | frozenset("IM")
"""The letters of tags in BIO, IOB1, IOB2, BIOES, BMEWO and BILOU."""


def is_tag(value: str) -> bool:
    """Whether a value is O, or a letter of PREFIXES, a hyphen and a label."""
    return value == "O" or (len(value) > 2 and value[1] == "-" and value[0] in PREFIXES)


def pieces(text: str, tokens: Iterable[Token]) -> list[Token]:
    """What stands in rows: each token, cut where there is white space in it (a Hmong word gives a
    row a syllable), and what lies between the tokens and is no white space. In order; joined by
    white space they are the text but for its white space."""
    found: list[Token] = []
    position = 0
    for start, end in tokens:
        if position < start:
            found += (Token(*each.span()) for each in SOLID.finditer(text, position, start))
        found += (Token(*each.span()) for each in SOLID.finditer(text, start, end))
        position = end
    found += (Token(*each.span()) for each in SOLID.finditer(text, position))
    return found


def tags_of(placed: Sequence[Token], spans: Iterable[Stretch]) -> list[str]:
    """The tags in IOB2 of `pieces`, for spans that begin and end with them and do not overlap.

    Raises KeyError where a span does not.
    """
    starts = {piece.start: at for at, piece in enumerate(placed)}
    ends = {piece.end: at for at, piece in enumerate(placed)}
    tags = ["O"] * len(placed)
    for span in spans:
        first, last = starts[span.start], ends[span.end]
        tags[first] = f"B-{span.label}"
        tags[first + 1 : last + 1] = [f"I-{span.label}"] * (last - first)
    return tags


def spans_of(tags: Sequence[str], places: Sequence[Token], origin: str) -> list[Span]:
    """The spans of one column of tags, as conlleval (CoNLL-2000 shared task) reads them: a tag that
    continues nothing opens a span. `places` says where the token of each tag stands.

    Raises Refused where a label cannot be one.
    """
    spans: list[Span] = []
    first = last = -1
    open_label = ""

    def close() -> None:
        if open_label:
            checked_label(open_label)
            spans.append(Span(places[first].start, places[last].end, open_label, (origin,)))

    for index, tag in enumerate(tags):
        if tag == "O":
            close()
            open_label = ""
            continue
        prefix, label = tag[0], tag[2:]
        if prefix in OPENS or label != open_label:
            close()
            first, open_label = index, label
        last = index
        if prefix in CLOSES:
            close()
            open_label = ""
    close()
    return spans


Cut: TypeAlias = Callable[[str], Sequence[Token]]
"""A text to its sentences: in order, apart."""


def cut_of(row: ExportRow, options: WriteOptions) -> Cut | None:
    """What cuts a document into sentences; None of one that came with tokens: what its columns, or
    its treebank, gave as one sentence stays one."""
    return None if row.tokens_given else options.sentences


def sentences_of(
    text: str,
    placed: Sequence[Token],
    spans: Iterable[Stretch],
    cut: Cut | None,
) -> list[list[Token]]:
    """`pieces` sentence by sentence, at least one; all of them in one where `cut` is None.

    A sentence ends nowhere inside a span or a piece.
    """
    if cut is None:
        return [list(placed)]
    borders = _outside([stretch.start for stretch in cut(text)], spans)
    found: list[list[Token]] = [[]]
    ahead = iter(borders)
    border = next(ahead, len(text))
    for piece in placed:
        while border <= piece.start:
            if found[-1]:
                found.append([])
            border = next(ahead, len(text))
        found[-1].append(piece)
    return found


def _outside(borders: Iterable[int], spans: Iterable[Stretch]) -> list[int]:
    """Those of `borders`, which are in order, that lie inside no span; in one pass over both."""
    held = sorted((span.start, span.end) for span in spans)
    found, at, reached = [], 0, 0
    for border in borders:
        while at < len(held) and held[at][0] < border:
            reached = max(reached, held[at][1])
            at += 1
        if reached <= border:
            found.append(border)
    return found
