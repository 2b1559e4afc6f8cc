"""CoNLL-U: what is written, that it comes back to the code point, and what others' files say."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tagged_rows import found, said, tagged_rows

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions, WriteOptions
from tonemark.exchange.fitting import faults
from tonemark.exchange.formats.columns import conllu as conllu
from tonemark.exchange.formats.columns import layout as layout
from tonemark.exchange.formats.columns.conllu import FORMAT, read_conllu, recognises
from tonemark.exchange.formats.columns.conllu_rows import BLANKS, escaped, unescaped, write_conllu
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

PLAIN = WriteOptions()
ROW = ExportRow(
    "d1",
    " Vaj Pov\tnyob.\n\nLuang Prabang! ",
    tokens=(Token(1, 8), Token(9, 13), Token(13, 14), Token(16, 29), Token(29, 30)),
    spans=(Span(1, 8, "PER"), Span(16, 29, "LOC")),
    answer="accept",
    annotator="amina",
)


def sentences(text: str) -> list[Token]:
    borders = [at for at, character in enumerate(text) if character == "."]
    return [Token(start, len(text)) for start in (0, *(border + 1 for border in borders))]


def written(rows: Sequence[ExportRow], options: WriteOptions = PLAIN) -> str:
    stream = io.BytesIO()
    assert list(write_conllu(rows, stream, options)) == [1] * len(rows)
    return stream.getvalue().decode()


def read(data: str | bytes, *names: str, key: str = "NE") -> list[Given]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read_conllu(stream, ReadOptions(annotators=names, source="f.conllu", name_key=key)))


def records(data: str | bytes, *names: str, key: str = "NE") -> list[Record]:
    given = read(data, *names, key=key)
    assert all(isinstance(each, Record) for each in given), given
    return [each for each in given if isinstance(each, Record)]


def lines(*rows: str) -> str:
    """A sentence of the first, the second and the last columns."""
    shown = []
    for row in rows:
        number, form, *misc = row.split(" ")
        shown.append("\t".join((number, form, *"_" * 7, "|".join(misc) or "_")) + "\n")
    return "".join(shown) + "\n"


def labelled(record: Record) -> list[str]:
    spans = record.suggestions or [span for each in record.annotations for span in each.spans]
    return [f"{record.text[each.start : each.end]} {each.label}" for each in spans]


def test_a_document_to_the_letter() -> None:
    data = written([ROW, ExportRow("d2", "a|b")], WriteOptions(sentences=sentences))
    empty = "\t_" * 7 + "\t"
    assert data == (
        "# generator = Tonemark\n# newdoc id = d1\n# sent_id = 1\n# text = Vaj Pov nyob.\n"
        f"1\tVaj{empty}NE=B-PER|SpacesBefore=\\s\n"
        f"2\tPov{empty}NE=I-PER|SpacesAfter=\\t\n"
        f"3\tnyob{empty}NE=O|SpaceAfter=No\n"
        f"4\t.{empty}NE=O|SpacesAfter=\\n\\n\n"
        "\n# sent_id = 2\n# text = Luang Prabang!\n"
        f"1\tLuang{empty}NE=B-LOC\n"
        f"2\tPrabang{empty}NE=I-LOC|SpaceAfter=No\n"
        f"3\t!{empty}NE=O|SpacesAfter=\\s\n"
        f"\n# newdoc id = d2\n# sent_id = 3\n# text = a|b\n1\ta|b{empty}_\n\n"
    )
    first, second = records(data, "amina")
    assert (first.key, first.text, first.line) == ("d1", ROW.text, 1)
    assert [each.spans for each in first.annotations] == [
        (Span(1, 8, "PER", ("import:f.conllu",)), Span(16, 29, "LOC", ("import:f.conllu",)))
    ]
    assert (second.key, second.text, second.annotations) == ("d2", "a|b", ())
    assert not first.warnings


LABELS = st.sampled_from(["PER", "O", "B_PER", "_", "I"])


@pytest.mark.parametrize("cut", [None, sentences])
@given(rows=st.lists(tagged_rows(LABELS), min_size=1, max_size=4))
def test_what_is_written_is_read_back(cut: object, rows: list[ExportRow]) -> None:
    rows = [row for row in rows if not faults(FORMAT, row)]
    data = written(rows, WriteOptions(sentences=cut))
    for row, record in zip(rows, records(data), strict=True):
        assert (record.key, record.text) == (row.key, row.text)
        assert found(row, [record]) == {None: said(row)}
    for row, record in zip(rows, records(data, "amina"), strict=True):
        assert [each.annotator for each in record.annotations] == ["amina"] * bool(row.answer)


def test_a_key_comes_back_as_it_is() -> None:
    for key in (" a ", "=", "# text = b", "a = b", "ß\u00a0"):
        [record] = records(written([replace(ROW, key=key)]))
        assert record.key == key


@given(st.text(st.sampled_from(" \t\r\n\\|\u00a0\u2028\x1c\u3000\u0085")))
def test_white_space_is_escaped(space: str) -> None:
    value = escaped(space)
    assert unescaped(value) == space
    assert value.isascii()
    assert "|" not in value
    assert not any(each.isspace() for each in value)


def test_the_name_of_the_tag() -> None:
    data = written([ROW], WriteOptions(name_key="name"))
    assert "\tname=B-PER|" in data
    [record] = records(data, key="name")
    assert not record.warnings
    [record] = records(data)
    assert record.warnings == ("no NE= in MISC: the tags are read from name=",)
    assert labelled(record) == ["Vaj Pov PER", "Luang Prabang LOC"]
    for key in ("", "_", "a b", "a=", "a|b", "SpaceAfter"):
        with pytest.raises(TonemarkError, match="cannot be the name of a tag"):
            written([ROW], WriteOptions(name_key=key))


@pytest.mark.parametrize(
    ("label", "fault"), [("PER", 0), ("A_B", 0), ("Per", 1), ("PER2", 1), ("ÉT", 1), ("A-B", 1)]
)
def test_labels(label: str, fault: int) -> None:
    assert FORMAT.label_fault
    assert bool(FORMAT.label_fault(label)) == bool(fault)


def test_much_white_space_does_not_fit() -> None:
    assert FORMAT.misfits
    row = ExportRow("d", "a" + " " * BLANKS + "b" + "\x1c" * (BLANKS + 1), answer="accept")
    [misfit] = FORMAT.misfits(row)
    assert (misfit.start, misfit.end) == (BLANKS + 2, 2 * BLANKS + 3)
    fits = replace(row, text=row.text[:-1])
    assert not list(FORMAT.misfits(fits))
    [record] = records(written([fits]))
    assert record.text == fits.text


FOREIGN = [
    # a sentence a record
    (
        "# sent_id = s1\n# text = Vaj Pov.\n" + lines("1 Vaj NE=B-PER", "2 Pov", "3 ."),
        [("s1", "Vaj Pov.", ["Vaj PER"])],
    ),
    (lines("1 a SpaceAfter=No", "2 b") + lines("1 c"), [(None, "ab", []), (None, "c", [])]),
    (lines("1 a", "2 b SpacesAfter=\\n"), [(None, "a b", [])]),
    # documents
    (
        lines("1 z") + "# newdoc\n" + lines("1 a NE=B-X") + lines("1 b NE=I-X SpaceAfter=No"),
        [(None, "z", []), (None, "a b", ["a X", "b X"])],
    ),
    (
        "# newdoc id = k\n\n# text = a\n" + lines("1 a SpaceAfter=No") + lines("1 b"),
        [("k", "ab", [])],
    ),
    (
        "# newdoc id=k\n" + lines("1 a SpacesBefore=\\s", "2 b SpacesAfter=\\n"),
        [("k", " a b\n", [])],
    ),
    # words of a multiword token, and empty nodes
    (
        lines("1 a", "2-3 im SpaceAfter=No", "2 in", "3 dem NE=B-X", "4 b NE=I-X", "4.1 c NE=B-Y"),
        [(None, "a imb", ["imb X"])],
    ),
    (lines("1-2 im NE=B-X", "1 in", "2 dem", "3 b NE=I-X"), [(None, "im b", ["im b X"])]),
    (lines("1-2 ab", "1 a NE=U-X", "2 b NE=U-Y", "3 c"), [(None, "ab c", ["ab X", "ab Y"])]),
    ("# text = a 1 0 b\n" + lines("1 a", "2 1\u00a00", "3 b"), [(None, "a 1\u00a00 b", [])]),
    (lines("1 a NE=B-X", "2 b NE=O", "3 c"), [(None, "a b c", ["a X"])]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "told"), FOREIGN)
def test_others_files(data: str, told: list[tuple[str | None, str, list[str]]]) -> None:
    assert [(each.key, each.text, labelled(each)) for each in records(data)] == told


@pytest.mark.parametrize(
    ("data", "warning"),
    [
        (
            lines("1 a NE=LOC", "2 b NE=Yes"),
            "NE= in MISC is no tag such as B-PER ('LOC'): left out",
        ),
        (lines("1 a name=LOC"), "name= in MISC is no tag such as B-PER ('LOC'): left out"),
        (lines("1 a Entity=(e1-person)"), "names stand in Entity= (as in GUM), which is not read"),
        (lines("1 a B-PER|SpaceAfter=No"), "tags stand in MISC without a key ('B-PER')"),
        (
            "# text = e\u0301\n" + lines("1 \u00e9"),
            "# text and the forms are not in one normal form: taken as the forms",
        ),
        ("# text = a.\n" + lines("1 a", "2 ."), "the white space is that of # text; SpaceAfter"),
        (lines("1-2 im", "1 in", "2 dem NE=B-X"), "a name that is part of a multiword token"),
        (lines("1 a NER=B-X"), "no NE= in MISC: the tags are read from NER="),
    ],
)
def test_what_is_warned_of(data: str, warning: str) -> None:
    first, second = records(data + lines("1 z"))
    assert [each.startswith(warning) for each in first.warnings] == [True]
    assert not second.warnings


def test_whose_the_tags_are() -> None:
    data = lines("1 a NE=B-X") + lines("1 b")
    first, second = records(data, "amina")
    assert [each.answer for each in (*first.annotations, *second.annotations)] == ["accept"] * 2
    [untagged] = records(lines("1 a"), "amina")
    assert not untagged.annotations
    assert untagged.warnings[0].startswith("no NE= in MISC of the first lines")
    with pytest.raises(TonemarkError, match="2 annotators were named"):
        read(data, "amina", "juma")


@pytest.mark.parametrize(
    ("bad", "line", "reason"),
    [
        ("1 a O\n\n", 1, "1 column where CoNLL-U has 10"),
        ("1\ta" + "\t_" * 9 + "\n\n", 1, "11 columns where CoNLL-U has 10"),
        (lines("1 a", "x b"), 2, "the number of the word is 'x'"),
        (lines("1 a", "3 b"), 2, "word '3' stands where 2 is due"),
        (lines("1 a", "1 b"), 2, "word '1' stands where 2 is due"),
        (lines("9999999999 a"), 1, "the number of the word is '9999999999'"),
        (lines("1-999999999 a", "1 b"), 1, "word 999999999 of the last range is not there"),
        (lines("1-2 a", "1 b", "2-3 c"), 3, "the range '2-3' holds no words, or those of another"),
        (lines("2-1 a"), 1, "word '2-1' stands where 1 is due"),
        (lines("1-0 a"), 1, "the range '1-0' holds no words, or those of another"),
        (lines("1 a NE=PER"), 1, "'PER' in NE= is no tag such as O or B-PER"),
        (lines("1 a NE=B-\x07"), 1, "the label '\\x07' has U+0007, which does not print"),
        (lines("1 a SpacesAfter=x", "2 b"), 1, "SpacesAfter is 'x', not white space"),
        (lines("1  "), 1, "the form is empty"),
        ("# text = b\n" + lines("1 a"), 1, "# text is 'b', but the forms are 'a'"),
        (lines("1 a\0"), 1, "the text holds NUL (U+0000) at 1"),
        (lines("1 a") [:-1] + "# x\n\n", 2, "1 column where CoNLL-U has 10"),
    ],
)  # fmt: skip
def test_a_sentence_with_a_bad_line_is_refused_and_the_rest_goes_in(
    bad: str, line: int, reason: str
) -> None:
    good = lines("1 z NE=B-X")
    first, refusal, last = read(good + bad + good)
    assert refusal == Refusal(line + 2, reason)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert last.text == "z"
    # Of a document all is refused, and nothing of the next.
    refusal, last = read(
        "# newdoc id = a\n" + good + bad + good + "# newdoc id = b\n" + good, "amina"
    )
    assert isinstance(refusal, Refusal)
    assert refusal.reason in (reason, reason.replace("at 1", "at 3"))
    assert isinstance(last, Record)
    assert last.key == "b"


@pytest.mark.parametrize("name", ["sent_id", "newdoc id"])
def test_a_key_that_cannot_be_one(name: str) -> None:
    given = read(f"# {name} = \x07\n" + lines("1 a") + "# newdoc\n" + lines("1 b"))
    assert given[0] == Refusal(1, f"{name} holds a control character: '\\x07'")
    assert isinstance(given[1], Record)


def test_a_line_that_is_no_text() -> None:
    first, refusal, last = read(lines("1 a").encode() + b"1\t\xe9\n\n" + lines("1 b").encode())
    assert refusal == Refusal(3, "not UTF-8: byte 0xE9 at byte 3")
    with pytest.raises(TonemarkError, match="UTF-16"):
        read(lines("1 a").encode("utf-16"))
    assert isinstance(first, Record)
    assert isinstance(last, Record)


@pytest.mark.parametrize("head", ["", "# newdoc\n"])
def test_what_has_no_end_is_refused(head: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conllu, "TEXT_LIMIT", 1 << 20)
    row = "{}\t" + "a" * 4096 + "\t_" * 8 + "\n"
    data = "".join(row.format(number) for number in range(1, 300)) + "\n"
    refusal, last = read(head + data + "# newdoc\n" + lines("1 b"))
    assert isinstance(refusal, Refusal)
    assert "the sentence has more than 1 MiB: no blank line ends it" in refusal.reason
    assert isinstance(last, Record)
    short = "".join(row.format(number) for number in range(1, 200)) + "\n"
    given = read("# newdoc\n" + short + short + "# newdoc\n" + lines("1 b"))
    assert given[0] == Refusal(202, "the document has more than 1 MiB: no newdoc ends it")
    assert isinstance(given[1], Record)


@pytest.mark.parametrize(
    ("head", "known"),
    [
        (b"# sent_id = 1\n1\ta\t_\t_\t_\t_\t_\t_\t_\t_\n", True),
        (b"\xef\xbb\xbf1-2\ta\t_\t_\t_\t_\t_\t_\t_\t_\n", True),
        (b"a O\n", False),
        (b"# a\n", False),
        (b"a\t_\t_\t_\t_\t_\t_\t_\t_\t_\n", False),
    ],
)
def test_it_is_known_by_its_columns(head: bytes, known: bool) -> None:
    assert recognises(head) is known


def test_what_is_no_tag_behind_the_first_lines_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_AHEAD_LINES", 2)
    first, second, third = records(lines("1 a") + lines("1 b NE=LOC") + lines("1 c NE=B-X"))
    assert not first.warnings
    assert second.warnings == ("NE= in MISC is no tag such as B-PER ('LOC'): left out",)
    assert labelled(third) == ["c X"]


def test_words_inside_a_range_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conllu, "CELLS", 100)
    rows = lines("1-999999999 a", *(f"{n} b" for n in range(1, 200)))
    refusal, last = read(rows + lines("1 z"))
    reason = "the sentence has more than 100 words: no blank line ends it"
    assert refusal == Refusal(102, reason)
    assert isinstance(last, Record)
    short = lines(*(f"{n} b" for n in range(1, 80)))
    [refusal] = read(f"# newdoc\n{short}{short}")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "the document has more than 100 words: no newdoc ends it"


def test_white_space_before_a_later_sentence_stands_between_the_two() -> None:
    rows = lines("1 a SpacesAfter=\\t") + lines("1 b SpacesBefore=\\n\\n")
    [record] = records(f"# newdoc\n{rows}")
    assert record.text == "a\t\n\nb"
