"""Whatever two projects hold, all of it is in the one that is made of them, and that is sound."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.merging import gold, joined, opened

from tonemark.corpus.annotations import annotated_documents
from tonemark.corpus.gold import golds
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.base import Token

TEXTS = ("Asha yuko", "Asha yuko", "Ẹ̀kọ́ ni", "𞤖𞤢𞤦𞤢𞤪𞤵 leo")
SPANS = st.sets(st.sampled_from([(0, 4, "PER"), (0, 4, "LOC"), (5, 7, "ORG")]), max_size=2)
ANSWER = st.sampled_from(["accept", "accept", "reject", "ignore"])
TOKENS = st.sampled_from([None, (Token(0, 2), Token(2, 7)), (Token(0, 7),)])


class Said(NamedTuple):
    """A document with what people said of it."""

    number: int
    text: str
    tokens: tuple[Token, ...] | None
    answers: dict[str, tuple[str, set[tuple[int, int, str]], int]]
    gold: tuple[str, set[tuple[int, int, str]], int] | None


SAID = st.builds(
    Said,
    st.integers(1, 4),
    st.sampled_from(TEXTS),
    TOKENS,
    st.dictionaries(
        st.sampled_from(["amina", "juma", "rosa"]), st.tuples(ANSWER, SPANS, st.integers(1, 9))
    ),
    st.none() | st.tuples(st.sampled_from(["rosa", "rule:majority"]), SPANS, st.integers(1, 9)),
)
PROJECTS = st.tuples(
    *[st.lists(SAID, max_size=4, unique_by=lambda said: said.number) for _ in range(2)]
)


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(mkdtemp())
    yield folder
    shutil.rmtree(folder)


def make(folder: Path, said: list[Said], overlap: int) -> None:
    create_project(folder, language="sw", labels=["PER", "LOC", "ORG"], overlap=overlap)
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    records = [
        Record(
            each.number, each.number, each.text, tokens=each.tokens,
            annotations=(
                *(
                    GivenAnnotation(name, answer, spans_of(spans), time=float(time))
                    for name, (answer, spans, time) in each.answers.items()
                ),
                *([gold(each.gold[0], *spans_of(each.gold[1]), time=float(each.gold[2]))]
                  if each.gold else []),
            ),
        )
        for each in said
    ]  # fmt: skip
    report = Report()
    add_records(store, "t.txt", records, report, places=overlap)
    store.close()
    assert report.refused_count == 0


def spans_of(spans: set[tuple[int, int, str]]) -> tuple[Span, ...]:
    return tuple(sorted(Span(*each) for each in spans))


def held(folder: Path) -> tuple[dict[str, str], dict[tuple[str, str], object], dict[str, object]]:
    """The texts by key; what each said of them; and gold."""
    store = opened(folder)
    texts, said, settled = {}, {}, {}
    for document, answers in annotated_documents(store, unanswered=True):
        texts[document.key] = document.text
        for each in answers:
            said[document.key, each.annotator] = (each.answer, each.stretches(), each.time)
        for each in golds(store, [document.number]):
            settled[document.key] = (each.reviewer, each.stretches(), each.time)
    store.close()
    return texts, said, settled


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(PROJECTS, st.integers(1, 2), st.booleans(), st.booleans())
def test_all_of_both_is_there(
    place: Path, projects: tuple[list[Said], list[Said]], overlap: int, one: bool, by_text: bool
) -> None:
    folder = Path(mkdtemp(dir=place))
    a, b = folder / "a", folder / "b"
    make(a, projects[0], overlap)
    make(b, projects[1], 1)
    target, merged = joined(a, b, everybody=one, by_text=by_text)
    names = merged.sides[1].renamed
    texts, said, settled = held(target)
    (ours, our_answers, our_gold), (theirs, their_answers, their_gold) = held(a), held(b)
    assert ours.items() <= texts.items()
    assert len(texts) == len(ours) + len(theirs) - merged.sides[1].met
    assert {texts[key] for key in texts} == {*ours.values(), *theirs.values()}
    if not one:
        assert our_answers.items() <= said.items()
        assert len(said) == len(our_answers) + len(their_answers)
        wanted = [(names.get(who, who), what) for (_, who), what in their_answers.items()]
        rest = [(who, what) for (key, who), what in said.items() if (key, who) not in our_answers]
        assert sorted(rest, key=repr) == sorted(wanted, key=repr)
    else:
        assert {who for _, who in said} == {who for _, who in (*our_answers, *their_answers)}
    assert our_gold.keys() <= settled.keys()
    both = {(names.get(who, who), *map(repr, what)) for who, *what in their_gold.values()}
    both |= {(who, *map(repr, what)) for who, *what in our_gold.values()}
    assert {(who, *map(repr, what)) for who, *what in settled.values()} <= both
