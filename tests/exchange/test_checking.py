"""What is looked at in records, and where it is said to be."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import run_here

from tonemark.corpus.records import GivenAnnotation, Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange import checking
from tonemark.exchange.base import Format, Misfit
from tonemark.exchange.checking import OTHER, SHOWN, Checked, check_records, rows_of
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

PLAIN = Format("plain", "plain")
TEXT = "Asha na  Juma𞤀"


def spans(*given: tuple[int, int, str]) -> tuple[Span, ...]:
    return tuple(Span(*each) for each in given)


def record(*given: tuple[int, int, str], line: int = 7, **more: Any) -> Record:
    answer = GivenAnnotation("amina", "accept", spans(*given))
    return Record(1, line, more.pop("text", TEXT), annotations=(answer,), **more)


def checked(*records: Any, format: Format = PLAIN) -> Checked:
    found = Checked()
    check_records(records, format, found)
    return found


def places(found: Checked) -> dict[str, list[tuple[int, str]]]:
    return {name: [(at.line, at.what) for at in there.first] for name, there in found.findings()}


TOKENS = (Token(0, 4), Token(5, 7), Token(9, 14))

CASES = {
    "nothing": (record((0, 4, "PER"), (9, 14, "PER")), {}),
    "a refusal": (Refusal(3, "no text"), {"refused": [(3, "no text")]}),
    "a warning": (record(warnings=("odd",)), {"warned": [(7, "odd")]}),
    "an overlap": (
        record((0, 4, "PER"), (2, 7, "LOC")),
        {"overlapping": [(7, "2-7 'ha na' LOC overlaps 0-4 'Asha' PER")]},
    ),
    "in a longer one": (
        record((0, 14, "PER"), (1, 2, "LOC"), (9, 14, "LOC")),
        {
            "overlapping": [
                (7, f"1-2 's' LOC overlaps 0-14 {TEXT!r} PER"),
                (7, f"9-14 'Juma𞤀' LOC overlaps 0-14 {TEXT!r} PER"),
            ]
        },
    ),
    "one after another": (record((0, 4, "PER"), (4, 7, "LOC")), {
        "blank_edges": [(7, "4-7 ' na' LOC has white space at its edge")]
    }),
    "a token that is cut": (
        record((0, 3, "PER"), (10, 14, "PER"), tokens=TOKENS),
        {
            "cutting": [
                (7, "0-3 'Ash' PER ends inside a token"),
                (7, "10-14 'uma𞤀' PER begins inside a token"),
            ]
        },
    ),
    "what lies between tokens": (
        record((4, 5, "PER"), text="Asha? na", tokens=(Token(0, 4), Token(6, 8))),
        {},
    ),
    "no tokens": (record((0, 3, "PER")), {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_thing_is_found_where_it_is(case: str) -> None:
    given, expected = CASES[case]
    assert places(checked(given)) == expected


def test_tokens_under_an_answer_are_those_that_count() -> None:
    answer = GivenAnnotation("amina", "accept", spans((0, 3, "PER")), tokens=(Token(0, 3),))
    assert places(checked(Record(1, 1, TEXT, tokens=TOKENS, annotations=(answer,)))) == {}


def test_answers_of_two_do_not_overlap_each_other() -> None:
    answers = tuple(
        GivenAnnotation(name, "accept", spans((0, 4, "PER"))) for name in ("amina", "juma")
    )
    assert places(checked(Record(1, 1, TEXT, annotations=answers))) == {}


def test_the_counts() -> None:
    settled = GivenAnnotation("rosa", "accept", spans((0, 4, "PER")), settled=Settled())
    found = checked(
        record((0, 4, "PER"), (5, 7, "LOC")),
        Record(2, 8, "baba", annotations=(settled,)),
        Record(3, 9, "c", annotations=(GivenAnnotation("amina", "reject"),)),
        Record(4, 10, "d", suggestions=(Suggestion(0, 1, "PER", ("x",)),), tokens=(Token(0, 1),)),
    )
    assert (found.documents, found.unanswered, found.without_tokens, found.spans) == (4, 1, 3, 4)
    assert found.labels == Counter(PER=3, LOC=1)
    assert found.answers == {
        ("amina", "accept"): 1, ("amina", "reject"): 1, ("rosa", "gold"): 1
    }  # fmt: skip


def test_a_text_that_comes_again_is_told_with_the_first() -> None:
    found = checked(*(Record(n, n * 2, "abab"[n], key=f"k{n}") for n in range(4)))
    assert places(found) == {
        "equal_texts": [(4, "the text of line 0 again"), (6, "the text of line 2 again")]
    }
    assert [at.key for at in found.equal_texts.first] == ["k2", "k3"]


def test_labels_are_put_to_the_format() -> None:
    format = replace(PLAIN, label_fault=lambda label: "" if label.isupper() else "is small")
    found = checked(record((0, 4, "per"), (5, 7, "LOC")), format=format)
    assert places(found) == {"mangled": [(7, "0-4 'Asha' per: the label is small")]}


def test_rows_are_put_to_the_writer() -> None:
    def misfits(row: ExportRow) -> list[Misfit]:
        return [Misfit(0, 4, "holds a tab"), Misfit(0, 0, f"has {len(row.spans)} spans")]

    found = checked(record((0, 4, "PER")), format=replace(PLAIN, misfits=misfits))
    assert places(found) == {"unsayable": [(7, "0-4 'Asha' holds a tab"), (7, "has 1 spans")]}


def test_a_row_an_answer_with_the_tokens_under_it() -> None:
    answers = (
        GivenAnnotation("amina", "accept", spans((0, 4, "PER")), "why", True, 5.0, (Token(0, 4),)),
        GivenAnnotation("rosa", "reject", settled=Settled()),
    )
    first, second = rows_of(Record(3, 1, TEXT, tokens=TOKENS, annotations=answers))
    assert (first.key, first.annotator, first.tokens, first.comment) == (
        "3", "amina", (Token(0, 4),), "why"
    )  # fmt: skip
    assert second.tokens == TOKENS
    assert second.settled is not None
    (bare,) = rows_of(Record(3, 1, TEXT, suggestions=(Suggestion(0, 1, "A", ("x",)),)))
    assert bare.answer is None
    assert bare.suggestions


def test_memory_is_bounded_whatever_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "LABELS", 5)
    monkeypatch.setattr(checking, "TEXTS", 5)
    format = replace(PLAIN, label_fault=lambda label: "is odd")
    found = checked(
        *(
            Record(
                n, n, f"text {n}", annotations=(
                    GivenAnnotation(f"a{n}", "accept", spans((0, 4, f"L{n}"))),
                ),
            )
            for n in range(100)
        ),
        *(Refusal(n, "no") for n in range(100)),
        format=format,
    )  # fmt: skip
    assert len(found.labels) == len(found.answers) == 6
    assert found.labels[OTHER] == 95
    assert found.answers[OTHER, "accept"] == 95
    assert found.refused.count == 100
    assert len(found.refused.first) == SHOWN
    assert checked(*(Record(n, n, str(n % 50)) for n in range(100))).equal_texts.count == 5


@given(
    st.text(min_size=1, max_size=12).flatmap(
        lambda text: st.tuples(
            st.just(text),
            st.lists(
                st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))).filter(
                    lambda pair: pair[0] < pair[1]
                ),
                max_size=6,
                unique=True,
            ),
        )
    )
)
def test_overlaps_are_those_that_a_naive_look_finds(case: tuple[str, list[Any]]) -> None:
    text, pairs = case
    found = checked(record(*((*pair, "A") for pair in pairs), text=text))
    ordered = sorted(pairs)
    overlapped = [
        (start, end)
        for at, (start, end) in enumerate(ordered)
        if any(start < other for _, other in ordered[:at])
    ]
    assert found.overlapping.count == len(overlapped)


def test_tags_without_a_name_are_no_missing_answer(tmp_path: Path) -> None:
    path = tmp_path / "c.conll"
    path.write_text("-DOCSTART- -X- O O\n\nAsha -X- _ B-PER\n\nJuma -X- _ O\n\n")
    done = run_here("check", path)
    assert (done.returncode, "Nothing is wrong with it." in done.stdout) == (0, True), done.stdout
