"""The oracle's planner on invented sentences: it reaches every span, and is rid of every wrong
suggestion, by the fewest keys."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import Any

import oracle
import pytest
import ways
from hypothesis import given, settings
from hypothesis import strategies as st
from rehearsal import Action, Gold, Place, Rehearsal, cost, cost_of

from tonemark.corpus.documents import Document
from tonemark.corpus.pages import Sheet
from tonemark.corpus.spans import Suggestion
from tonemark.tokenizers.base import Token
from tonemark.tui.page.keys import key_table
from tonemark.tui.page.typeahead import matching

LABELS = ["PER", "LOC", "ORG"]
LABEL = Action(("1",), "label")


def document(text: str, number: int = 1) -> Document:
    """A text with its words, cut at spaces, as tokens."""
    tokens, start = [], 0
    for word in text.split(" "):
        tokens.append(Token(start, start + len(word)))
        start += len(word) + 1
    return Document(number, f"d{number}", text, tokens=tuple(tokens))


def rehearsal(*texts: str, labels: list[str] = LABELS, **options: Any) -> Any:
    documents = [document(text, number) for number, text in enumerate(texts, 1)]
    table = key_table({str(n): label for n, label in enumerate(labels[:9], 1)})
    return Rehearsal(documents, {}, table, labels, **options)


def gold(text: str, part: str, label: str, sheet: int = 0, nth: int = 0) -> Any:
    """The span over the `nth` occurrence of `part`."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(part, start + 1)
    return Gold(sheet, start, start + len(part), label)


SENTENCE = "jana Amina Juma alifika Kisumu kwa basi , leo ."


@pytest.mark.parametrize(
    ("spans", "keys"),
    [
        ([], ""),
        ([("Amina Juma", "PER")], "1"),  # the first candidate is in focus when the page opens
        ([("Amina Juma", "PER"), ("Kisumu", "LOC")], "1 2"),  # and the next after a label
        ([("Kisumu", "LOC")], "space 2"),
        ([("Amina", "PER")], "; 1"),
        ([("Amina", "PER"), ("Juma", "PER")], "; 1 1"),  # what is left of a candidate comes next
        ([("Juma", "PER")], "d 1"),
        ([("Juma alifika", "PER")], "d . 1"),
        ([("leo", "ORG")], "k 3"),
        ([("jana Amina Juma", "PER")], "[ 1"),
        ([("Amina Juma alifika Kisumu kwa basi", "PER")], "J 1"),  # Shift costs less than dots
        ([(",", "ORG")], "j right 3"),  # punctuation has no hint
        ([("mina", "PER")], "; ' ] 1"),  # inside a token, by characters
    ],
)
def test_fewest_keys(spans: list[tuple[str, str]], keys: str) -> None:
    golds = [gold(SENTENCE, part, label) for part, label in spans]
    page = rehearsal(SENTENCE)
    actions = list(oracle.play(page, golds))
    assert page.standing() == set(golds)
    best = keys.split()
    assert cost_of(actions) == sum(map(cost, best))
    again = rehearsal(SENTENCE)
    again.do(Action(tuple(best), "best"))
    assert again.standing() == set(golds)


def suggested(text: str, part: str, label: str, score: float = 1.0) -> Suggestion:
    """A suggestion over the first occurrence of `part`."""
    return Suggestion(*gold(text, part, label)[1:], ("gazetteer:1",), score)


@pytest.mark.parametrize(
    ("shown", "spans", "keys"),
    [
        ([("Kisumu", "LOC")], [("Amina Juma", "PER"), ("Kisumu", "LOC")], "1"),  # it stays
        ([("Amina Juma", "PER")], [("Amina Juma", "PER")], ""),
        ([("basi", "LOC")], [("Kisumu", "LOC")], "space 2 j -"),  # a sure one is no stop
        ([("basi", "LOC", 0.5)], [("Kisumu", "LOC")], "space 2 -"),  # a doubtful one is
        ([("jana", "LOC", 0.5)], [], "-"),
        ([("Amina Juma", "LOC", 0.5)], [("Amina Juma", "PER")], "1"),  # another label
        ([("Amina", "LOC")], [("Amina Juma", "PER")], ". 1"),  # a part of it
        ([("Kisumu", "LOC", 0.5)], [("Kisumu kwa", "LOC")], "space ."),  # edges keep the label
        ([("Kisumu", "PER", 0.5)], [("Kisumu kwa", "LOC")], "space . 2"),
        ([("Kisumu kwa", "LOC", 0.5)], [("Kisumu", "LOC")], "space ,"),
        ([("jana", "LOC"), ("basi", "LOC"), ("leo", "LOC")], [], "t o"),
        ([("jana", "LOC"), ("Kisumu", "LOC"), ("leo", "LOC")], [("Kisumu", "LOC")], "a - k -"),
    ],
)
def test_fewest_keys_over_suggestions(
    shown: list[tuple[Any, ...]], spans: list[tuple[str, str]], keys: str
) -> None:
    golds = [gold(SENTENCE, part, label) for part, label in spans]
    options: Any = {"shown": [[suggested(SENTENCE, *each) for each in shown]], "doubt": 0.75}
    page = rehearsal(SENTENCE, **options)
    actions = list(oracle.play(page, golds))
    assert page.standing() == set(golds)
    best = keys.split()
    again = rehearsal(SENTENCE, **options)
    again.do(Action(tuple(best), "best"))
    assert again.standing() == set(golds)
    assert cost_of(actions) == sum(map(cost, best)), actions


def growing(sheet: Sheet, name: str, label: str) -> list[Suggestion]:
    """A name wherever its words stand."""
    text = sheet.document.text
    return [
        Suggestion(first.start, last.end, label, ("rule:same-name",))
        for at, first in enumerate(sheet.tokens)
        for last in sheet.tokens[at:]
        if text[first.start : last.end] == name
    ]


@pytest.mark.parametrize(
    ("nths", "keys"), [((0, 1, 2), "w 2"), ((0, 2), "w 2 f -"), ((2,), "l 2 t o")]
)
def test_names_that_grow_are_left_or_deleted(nths: tuple[int, ...], keys: str) -> None:
    golds = [gold(TWICE, "mto", "LOC", nth=nth) for nth in nths]
    page = rehearsal(TWICE, grow=growing)
    actions = list(oracle.play(page, golds))
    assert page.standing() == set(golds)
    assert cost_of(actions) <= sum(map(cost, keys.split())), actions


def test_what_grows_again_is_deleted_again() -> None:
    text = "mto ziwa mto na mto kuu"
    golds = [gold(text, "mto", "LOC"), gold(text, "mto", "LOC", nth=2)]
    shown = [suggested(text, "mto kuu", "LOC", 0.5)]
    page = rehearsal(text, shown=[shown], doubt=0.75, grow=growing)
    list(oracle.play(page, golds))
    assert page.standing() == set(golds)


@pytest.mark.parametrize(
    ("key", "keys"),
    [("a", 1), ("A", 2), ("Ẹ", 2), ("<", 2), (",", 1), ("'", 1), ("=", 1), ("enter", 1), ("1", 1)],
)
def test_shift_is_a_key(key: str, keys: int) -> None:
    assert cost(key) == keys


TWICE = "mto una maji na mto una samaki , tena mto ."


@pytest.mark.parametrize(
    ("nths", "together"),
    [((0, 1, 2), True), ((0, 1), False), ((1, 2), False)],
)
def test_same_only_where_all_occurrences_are_gold(nths: tuple[int, ...], together: bool) -> None:
    golds = [gold(TWICE, "mto", "LOC", nth=nth) for nth in nths]
    page = rehearsal(TWICE)
    actions = list(oracle.play(page, golds))
    assert page.standing() == set(golds)
    assert (oracle.SAME in actions) is together


def test_same_not_where_it_costs_as_much() -> None:
    text = "leo Amina na Amina"
    golds = [gold(text, "Amina", "PER", nth=nth) for nth in range(2)]
    assert cost_of(list(oracle.play(rehearsal(text), golds))) == 2


def test_same_over_the_sheets_of_a_page() -> None:
    texts = ["leo mto umejaa", "kesho pia mto utajaa", "na mto huo"]
    golds = [gold(text, "mto", "LOC", sheet) for sheet, text in enumerate(texts)]
    page = rehearsal(*texts)
    actions = list(oracle.play(page, golds))
    assert page.standing() == set(golds)
    assert oracle.SAME in actions


MANY = [*"ABCDEFGHI", "LOCATION", "LOC", "loc", "EVENT", "PREVENT"]


@pytest.mark.parametrize(
    ("label", "typed"),
    [("LOCATION", "l"), ("LOC", "LOC"), ("loc", "loc"), ("EVENT", "v"), ("PREVENT", "p")],
)
def test_labels_beyond_the_digits_are_typed_ahead(label: str, typed: str) -> None:
    found = oracle.typed_ahead(MANY, label)
    assert matching(MANY, found)[0] == label
    assert sum(map(cost, found)) == sum(map(cost, typed))
    page = rehearsal("leo Kisumu", labels=MANY)
    actions = list(oracle.play(page, [Gold(0, 4, 10, label)]))
    assert page.standing() == {Gold(0, 4, 10, label)}
    assert actions[-1].keys == ("0", *found, "enter")


def test_overlapping_spans_are_added() -> None:
    text = "Chuo Kikuu cha Nairobi leo"
    golds = [gold(text, "Chuo Kikuu cha Nairobi", "ORG"), gold(text, "Nairobi", "LOC")]
    page = rehearsal(text, overlapping=True)
    actions = list(oracle.play(page, golds))
    assert page.standing() == set(golds)
    assert ("+",) in [action.keys for action in actions]


WORDS = st.sampled_from(
    ["Amina", "Juma", "na", "leo", "basi", ",", ".", "e\u0301", "\u200b", "2019"]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=30).map(" ".join)


@st.composite
def annotated(draw: st.DrawFn, most: int = 3) -> tuple[list[str], list[Any]]:
    """Sentences with spans over whole words that do not overlap."""
    texts = draw(st.lists(SENTENCES, min_size=1, max_size=most))
    golds = []
    for sheet, text in enumerate(texts):
        tokens = document(text).tokens or ()
        cuts = sorted(draw(st.sets(st.integers(0, len(tokens)), max_size=6)))
        for first, last in zip(cuts[::2], cuts[1::2], strict=False):
            label = draw(st.sampled_from(LABELS))
            golds.append(Gold(sheet, tokens[first].start, tokens[last - 1].end, label))
    return texts, golds


@settings(max_examples=60, deadline=None)
@given(
    annotated(), st.sampled_from([(79, 18), (24, 4), (12, 2)]), st.sampled_from(["logical", "list"])
)
def test_every_span_is_reached(
    case: tuple[list[str], list[Any]], size: tuple[int, int], mode: str
) -> None:
    texts, golds = case
    page = rehearsal(*texts, width=size[0], height=size[1], mode=mode)
    said = list(oracle.play(page, golds))
    assert page.standing() == set(golds)
    fresh = rehearsal(*texts, width=size[0], height=size[1], mode=mode)
    for action in said:
        fresh.do(action)
    assert fresh.standing() == set(golds)  # looking ahead left no trace


SCORES = st.sampled_from([0.5, 1.0])


@settings(max_examples=60, deadline=None)
@given(annotated(), annotated(), SCORES, st.booleans(), st.booleans())
def test_nothing_but_the_gold_stands(
    case: tuple[list[str], list[Any]],
    other: tuple[list[str], list[Any]],
    score: float,
    grows: bool,
    overlapping: bool,
) -> None:
    """Of suggestions, those of another sentence's spans that fit, some are right by chance."""
    texts, golds = case
    shown: list[list[Suggestion]] = [[] for _ in texts]
    for wrong in (*other[1], *golds[::2]):
        if wrong.sheet < len(texts) and wrong.end <= len(texts[wrong.sheet]):
            each = Suggestion(*wrong[1:], ("gazetteer:1",), score)
            if texts[wrong.sheet][wrong.start : wrong.end].isspace():
                continue  # nothing suggests that, and only `drop` reaches it
            if not any(each.overlaps(o.start, o.end) for o in shown[wrong.sheet]):
                shown[wrong.sheet] = sorted([*shown[wrong.sheet], each])
    options: Any = {"shown": shown, "doubt": 0.75, "overlapping": overlapping}
    if grows:
        options["grow"] = growing
    page = rehearsal(*texts, **options)
    said = list(oracle.play(page, golds))
    assert page.standing() == set(golds)
    fresh = rehearsal(*texts, **options)
    for action in said:
        fresh.do(action)
    assert fresh.standing() == set(golds)


@settings(max_examples=30, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5), st.booleans(), SCORES, st.data())
def test_no_way_past_a_wrong_suggestion_is_cheaper(
    words: list[str], labelled: bool, score: float, data: st.DataObject
) -> None:
    text = " ".join(words)
    tokens = document(text).tokens or ()
    places = st.integers(0, len(tokens) - 1)
    first, last = sorted([data.draw(places), data.draw(places)])
    label = data.draw(st.sampled_from(LABELS))
    wrong = Suggestion(tokens[first].start, tokens[last].end, label, ("gazetteer:1",), score)
    golds = []
    if labelled:  # over it: two things to do would be done in order, not in the cheapest
        begin, end = data.draw(st.integers(0, last)), data.draw(st.integers(first, len(tokens) - 1))
        begin, end = min(begin, end), max(begin, end)
        if begin <= last and first <= end:
            golds = [Gold(0, tokens[begin].start, tokens[end].end, "PER")]
    page = rehearsal(text, shown=[[wrong]], doubt=0.75)
    best = _exhaustive(page, lambda place: page.standing() == set(golds), "1-")
    assert cost_of(list(oracle.play(page, golds))) == best


def test_a_wrong_suggestion_is_deleted_first_where_that_saves_a_key() -> None:
    text = "Amina Amina Amina Amina Amina"
    wrong = suggested(text, "Amina Amina Amina", "LOC", 0.5)
    golds = [gold(text, "Amina Amina Amina Amina", "PER", nth=1)]
    page = rehearsal(text, shown=[[wrong]], doubt=0.75)
    best = _exhaustive(page, lambda place: page.standing() == set(golds), "1-")
    actions = list(oracle.play(page, golds))
    assert page.standing() == set(golds)
    assert actions[0].kind == "delete"  # `- space 1`; over it, `] F 1` is the cheapest
    assert cost_of(actions) == best == 3


@settings(max_examples=40, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=7), st.data())
def test_no_way_to_a_span_is_cheaper(words: list[str], data: st.DataObject) -> None:
    page = rehearsal(" ".join(words))
    tokens = page.view.sheet.tokens
    first = data.draw(st.integers(0, len(tokens) - 1))
    last = data.draw(st.integers(first, len(tokens) - 1))
    wanted = Gold(0, tokens[first].start, tokens[last].end, "PER")
    way = ways.reach(page, wanted, LABEL)[:-1]
    best = _exhaustive(page, lambda place: place.focus[:3] == wanted[:3], "'")
    assert cost_of(way) == best


def test_the_left_edge_goes_out_before_a_hint_ends_the_span() -> None:
    text = ", , Amina na Amina Amina"  # the comma has no hint
    page = rehearsal(text)
    way = ways.reach(page, Gold(0, 0, len(text), "PER"), LABEL)[:-1]
    assert cost_of(way) == cost_of([Action(("[", "[", "F"), "best")])


@settings(max_examples=20, deadline=None)
@given(annotated())
def test_what_is_not_found_is_walked_to(case: tuple[list[str], list[Any]]) -> None:
    texts, golds = case
    page = rehearsal(*texts, width=20, height=4)
    for wanted in golds:
        start = page.place()
        way = ways._walk(page, wanted)
        page.put(start)
        for action in way:
            page.do(action)
        assert page.view.focus[:3] == wanted[:3]


def test_no_way_to_white_space() -> None:
    assert ways.reach(rehearsal("Amina na"), Gold(0, 0, 6, "PER"), LABEL) is None


def _exhaustive(page: Any, done_at: Callable[[Place], bool], more: str) -> int:
    """The fewest keys to get somewhere, by trying all keys everywhere."""
    letters = {hint[0] for hint in page.view.hints().tokens}
    keys = [*letters, *map(str.upper, letters), *".,[];", *more]
    begin = page.place()
    keys += ["space", "backspace", "left", "right", "up", "down", "pageup", "pagedown"]
    order = count()
    heap: list[tuple[int, int, Any]] = [(0, next(order), page.place())]
    done = set()
    while heap:
        spent, _, place = heapq.heappop(heap)
        page.put(place)
        if done_at(place):
            page.put(begin)
            return spent
        state = (place.focus, place.top, place.charwise, *(draft for draft, _ in place.drafts))
        if state in done:
            continue
        done.add(state)
        for key in keys:
            page.put(place)
            page.do(Action((key,), "any"))
            after = page.place()
            heapq.heappush(heap, (spent + cost(key), next(order), after))
    raise AssertionError("there is no way")
