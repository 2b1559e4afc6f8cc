"""A format of another package: whatever its code does is told with its name, and does no harm."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Misfit, ReadOptions, WriteOptions
from tonemark.exchange.plugged import checked_format
from tonemark.exchange.rows import ExportRow
from tonemark.plugins import Plugin
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

PLUGIN = Plugin("odd", "odd", "package", "7", "x:y", EntryPoint("odd", "x:y", "tonemark.formats"))
ROW = ExportRow("k", "text")


def fail(*_: object) -> Any:
    raise ZeroDivisionError("by nothing")


def plugged(**fields: Any) -> Format:
    return checked_format(Format("own", "odd files", **fields), PLUGIN)


def reading(*given: Any, then: Callable[[], object] = lambda: None) -> Format:
    def read(stream: Any, options: ReadOptions) -> Iterator[Any]:
        yield from given
        then()

    return plugged(read=read)


def read(format: Format) -> list[Any]:
    assert format.read
    return list(format.read(io.BytesIO(), ReadOptions()))


def test_it_has_the_name_of_its_entry_point() -> None:
    assert plugged(read=fail).name == "odd"


GOOD = Record(
    1, 1, "Asha yuko", tokens=(Token(0, 4),), suggestions=(Suggestion(0, 4, "P", ("x",)),)
)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            GOOD._replace(suggestions=(Suggestion(0, 99, "P", ("x",)),)),
            "the span 0-99 lies outside",
        ),
        (
            GOOD._replace(suggestions=(Suggestion(-1, 2, "P", ("x",)),)),
            "the span -1-2 lies outside",
        ),
        (GOOD._replace(suggestions=(Suggestion(2, 2, "P", ("x",)),)), "the span 2-2 lies outside"),
        (GOOD._replace(suggestions=(Suggestion(0, 4, "a b", ("x",)),)), "has white space"),
        (GOOD._replace(suggestions=(Suggestion(0, 4, None, ("x",)),)), "is null, not a string"),
        (
            GOOD._replace(annotations=(GivenAnnotation("a", "accept", (Span(0, 10, "P"),)),)),
            "the span 0-10 lies outside",
        ),
        (GOOD._replace(tokens=(Token(3, 30),)), "the token 3-30 lies outside"),
        (GOOD._replace(text=" "), "white space alone"),
        (GOOD._replace(text=7), "not a string"),
        (GOOD._replace(key="a\n"), "control character"),
    ],
)
def test_a_record_that_cannot_be_is_refused_and_the_next_taken(given: Record, reason: str) -> None:
    first, second = read(reading(given, GOOD))
    assert isinstance(first, Refusal)
    assert reason in first.reason
    assert second == GOOD


@pytest.mark.parametrize(
    ("format", "said"),
    [
        (reading(GOOD, then=fail), "failed while it read: ZeroDivisionError: by nothing"),
        (reading("text"), "failed while it read: TypeError: its reader gives a str"),
        (reading(None), "TypeError: its reader gives a NoneType"),
        (plugged(read=lambda stream, options: 3), "TypeError"),
    ],
)
def test_a_reader_that_fails_is_told_with_its_package(format: Format, said: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        read(format)
    assert said in caught.value.title
    assert "package 7" in caught.value.title


def test_what_a_reader_refuses_whole_is_said_in_its_words() -> None:
    def refuse() -> None:
        raise TonemarkError("It is UTF-16.")

    with pytest.raises(TonemarkError, match=r"^It is UTF-16\.$"):
        read(reading(then=refuse))


def write(format: Format, rows: Iterable[ExportRow]) -> list[int]:
    assert format.write
    return list(format.write(rows, io.BytesIO(), WriteOptions()))


def test_a_writer_that_fails_is_told_and_not_blamed_for_others() -> None:
    with pytest.raises(TonemarkError, match="failed while it wrote: ZeroDivisionError"):
        write(plugged(write=fail), [ROW])

    def one_each(rows: Iterable[ExportRow], stream: Any, options: WriteOptions) -> Iterator[int]:
        yield from (1 for _ in rows)

    def broken() -> Iterator[ExportRow]:
        yield ROW
        raise KeyError("the store")

    assert write(plugged(write=one_each), [ROW, ROW]) == [1, 1]
    with pytest.raises(KeyError, match="the store"):
        write(plugged(write=one_each), broken())


def first_alone(rows: Iterable[ExportRow], stream: Any, options: WriteOptions) -> Iterator[int]:
    yield from (1 for _ in list(rows)[:1])


def one_taken(rows: Iterable[ExportRow], stream: Any, options: WriteOptions) -> Iterator[int]:
    yield from (1 for _ in zip(range(1), rows, strict=False))


def twice(rows: Iterable[ExportRow], stream: Any, options: WriteOptions) -> Iterator[int]:
    yield from (1 for row in rows for _ in range(2))


def before(rows: Iterable[ExportRow], stream: Any, options: WriteOptions) -> Iterator[int]:
    yield 1
    yield from (1 for _ in rows)


def nothing(rows: Iterable[ExportRow], stream: Any, options: WriteOptions) -> Iterator[int]:
    return iter(())


@pytest.mark.parametrize(
    ("writer", "said"),
    [
        (first_alone, "yields 1 counts, and was given more"),
        (one_taken, "yields 1 counts, and was given more"),
        (nothing, "yields 0 counts, and was given more"),
        (twice, "more than once a document"),
        (before, "more than once a document"),
        (lambda *_: iter([None]), "yields null, no count"),
        (lambda *_: iter([True]), "yields true, no count"),
        (lambda *_: iter([-1]), "yields -1, no count"),
    ],
)
def test_a_writer_that_miscounts_is_told_with_its_package(writer: Any, said: str) -> None:
    with pytest.raises(TonemarkError, match="failed while it wrote: TypeError") as caught:
        write(plugged(write=writer), [ROW, ROW])
    assert said in caught.value.title
    assert "package 7" in caught.value.title


def test_a_writer_may_hold_all_documents_before_it_counts() -> None:
    def late(rows: Iterable[ExportRow], stream: Any, options: WriteOptions) -> Iterator[int]:
        yield from (2 for _ in list(rows))

    assert write(plugged(write=late), [ROW, ROW]) == [2, 2]
    assert write(plugged(write=nothing), []) == []


def misfits(row: ExportRow) -> Iterator[Misfit]:
    yield Misfit(0, 1, "odd")
    fail()


@pytest.mark.parametrize(
    ("name", "function", "arguments"),
    [
        ("label_fault", fail, ("P",)),
        ("borders", fail, ("text", ())),
        ("companions", fail, (WriteOptions(),)),
        ("misfits", misfits, (ROW,)),
    ],
)
def test_whatever_else_fails_is_told(name: str, function: Any, arguments: tuple[Any, ...]) -> None:
    format = plugged(read=fail, **{name: function})
    with pytest.raises(TonemarkError, match=r"package 7, failed: ZeroDivisionError"):
        getattr(format, name)(*arguments)


@pytest.mark.parametrize("name", ["recognises", "recognises_folder"])
def test_one_that_fails_to_look_recognises_nothing(name: str) -> None:
    assert getattr(plugged(read=fail, **{name: fail}), name)(b"") is False
