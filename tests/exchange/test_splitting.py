"""Texts split into sentences or paragraphs, and put together again to the code point."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as prop
from hypothesis import settings
from hypothesis import strategies as st
from making import given, keyed, numbered

from tonemark.corpus.intake import add_records
from tonemark.corpus.pieces import PIECE, parsed_piece
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import Store
from tonemark.exchange.splitting import held_together, split_records
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.sentences.sentences import paragraphs, sentences

TEXT = " Asha yuko Kisumu.  Juma yuko\nkwetuni!\n\nKesho? "


def split(*records: Record, **more: Any) -> list[Record]:
    found = list(split_records(records, sentences, "sentence", **more))
    assert all(isinstance(each, Record) for each in found), found
    return [each for each in found if isinstance(each, Record)]


def whole(pieces: Sequence[Record]) -> str:
    """The source of pieces, which are all of it."""
    text = ""
    for each in pieces:
        assert each.piece
        assert each.piece.offset == len(text) + len(each.piece.before)
        text += each.piece.before + each.text
    assert pieces[-1].piece
    text += pieces[-1].piece.after
    assert {each.piece.length for each in pieces if each.piece} == {len(text)}
    return text


def test_each_sentence_is_a_record_that_knows_its_place() -> None:
    record = Record(3, 7, TEXT, "k", {"title": "Leo", "_given": {"x": 1}}, warnings=("w",))
    pieces = split(record)
    assert [each.text for each in pieces] == ["Asha yuko Kisumu.", "Juma yuko\nkwetuni!", "Kesho?"]
    assert whole(pieces) == TEXT
    assert [each[0] for each in (p.piece for p in pieces if p.piece)] == [1, 20, 40]
    assert {(each.number, each.line, each.key) for each in pieces} == {(3, 7, "k")}
    assert [each.meta for each in pieces] == [record.meta, {"title": "Leo"}, {"title": "Leo"}]
    assert [each.warnings for each in pieces] == [("w",), (), ()]
    assert [each.tokens for each in pieces] == [None, None, None]


def test_what_lies_on_the_text_goes_with_it() -> None:
    spans = (Span(1, 5, "PER"), Span(20, 24, "PER"), Span(30, 37, "LOC"))
    record = Record(
        1,
        1,
        TEXT,
        tokens=(Token(1, 5), Token(20, 24), Token(40, 45)),
        suggestions=(Suggestion(11, 17, "LOC", ("x",), 0.5),),
        annotations=(
            given("amina", *spans, comment="c", flagged=True, time=5.0),
            given("juma", answer="reject"),
        ),
    )
    first, second, third = split(record)
    assert [each.tokens for each in (first, second, third)] == [
        ((0, 4),),
        ((0, 4),),
        ((0, 5),),
    ]
    assert first.suggestions == (Suggestion(10, 16, "LOC", ("x",), 0.5),)
    assert second.suggestions == ()
    hers = [each.annotations[0] for each in (first, second, third)]
    assert hers[0] == GivenAnnotation("amina", "accept", (Span(0, 4, "PER"),), "c", True, 5.0)
    assert hers[1].spans == (Span(0, 4, "PER"), Span(10, 17, "LOC"))
    assert hers[2] == GivenAnnotation("amina", "accept", (), "", True, 5.0)
    assert [each.annotations[1].answer for each in (first, second, third)] == ["reject"] * 3


def test_corrected_tokens_go_with_their_piece() -> None:
    tokens = (Token(1, 5), Token(20, 22), Token(22, 24), Token(40, 45))
    under = {"tokens": tokens, "made": tokens[1:3]}
    hers = GivenAnnotation("amina", "accept", **under)
    first, second, third = split(Record(1, 1, TEXT, annotations=(hers,)))
    assert [each.annotations[0].tokens for each in (first, third)] == [None, None]
    assert second.annotations[0].tokens == second.annotations[0].made == ((0, 2), (2, 4))
    over = GivenAnnotation("amina", "accept", tokens=(Token(12, 24),), made=(Token(12, 24),))
    [joined, _] = split(Record(1, 1, TEXT, annotations=(over,)))
    assert joined.annotations[0].made == ((11, 23),)
    assert "a corrected token at 12-24 reaches" in joined.warnings[0]


@pytest.mark.parametrize(
    ("start", "end", "texts"),
    [
        (1, 18, ["Asha yuko Kisumu.", "Juma yuko\nkwetuni!", "Kesho?"]),
        (1, 19, ["Asha yuko Kisumu.  Juma yuko\nkwetuni!", "Kesho?"]),
        (18, 20, ["Asha yuko Kisumu.  Juma yuko\nkwetuni!", "Kesho?"]),
        (19, 21, ["Asha yuko Kisumu.  Juma yuko\nkwetuni!", "Kesho?"]),
        (30, 41, ["Asha yuko Kisumu.", "Juma yuko\nkwetuni!\n\nKesho?"]),
        (3, 41, ["Asha yuko Kisumu.  Juma yuko\nkwetuni!\n\nKesho?"]),
        (0, 1, [" Asha yuko Kisumu.", "Juma yuko\nkwetuni!", "Kesho?"]),
        (46, 47, ["Asha yuko Kisumu.", "Juma yuko\nkwetuni!", "Kesho? "]),
    ],
)
def test_there_is_no_border_inside_a_span(start: int, end: int, texts: list[str]) -> None:
    for placed in (
        {"annotations": (given("amina", Span(start, end, "X")),)},
        {"suggestions": (Suggestion(start, end, "X", ("x",)),)},
        {"tokens": (Token(start, end),)},
    ):
        pieces = split(Record(1, 1, TEXT, **placed))
        assert [each.text for each in pieces] == texts
        assert whole(pieces) == TEXT
        crosses = len(texts) < 3
        assert len(pieces[0].warnings) == crosses
        if crosses:
            assert f"at {start}-{end} reaches from one sentence" in pieces[0].warnings[0]


def test_answers_to_one_text_are_cut_alike() -> None:
    hers = Record(1, 1, TEXT, "k", annotations=(given("amina", Span(30, 41, "X")),))
    his = Record(2, 2, TEXT, "k", annotations=(given("juma", Span(1, 5, "PER")),))
    other = Record(3, 3, TEXT, "l", annotations=(given("juma", Span(1, 5, "PER")),))
    held = held_together((hers, his, other, Refusal(4, "no")), sentences)
    assert held == {"k": {40}}
    pieces = split(hers, his, other, held=held)
    assert [len(each.text) for each in pieces if each.key == "k"] == [17, 26, 17, 26]
    assert [len(each.text) for each in pieces if each.key == "l"] == [17, 18, 6]


def test_refusals_pass_and_a_piece_is_not_split_again() -> None:
    piece = {"of": "k", "offset": 3, "length": 80}
    records = (Refusal(1, "no"), Record(2, 2, TEXT, meta={PIECE: piece}))
    first, second = split_records(records, sentences, "sentence")
    assert first == records[0]
    assert isinstance(second, Refusal)
    assert (second.line, "a piece of a text already" in second.reason) == (2, True)


@pytest.mark.parametrize("cut", [sentences, paragraphs])
@pytest.mark.parametrize("text", ["", " ", "\n\n", " \t\u3000\x1c\u2029"])
def test_a_text_without_a_word_is_refused(text: str, cut: Callable[[str], Sequence[Token]]) -> None:
    hers = given("amina", Span(0, len(text), "X")) if text else given("amina")
    records = [Record(1, 8, text, "k", annotations=(hers,)), Record(2, 9, TEXT)]
    assert held_together(records, cut) == {}
    refusal, *pieces = split_records(records, cut, "sentence", {"k": {1}})
    assert isinstance(refusal, Refusal)
    assert (refusal.line, "white space" in refusal.reason) == (8, True)
    assert pieces


def test_metadata_that_would_fill_the_disk_are_refused() -> None:
    record = Record(1, 9, "a. B. " * 70_000, meta={"x": "y" * 1_000})
    (refusal,) = split_records([record], sentences, "sentence")
    assert isinstance(refusal, Refusal)
    assert "64 MiB" in refusal.reason


@pytest.mark.parametrize(
    "data",
    [
        None,
        "x",
        {},
        {"of": "", "offset": 0, "length": 1},
        {"of": "k", "offset": -1, "length": 1},
        {"of": "k", "offset": 1, "length": 1},
        {"of": "k", "offset": True, "length": 2},
        {"of": "k", "offset": 0, "length": 1.0},
        {"of": "k", "offset": 0, "length": 1, "before": "x"},
        {"of": "k", "offset": 0, "length": 1, "after": 3},
        {"of": "k", "offset": 0, "length": 1, "of what": "mine"},
    ],
)
def test_what_is_no_piece_of_ours_is_none(data: Any) -> None:
    assert parsed_piece(data) is None


RECORDS = st.builds(
    lambda text, places: (text, [(a, b) for a, b in map(sorted, places) if a < b <= len(text)]),
    st.lists(
        st.sampled_from(["Asha ", "a", ". ", "! ", "\n\n", " ", "።", "\n", "𞤀", "\u0301", "?"]),
        max_size=20,
    )
    .map("".join)
    .filter(lambda text: bool(text) and not text.isspace()),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4),
)


@prop(RECORDS, st.sampled_from([sentences, paragraphs]))
def test_nothing_is_lost_between_the_pieces(
    drawn: tuple[str, list[tuple[int, int]]], cut: Callable[[str], list[Token]]
) -> None:
    text, places = drawn
    spans = tuple(Span(start, end, "X") for start, end in places)
    record = Record(1, 1, text, annotations=(given("amina", *spans),))
    pieces = [p for p in split_records([record], cut, "piece") if isinstance(p, Record)]
    assert whole(pieces) == text
    back = []
    for each in pieces:
        for span in each.annotations[0].spans:
            assert 0 <= span.start < span.end <= len(each.text)
            back.append((span.start + each.piece.offset, span.end + each.piece.offset))  # type: ignore[union-attr]
    assert sorted(back) == sorted(places)


# In the store.


def add(store: Store, records: Iterable[Record], name: str = "a.txt", **more: Any) -> Report:
    report = Report()
    cut = more.pop("cut", sentences)
    add_records(store, name, split_records(records, cut, "sentence"), report, **more)
    return report


@pytest.fixture
def store(tmp_path: Path) -> Iterable[Store]:
    from tonemark.corpus.store import create_store

    create_store(tmp_path / "store.sqlite")
    store = Store(tmp_path / "store.sqlite")
    yield store
    store.close()


def keys(store: Store) -> list[str]:
    return [each.key for each in store.documents(range(1, store.document_count() + 1))]


def test_the_same_file_twice_adds_nothing_and_a_grown_one_goes_on(store: Store) -> None:
    lines = ["Habari. Karibu.", "Leo."]
    assert add(store, numbered(lines)).added == 3
    again = add(store, numbered(lines))
    assert (again.added, again.already_there, again.refused_count) == (0, 3, 0)
    grown = add(store, numbered([*lines, "Kesho. Jana."]))
    assert (grown.added, grown.already_there, grown.refused_count) == (2, 3, 0)
    assert keys(store) == ["a.txt:1@0", "a.txt:1@8", "a.txt:2@0", "a.txt:3@0", "a.txt:3@7"]
    longer = add(store, numbered(["Habari. Karibu. Basi.", "Leo."]))
    assert (longer.added, longer.already_there) == (1, 3)
    assert keys(store)[-1] == "a.txt:1@16"


def test_a_text_that_is_there_is_not_added_divided_otherwise(store: Store) -> None:
    text = "Habari. Karibu.\n\nLeo. Kesho."
    records = [Record(1, 1, "Moja."), Record(2, 2, "Mbili."), Record(3, 3, text)]

    def other(cut: Callable[[str], list[Token]]) -> Callable[[str], list[Token]]:
        return lambda given: cut(given) if given == text else sentences(given)

    assert add(store, records, cut=other(paragraphs)).added == 4
    for cut, refused in (
        (sentences, [0, 8, 17, 22]),
        (lambda text: [Token(0, len(text))], [0]),
        (lambda text: [Token(0, 7), Token(8, 28)], [0, 8]),
    ):
        found = add(store, records, cut=other(cut))
        assert (found.added, found.already_there) == (0, 2)
        assert [each.line for each in found.refused] == [3] * len(refused)
        assert all(
            f"at {at} " in each.reason for at, each in zip(refused, found.refused, strict=True)
        )
    again = add(store, records, cut=other(paragraphs))
    assert (again.added, again.already_there, again.refused_count) == (0, 4, 0)


def test_keys_name_the_source_and_the_place(store: Store) -> None:
    long = "k" * 199
    add(store, keyed(("d", "Habari. Leo."), (long, "Habari. Leo."), ("9", "x")))
    assert keys(store) == ["d@0", "d@8", "a.txt:2@0", "a.txt:2@8", "9@0"]
    add(store, keyed(("d", "Hapana. Ndiyo. Leo.")), "b.jsonl")
    assert keys(store)[5:] == ["b.jsonl:d@0", "b.jsonl:d@8", "d@15"]
    metas = [each.meta[PIECE] for each in store.documents(range(1, 9))]
    assert [each["of"] for each in metas] == ["d", "d", long, long, "9", "d", "d", "d"]
    assert metas[1] == {"of": "d", "offset": 8, "length": 12, "before": " "}


def test_answers_meet_their_pieces_by_key(store: Store) -> None:
    add(store, keyed(("d", "Asha. Juma.")))
    answer = (given("amina", Span(6, 10, "PER")),)
    found = add(
        store, [Record(1, 1, "Asha. Juma.", "d", annotations=answer)], "b.jsonl", match="key"
    )
    assert (found.added, found.already_there, found.annotations) == (0, 2, 2)


@settings(max_examples=20, deadline=None)
@prop(st.lists(RECORDS, min_size=1, max_size=4))
def test_any_texts_come_back_from_the_store(drawn: list[tuple[str, Any]]) -> None:
    import tempfile

    from tonemark.corpus.project import create_project, read_project
    from tonemark.corpus.store import STORE_FILE, create_store
    from tonemark.exchange.export import export_project
    from tonemark.exchange.settings import Settings

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "p"
        create_project(folder, language="sw", labels=["X"])
        create_store(folder / STORE_FILE)
        store = Store(folder / STORE_FILE)
        records = [
            Record(n, n, text, annotations=(given("amina", *(Span(a, b, "X") for a, b in places)),))
            for n, (text, places) in enumerate(drawn, 1)
        ]
        report = add(store, records)
        assert not report.refused_count
        out = Path(name) / "o.jsonl"
        export_project(read_project(folder), store, Settings(joined=True), out)
        store.close()
        found = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        assert [each["text"] for each in found] == [text for text, _ in drawn]
        for each, (_, places) in zip(found, drawn, strict=True):
            spans = {(span["start"], span["end"]) for span in each["spans"]}
            assert spans == set(places)
