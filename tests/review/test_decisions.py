"""What a reviewer does at a difference, as edits that can be undone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Decision, Draft, Edit
from tonemark.corpus.events import Replayed
from tonemark.corpus.pages import MemoryLog, Page, Sheet
from tonemark.corpus.queue import Claim
from tonemark.corpus.spans import Span
from tonemark.review.decisions import (
    by_majority,
    closing,
    decided_answer,
    nothing_there,
    own,
    taken,
    undecided,
)
from tonemark.review.opening import Reviewed, opened, reviewed
from tonemark.tokenizers.base import Token

TEXT = "Asha Juma yuko Kisumu"
WORDS = (Token(0, 4), Token(5, 9), Token(10, 14), Token(15, 21))
ASHA, ASHA_JUMA, JUMA = Span(0, 4, "PER", ()), Span(0, 9, "PER", ()), Span(5, 9, "PER", ())
KISUMU, KISUMU_ORG = Span(15, 21, "LOC", ()), Span(15, 21, "ORG", ())


def said(name: str, *spans: Span, answer: str = "accept", **more: object) -> Annotation:
    return Annotation(1, name, 1, answer, spans, **more)  # type: ignore[arg-type]


def before_her(*annotations: Annotation) -> tuple[Sheet, Reviewed]:
    spans, _, _ = opened(annotations, WORDS, None)
    document = Document(1, "t:1", TEXT, "t", {}, None)
    state = Replayed(draft=Draft(spans=spans))
    return Sheet(document, Claim("+rosa", 1, 1), WORDS, MemoryLog(), state), reviewed(
        annotations, WORDS
    )


def test_a_version_takes_the_place_of_what_stands_there() -> None:
    sheet, seen = before_her(said("amina", ASHA, KISUMU), said("juma", ASHA_JUMA))
    page = Page([sheet])
    names, place = seen.differences
    assert undecided(sheet.draft, seen) == [names, place]
    page.perform([taken(sheet, seen, names, 1)])
    page.perform([taken(sheet, seen, place, 0)])
    assert sheet.draft.spans == (ASHA_JUMA, KISUMU)
    assert sheet.draft.decisions == (Decision(0, 9, "juma"), Decision(15, 21, "amina"))
    page.perform([taken(sheet, seen, names, 0)])
    page.perform([taken(sheet, seen, place, 1)])
    assert sheet.draft.spans == (ASHA,)
    assert sheet.draft.decisions == (Decision(0, 9, "amina"), Decision(15, 21, "juma"))
    assert undecided(sheet.draft, seen) == []
    for _ in range(4):
        page.undo()
    assert (sheet.draft.spans, sheet.draft.decisions) == ((), ())


def test_the_majority_is_taken_where_there_is_one() -> None:
    sheet, seen = before_her(
        said("amina", ASHA, KISUMU), said("juma", ASHA, KISUMU_ORG), said("rosa", ASHA_JUMA)
    )
    page = Page([sheet])
    names, place = seen.differences
    page.perform([by_majority(sheet, seen, names)])
    assert sheet.draft.spans == (ASHA,)
    assert sheet.draft.decisions == (Decision(0, 9, "rule:majority"),)
    assert by_majority(sheet, seen, place) is None


def test_what_she_makes_of_her_own_settles_the_differences_that_it_touches() -> None:
    sheet, seen = before_her(said("amina", ASHA, KISUMU), said("juma", JUMA))
    page = Page([sheet])
    page.perform([own(sheet, seen, Edit(1, added=(Span(0, 14, "ORG", ("manual",)),)))])
    assert sheet.draft.decisions == (Decision(0, 4, ":own"), Decision(5, 9, ":own"))
    assert [each.place for each in undecided(sheet.draft, seen)] == [(15, 21)]
    page.perform([taken(sheet, seen, seen.differences[1], 1)])
    assert sheet.draft.spans == (JUMA,)
    assert sheet.draft.decisions == (Decision(5, 9, "juma"),)
    assert [each.place for each in undecided(sheet.draft, seen)] == [(0, 4), (15, 21)], (
        "her span reached over another difference, at which nothing stands any more"
    )


def test_nobody_was_right() -> None:
    sheet, seen = before_her(said("amina", KISUMU), said("juma", KISUMU_ORG))
    page = Page([sheet])
    page.perform([taken(sheet, seen, seen.differences[0], 0)])
    page.perform([nothing_there(sheet, seen.differences[0])])
    assert (sheet.draft.spans, sheet.draft.decisions) == ((), (Decision(15, 21, ":own"),))


def test_an_answer_is_taken_and_a_refused_text_has_no_differences_left() -> None:
    sheet, seen = before_her(
        said("amina", KISUMU), said("juma", KISUMU_ORG), said("rosa", answer="reject")
    )
    page = Page([sheet])
    answers, place = seen.differences
    assert taken(sheet, seen, place, 2) is None, "she said nothing of it"
    page.perform([by_majority(sheet, seen, answers)])
    assert decided_answer(sheet.draft) == "accept"
    assert undecided(sheet.draft, seen) == [place]
    page.perform([taken(sheet, seen, answers, 2)])
    assert decided_answer(sheet.draft) == "reject"
    assert undecided(sheet.draft, seen) == []


def test_with_a_version_come_the_tokens_that_it_lies_on() -> None:
    split = (Token(0, 2), Token(2, 4), *WORDS[1:])
    prefixed = Span(2, 4, "PER", ())
    sheet, seen = before_her(said("amina", prefixed, tokens=split), said("juma", ASHA))
    page = Page([sheet])
    assert seen.differences[0].kind == "tokens"
    page.perform([taken(sheet, seen, seen.differences[0], 0)])
    assert sheet.tokens == split
    assert sheet.draft.spans == (prefixed,)
    page.perform([taken(sheet, seen, seen.differences[0], 1)])
    assert sheet.tokens == WORDS
    assert sheet.draft.spans == (ASHA,)
    page.undo()
    assert sheet.tokens == split
    assert sheet.draft.spans == (prefixed,)


def test_who_goes_on_to_settle_spans_does_not_refuse_the_text() -> None:
    sheet, seen = before_her(said("amina", KISUMU), said("juma", KISUMU_ORG))
    page = Page([sheet])
    page.perform([closing(sheet, seen, "reject")])
    assert decided_answer(sheet.draft) == "reject"
    assert closing(sheet, seen, "reject") is None
    page.perform([taken(sheet, seen, seen.differences[0], 0)])
    assert sheet.draft.decisions == (Decision(15, 21, "amina"),)
    page.undo()
    assert decided_answer(sheet.draft) == "reject"
    page.perform([own(sheet, seen, Edit(1, added=(ASHA,)))])
    assert decided_answer(sheet.draft) is None


def test_nobody_was_right_leaves_the_tokens_as_they_were() -> None:
    split = (Token(0, 2), Token(2, 4), *WORDS[1:])
    sheet, seen = before_her(said("amina", Span(2, 4, "PER", ()), tokens=split), said("juma", ASHA))
    page = Page([sheet])
    page.perform([taken(sheet, seen, seen.differences[0], 0)])
    page.perform([nothing_there(sheet, seen.differences[0])])
    assert sheet.tokens == WORDS


_SPANS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["PER", "LOC"])),
    max_size=3,
    unique_by=lambda each: each[0],
)


@given(st.lists(_SPANS, min_size=2, max_size=4), st.data())
def test_taking_versions_gives_what_they_have_and_undoing_all_gives_what_was(
    made: list[list[tuple[int, int, str]]], data: st.DataObject
) -> None:
    annotations = [
        said(
            f"a{who}",
            *sorted(
                Span(WORDS[min(a, b)].start, WORDS[max(a, b)].end, label, ()) for a, b, label in one
            ),
        )
        for who, one in enumerate(made)
    ]
    sheet, seen = before_her(*annotations)
    page, begun = Page([sheet]), sheet.draft
    wanted = {marked for each in seen.agreed for marked in each.versions[0]}
    for difference in data.draw(st.permutations(seen.differences)):
        row = data.draw(st.integers(0, len(annotations) - 1))
        page.perform([taken(sheet, seen, difference, row)])
        wanted |= set(difference.versions[row] or ())
    assert undecided(sheet.draft, seen) == []
    assert {(s.start, s.end, s.label) for s in sheet.draft.spans} == wanted
    while page.undoable:
        page.undo()
    assert sheet.draft == begun
