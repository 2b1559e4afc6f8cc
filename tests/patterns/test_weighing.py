from __future__ import annotations

import pytest

from tonemark.corpus.evidence import Verdict, Weighed
from tonemark.corpus.spans import Span, Suggestion
from tonemark.patterns.folds import Folding
from tonemark.patterns.matcher import Matcher, Overlay
from tonemark.patterns.weighing import entry_number, weigh
from tonemark.tokenizers.registry import load_tokenizer

TEXT = "Juma wa Benki ya Kano , juma , BENKI , Kano na Kano"
NAMES = {1: ("PER", "Juma"), 2: ("ORG", "Benki"), 3: ("LOC", "Kano"), 4: ("PER", "Kano")}
FOLDING = Folding(("nfc", "case"))


def span(words: str, label: str, nth: int = 0) -> Span:
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return Span(start, start + len(words), label)


def shown(words: str, label: str, number: int, nth: int = 0, kind: str = "gazetteer") -> Suggestion:
    place = span(words, label, nth)
    return Suggestion(place.start, place.end, label, (f"{kind}:{number}",))


def weighed(*spans: Span, **more) -> Weighed:
    tokens = load_tokenizer("general").tokenize(TEXT)
    overlay = Overlay()
    for number, (_, name) in NAMES.items():
        overlay.add(FOLDING.keys(name), number)
    return weigh(
        TEXT,
        tokens,
        spans,
        folding=FOLDING,
        found=Matcher(FOLDING, None, overlay).found(TEXT, tokens),
        labels=lambda numbers: {n: NAMES[n][0] for n in numbers},
        **more,
    )


def test_every_occurrence_counts_whether_it_was_shown_or_not() -> None:
    found = dict(weighed(span("Juma", "PER"), span("Kano", "LOC", 1)).known)
    assert found == {
        1: Verdict(1, 1, taught=1),  # not "juma", a name has a capital
        2: Verdict(2, 0),
        3: Verdict(3, 1, taught=1),
        4: Verdict(3, 0),
    }


def test_what_lies_inside_a_longer_span_says_nothing() -> None:
    found = dict(weighed(span("Benki ya Kano", "ORG")).known)
    assert (found[2], found[3]) == (Verdict(1, 0), Verdict(2, 0))


def test_a_span_that_is_no_entry_teaches_its_name_with_all_its_occurrences() -> None:
    found = weighed(span("Benki ya Kano", "ORG"), span("BENKI", "PER"), span("Juma", "PER"))
    assert found.learnt == (
        ("ORG", "Benki ya Kano", Verdict(1, 1, taught=1)),
        ("PER", "BENKI", Verdict(1, 1, taught=1)),
    )


def test_one_name_is_learnt_once_however_it_is_written() -> None:
    found = weighed(span("Kano", "ORG", 1), span("Kano", "ORG", 2))
    assert found.learnt == (("ORG", "Kano", Verdict(3, 2, taught=2)),)


@pytest.mark.parametrize("words", ["uma", "anything that is longer than it may be"])
def test_what_is_never_found_again_is_not_learnt(words: str) -> None:
    place = Span(1, 4, "PER") if words == "uma" else Span(0, 3, "PER")
    assert weighed(place).learnt == ()


def test_suggestions_that_she_saw_were_kept_changed_or_deleted() -> None:
    found = dict(
        weighed(
            span("Juma", "PER"),
            span("Benki ya Kano", "ORG"),
            shown=[
                shown("Juma", "PER", 1),
                shown("Benki", "ORG", 2),
                shown("Kano", "LOC", 3, 1),
                shown("Kano", "LOC", 3, 2),
            ],
        ).known
    )
    assert found[1] == Verdict(1, 1, taught=1)
    assert found[2] == Verdict(1, 0, changed=1)
    assert found[3] == Verdict(2, 0, deleted=2)


def test_what_she_kept_as_it_was_suggested_stands_and_teaches_nothing() -> None:
    juma = span("Juma", "PER")
    kept = Span(juma.start, juma.end, "PER", ("gazetteer:1",))
    assert dict(weighed(kept).known)[1] == Verdict(1, 1)
    resized = Span(juma.start, juma.end, "PER", ("gazetteer:1", "manual"))
    assert dict(weighed(resized).known)[1] == Verdict(1, 1, taught=1)


@pytest.mark.parametrize(
    ("sources", "models_teach", "taught"),
    [
        (("model:learner",), False, 0),
        (("model:learner",), True, 1),
        (("model:model-1", "model:learner"), True, 1),
        (("gazetteer:1", "model:learner"), False, 0),
        (("gazetteer:1", "model:learner"), True, 0),
        (("model:learner", "manual"), False, 1),
        (("gazetteer:1", "pattern:7"), False, 1),
        (("import:a.jsonl",), False, 1),
    ],
)
def test_what_a_model_suggested_teaches_only_alone_and_where_nobody_elses_work_is_in_it(
    sources: tuple[str, ...], models_teach: bool, taught: int
) -> None:
    juma, new = span("Juma", "PER"), span("wa", "PER")
    kept = [Span(each.start, each.end, "PER", sources) for each in (juma, new)]
    found = weighed(*kept, models_teach=models_teach)
    assert dict(found.known)[1] == Verdict(1, 1, taught=taught)
    is_taught = taught or (models_teach and "model:learner" in sources)
    assert [name for _, name, _ in found.learnt] == ["wa"] * bool(is_taught)


def test_a_pattern_occurs_where_it_proposes_something() -> None:
    proposed = [
        shown("Juma", "PER", 7, kind="pattern"),
        shown("Kano", "PER", 7, kind="pattern"),
    ]
    found = dict(weighed(span("Juma", "PER"), patterns=proposed, shown=proposed[1:]).known)
    assert found[7] == Verdict(2, 1, deleted=1)


SOURCES = {
    "gazetteer:17": 17, "gazetteer:new": 0, "gazetteer:": 0, "pattern:17": 0, "gazetteer:-1": 0,
    "gazetteer:٣": 0, "gazetteer:" + "9" * 30: 0, "": 0,
}  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_names_an_entry_or_none(source: str) -> None:
    assert entry_number(source, "gazetteer:") == SOURCES[source]
