"""CoNLL columns: which hold tags, what the tags say, and what is not taken."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions
from tonemark.exchange.formats.columns import conll as conll
from tonemark.exchange.formats.columns import layout as layout
from tonemark.exchange.formats.columns.conll import TaggedSentence, read_conll, read_tags
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token


def read(data: str | bytes, *annotators: str) -> list[Given]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read_conll(stream, ReadOptions(annotators=annotators, source="f.conll")))


def records(data: str | bytes, *annotators: str) -> list[Record]:
    given = read(data, *annotators)
    assert all(isinstance(each, Record) for each in given), given
    return [each for each in given if isinstance(each, Record)]


def spans(record: Record) -> list[tuple[str, str]]:
    return [(record.text[s.start : s.end], s.label) for s in record.suggestions]


def test_a_sentence_a_record() -> None:
    first, second = records("Vaj B-PER\nPov I-PER\n\n\nnyob O\n👋 B-X")
    assert (first.number, first.line, first.text) == (1, 1, "Vaj Pov")
    assert first.tokens == (Token(0, 3), Token(4, 7))
    assert spans(first) == [("Vaj Pov", "PER")]
    assert first.suggestions[0].sources == ("import:f.conll",)
    assert (second.number, second.line, second.text) == (2, 5, "nyob 👋")
    assert spans(second) == [("👋", "X")]
    assert not first.warnings


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("O O O", []),
        ("B-X I-X O", ["0-2 X"]),
        ("B-X B-X I-X", ["0-1 X", "1-3 X"]),
        ("I-X I-X O", ["0-2 X"]),  # orphan, and IOB1
        ("O I-X I-Y", ["1-2 X", "2-3 Y"]),
        ("B-X I-Y I-Y", ["0-1 X", "1-3 Y"]),
        ("I-X B-X I-X", ["0-1 X", "1-3 X"]),
        ("B-X E-X S-Y", ["0-2 X", "2-3 Y"]),  # BIOES
        ("S-X S-X O", ["0-1 X", "1-2 X"]),
        ("B-X L-X U-X", ["0-2 X", "2-3 X"]),  # BILOU
        ("B-X M-X E-X", ["0-3 X"]),  # BMEWO
        ("W-X E-X I-X", ["0-1 X", "1-2 X", "2-3 X"]),
        ("E-X I-X O", ["0-1 X", "1-2 X"]),
        ("B-X-Y I-X-Y O", ["0-2 X-Y"]),
    ],
)
def test_tags_are_read_as_conlleval_does(tags: str, found: list[str]) -> None:
    data = "".join(f"{token} {tag}\n" for token, tag in zip("abc", tags.split(), strict=True))
    [record] = records(data)
    told = [f"{s.start // 2}-{(s.end + 1) // 2} {s.label}" for s in record.suggestions]
    assert told == found


@pytest.mark.parametrize(
    ("data", "found", "note"),
    [
        ("Vaj\tB-PER\n", ["PER"], ""),
        ("Vaj   B-PER\n", ["PER"], ""),
        ("Vaj \t B-PER \n", ["PER"], ""),
        ("-DOCSTART- -X- O O\n\nVaj -X- _ B-PER\n", ["PER"], "tags, 2, 3 left out"),
        ("-DOCSTART- -X- O\nVaj -X- _ B-PER\n", ["PER"], "4 as tags, 2, 3 left out"),
        ("Vaj NNP B-NP B-PER\nis VB B-VP O\n", ["PER"], "4 as tags, 2, 3 left out"),
        ("Vaj NNP I-NP O\nis VB I-VP O\n", [], "4 as tags, 2, 3 left out"),
        ("Vaj NNP B-NP\n", ["NP"], "3 as tags, 2 left out"),
        ("Vaj B-PER Q123\nis O _\n", ["PER"], "2 as tags, 3 left out"),
        ("Vaj B-PER O\nis O O\n", ["PER"], "column 1 is read as the token, 2, 3 as tags"),
        ("Vaj NNP\nis VB\n", [], "no column as tags, 2 left out"),
        ("Vaj\nPov\n", [], ""),
    ],
)
def test_columns_are_told_apart_and_it_is_said_how(data: str, found: list[str], note: str) -> None:
    [record] = records(data)
    assert [each.label for each in record.suggestions] == found
    assert record.text.startswith("Vaj")
    assert bool(record.warnings) == bool(note)
    assert not note or note in record.warnings[0]


def test_the_columns_are_told_with_the_first_record_alone() -> None:
    first, second = records("a O O\n\nb O O\n")
    assert first.warnings
    assert not second.warnings


def test_a_name_a_tag_column() -> None:
    [record] = records("Vaj B-PER O B-LOC\nPov I-PER B-ORG O\n", "a", "b", "a")
    assert not record.suggestions
    assert not record.warnings
    assert [
        (each.annotator, each.answer, [(s.start, s.end, s.label) for s in each.spans])
        for each in record.annotations
    ] == [("a", "accept", [(0, 3, "LOC"), (0, 7, "PER")]), ("b", "accept", [(4, 7, "ORG")])]
    [empty] = records("Vaj O O\n", "a", "b")
    assert [(each.annotator, each.spans) for each in empty.annotations] == [("a", ()), ("b", ())]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("a",), "f.conll has 2 tag columns, but 1 annotator was named."),
        (("a", "b", "c"), "f.conll has 2 tag columns, but 3 annotators were named."),
    ],
)
def test_a_wrong_number_of_names_is_refused(names: tuple[str, ...], words: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        read("Vaj B-PER O\n", *names)
    assert caught.value.title == words


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        ("# sent_id = 1\n# text = a b\na O\nb O\n\n# x\nc O\n", ["a b", "c"]),
        ("# id 4f  domain=en\na _ _ O\n", ["a"]),
        ("# O\na O\n", ["# a"]),
        ("a O\n\n# B-X\n", ["a", "#"]),
        ("# sent\na\tO\n# \tO\n", ["a #"]),
        ("#tag O\n-DOCSTART-x O\n", ["#tag -DOCSTART-x"]),
        ("a\u00a0b O\n\u3000 O\n", ["a\u00a0b \u3000"]),
        ("Luang Prabang\tB-LOC\n", ["Luang Prabang"]),
        ("a\u2028b O\r\nc\u0085 O\r\n", ["a\u2028b c\u0085"]),
        ("\ufeffa O\n", ["a"]),
        ("", []),
        ("\n \n\t\n", []),
    ],
)
def test_what_a_token_is(data: str, texts: list[str]) -> None:
    assert [record.text for record in records(data)] == texts


def test_white_space_is_no_token_and_a_torn_mark_is_warned_of() -> None:
    [space] = records("a\tO\n\u00a0\tO\nb\tO\n")
    assert (space.text, space.tokens) == ("a \u00a0 b", (Token(0, 1), Token(4, 5)))
    [torn] = records("a O\n\ufe0f O\n")
    assert torn.tokens == (Token(0, 1), Token(2, 3))
    assert "grapheme cluster" in torn.warnings[0]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Vaj", "1 column where the file has 2"),
        ("Vaj Pov B-PER", "3 columns where the file has 2"),
        ("# x y z", "4 columns where the file has 2"),
        ("Vaj X-PER", "'X-PER' in column 2 is no tag such as O or B-PER"),
        ("Vaj B-", "'B-' in column 2 is no tag such as O or B-PER"),
        ("Vaj B-\x07", "the label '\\x07' has U+0007, which does not print"),
        ("V\0 O", "the text holds NUL (U+0000) at 3"),
        (b"\xe9 O", "not UTF-8: byte 0xE9 at byte 1"),
    ],
)
def test_a_sentence_with_a_bad_line_is_refused_and_the_rest_goes_in(
    line: str | bytes, reason: str
) -> None:
    data = line if isinstance(line, bytes) else line.encode()
    first, refusal, last = read(b"a O\n\nx O\n" + data + b"\ny B-X\n\nb B-X\n")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason
    # What only the whole sentence shows is told at its first line.
    assert refusal.line == (3 if "holds" in reason or "label" in reason else 4)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert (last.number, last.line, last.text) == (3, 7, "b")


def test_an_empty_token_is_refused() -> None:
    assert read("a\tO\n\n\tO\n")[1:] == [Refusal(3, "the token is empty")]


def test_conllu_is_refused_whole() -> None:
    with pytest.raises(TonemarkError, match="CoNLL-U"):
        read("# text = a\n1\ta\ta\tX\t_\t_\t0\troot\t_\t_\n\n")


def test_utf16_is_refused_whole() -> None:
    with pytest.raises(TonemarkError, match="UTF-16"):
        read("a O\n".encode("utf-16"))


def test_a_file_without_blank_lines_is_refused_in_flat_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conll, "TEXT_LIMIT", 1 << 20)
    refusal, last = read("abc O\n" * (1 << 18) + "abc O\n\nb O\n")
    assert refusal == Refusal(
        (1 << 18) + 1, "the sentence has more than 1 MiB: no blank line ends it"
    )
    assert isinstance(last, Record)


def test_what_was_decided_stands_for_the_whole_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_AHEAD_LINES", 3)
    given = read("a O\nb O\n\nc O\n\nd O O\n\ne B-X\n")
    assert [getattr(each, "text", None) for each in given] == ["a b", "c", None, "e"]


def test_a_line_of_a_million_columns_is_refused_in_a_moment() -> None:
    first, refusal = read("a O\nb O\n\n" + "O " * 1_000_000 + "\n")
    assert isinstance(first, Record)
    assert refusal == Refusal(4, "1001 columns where the file has 2")


def test_tag_columns_are_read_as_they_stand_beside_their_spans() -> None:
    data = "# id = 1\na NOUN O I-X\nb NOUN B-X I-X\n\nc NOUN O\n\nd NOUN S-Y O\n"
    options = ReadOptions(source="f.conll")
    number, given = read_tags(io.BytesIO(data.encode()), options)
    first, refusal, last = given
    assert number == 2
    assert isinstance(first, TaggedSentence)
    assert (first.line, first.text, first.tokens) == (2, "a b", (Token(0, 1), Token(2, 3)))
    assert first.tags == (("O", "B-X"), ("I-X", "I-X"))
    assert isinstance(last, TaggedSentence)
    assert last.tags == (("S-Y",), ("O",))
    whole, refused, _ = read(data, "a", "b")
    assert refusal == refused
    assert isinstance(whole, Record)
    assert first.spans == tuple(each.spans for each in whole.annotations)
    with pytest.raises(TonemarkError, match="2 tag columns, but 3 annotators"):
        read_tags(io.BytesIO(data.encode()), ReadOptions(annotators=("a", "b", "c")))


def answered(data: str, *names: str) -> list[list[str]]:
    return [[each.annotator for each in record.annotations] for record in records(data, *names)]


@pytest.mark.parametrize(
    ("data", "names", "by"),
    [
        ("a O _\nb B-X _\n\na O O\nb O O\n", "ab", [["a"], ["a", "b"]]),
        ("a _ O\n\nb _ O\n", "ab", [["b"], ["b"]]),
        ("a O _ O\n", "abc", [["a", "c"]]),
        ("a B-NP O\n", "ab", [["a", "b"]]),  # labels like those of chunks
        ("a _\n", "a", [[]]),
        ("a _ _\n", "ab", [[]]),
        ("a _ _ O\n", "a", [["a"]]),  # MultiCoNER: two columns that are never used
    ],
)
def test_a_column_without_an_answer_to_a_sentence(data: str, names: str, by: list[str]) -> None:
    assert answered(data, *names) == by


def test_columns_without_an_answer_are_told_without_names() -> None:
    [record] = records("a B-X _ O\n")
    assert record.warnings == ("column 1 is read as the token, 2, 3, 4 as tags",)
    assert spans(record) == [("a", "X")]
    first, second = records("a _\n\nb B-X\n")
    assert (spans(first), spans(second)) == ([], [("b", "X")])
    assert not first.warnings


def test_one_silent_column_is_of_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_AHEAD_LINES", 2)
    first, second = records("a _\n\nb B-X\n")
    assert (spans(first), spans(second)) == ([], [("b", "X")])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("b _", "'_' in column 2 is no tag such as O or B-PER"),
        ("b _\nc O", "'_' in column 2 is no tag such as O or B-PER"),
    ],
)
def test_an_answer_to_half_a_sentence_is_refused(row: str, reason: str) -> None:
    assert read(f"a O\n\na O\n{row}\n")[1:] == [Refusal(4, reason)]
    [_, after] = read("a O\n\na _\nb B-X\n")
    assert after == Refusal(4, "'B-X' in column 2 stands after _: no answer")


def test_agreement_needs_an_answer_in_each_column() -> None:
    data = "a O _\n\nb O B-X\n"
    number, given = read_tags(io.BytesIO(data.encode()), ReadOptions())
    refusal, whole = given
    assert number == 2
    assert refusal == Refusal(1, "column 3 has no answer to it")
    assert isinstance(whole, TaggedSentence)


@pytest.mark.parametrize("rows", ["a _ B-X", "a B-X _", "a _ B-X _"])
def test_who_is_silent_in_the_first_lines_may_speak_later(
    rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "_AHEAD_LINES", 2)
    later = rows.replace("_", "B-Y").replace("a", "b")
    first, second = records(f"{rows}\n\n{later}\n")
    assert spans(first) == [("a", "X")]
    assert ("b", "Y") in spans(second)


def test_comments_with_a_tab_are_no_tokens() -> None:
    """GermEval 2014 has one a sentence."""
    data = "#\thttp://a.b\t[2009-10-17]\na\tO\nb\tB-X\n\n#\tB-Y\nc\tO\n"
    assert [spans(each) for each in records(data)] == [[("b", "X")], [("#", "Y")]]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a O", "the sentence has more than 1,000 tags: no blank line ends it"),
        ("a" + " O" * 50, "the sentence has more than 1,000 tags: no blank line ends it"),
        ("a B-{}", "the sentence has more than 0 MiB: no blank line ends it"),
    ],
)
def test_what_stands_beside_the_tokens_is_bounded(
    row: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conll, "CELLS", 1_000)
    monkeypatch.setattr(conll, "TEXT_LIMIT", 20_000)
    data = "".join(f"{row}\n".format("P" * at) for at in range(1, 1100))
    refusal, last = read(f"{data}\n{row}\n")
    assert isinstance(last, Record)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


def test_columns_that_are_left_out_take_no_memory() -> None:
    data = ("a" + " bb" * 300 + " O\n").encode() * 5_000
    tracemalloc.start()
    try:
        [record] = read(data)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()
    assert isinstance(record, Record)
