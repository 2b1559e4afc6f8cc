"""Projects put together: what meets, who is who, which gold stands, and that all of it is there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from damaging import change, faults
from tests.making import given, run_here
from tests.reviewing import ANSWERS, answer_again, keys_in_turn, review

from tonemark.corpus.annotations import annotated_documents, annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Edit
from tonemark.corpus.gazetteers import NewEntry, add_entries, entries_of
from tonemark.corpus.gold import UNANIMOUS, gold_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.merged_reports import Merged
from tonemark.corpus.merging import Wishes, merge
from tonemark.corpus.people import people
from tonemark.corpus.pieces import Piece
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import GivenAnnotation, Record, Settled
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.patterns.unweighed import weigh_all
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import load_tokenizer

Make = Callable[..., Path]
TEXT = "Asha yuko Kisumu"
LONGER = "Asha Juma yuko Kisumu"
"""What `reviewing.ANSWERS` are of."""
PER, LOC, ORG = Span(0, 4, "PER"), Span(10, 16, "LOC"), Span(10, 16, "ORG")


def gold(name: str, *spans: Span, **more: Any) -> GivenAnnotation:
    return given(name, *spans, settled=Settled(), **more)


def records(*texts: str, **more: Any) -> list[Record]:
    return [Record(n, n, text, **more) for n, text in enumerate(texts, 1)]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a project: sources with their records."""

    def made(name: str, *given: Record, source: str = "t.txt", **options: Any) -> Path:
        folder = tmp_path / name
        if not folder.exists():
            settings = {"language": "sw", "labels": ["PER", "LOC"], **options}
            project = create_project(folder, **settings)
            create_store(folder / STORE_FILE)
        project = read_project(folder)
        store = Store(folder / STORE_FILE)
        report = Report()
        add_records(store, source, given, report, places=project.overlap)
        assert report.refused_count == 0
        store.close()
        return folder

    return made


def joined(*folders: Path, code: int = 0, **wishes: Any) -> tuple[Path, Merged]:
    """The projects put together, which then are sound; those they are made of are as they were."""
    target = folders[0].parent / f"joined{len(list(folders[0].parent.glob('joined*')))}"
    before = [_state(folder) for folder in folders]
    merged = merge(folders, target, Wishes(**wishes))
    assert before == [_state(folder) for folder in folders]
    assert faults(target) == []
    assert not list(target.parent.glob(".*.part"))
    return target, merged


def _state(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def opened(folder: Path) -> Store:
    return Store(folder / STORE_FILE)


def documents(folder: Path) -> dict[str, Document]:
    store = opened(folder)
    found = {each.key: each for each in store.documents(range(1, store.document_count() + 1))}
    store.close()
    return found


def answers(folder: Path) -> dict[str, dict[str, set[tuple[int, int, str]]]]:
    """The spans of each accept, by document and annotator."""
    store = opened(folder)
    found = {
        document.key: {each.annotator: each.stretches() for each in given}
        for document, given in annotated_documents(store)
    }
    store.close()
    return found


# Which documents are the same


@pytest.mark.parametrize(
    ("theirs", "wishes", "keys"),
    [
        ({}, {}, ["t.txt:1"]),
        ({"text": "Juma yuko Kisumu"}, {}, ["t.txt:1", "b:t.txt:1"]),
        ({"source": "u.txt"}, {}, ["t.txt:1", "u.txt:1"]),
        ({"source": "u.txt"}, {"by_text": True}, ["t.txt:1"]),
        ({"source": "u.txt", "key": "t.txt:1"}, {}, ["t.txt:1"]),
        (
            {"source": "u.txt", "key": "t.txt:1", "text": "Juma yuko Kisumu"},
            {},
            ["t.txt:1", "b:t.txt:1"],
        ),
        ({"number": 2}, {}, ["t.txt:1", "t.txt:2"]),
        ({"number": 2}, {"by_text": True}, ["t.txt:1"]),
    ],
)
def test_documents_meet_by_record_by_key_and_by_text(
    make: Make, theirs: dict[str, Any], wishes: dict[str, Any], keys: list[str]
) -> None:
    a = make("a", Record(1, 1, TEXT, annotations=(given("amina", PER),)))
    source = theirs.pop("source", "t.txt")
    record = Record(**{"number": 1, "line": 1, "text": TEXT, **theirs})
    b = make("b", record._replace(annotations=(given("juma", LOC),)), source=source)
    folder, merged = joined(a, b, **wishes)
    assert list(documents(folder)) == keys
    said = answers(folder)
    assert said[keys[0]]["amina"] == {(0, 4, "PER")}
    assert said[keys[-1]]["juma"] == {(10, 16, "LOC")}
    assert merged.sides[1].met == (len(keys) == 1)
    moved = ["t.txt:1: b:t.txt:1"] if "b:" in keys[-1] else []
    assert merged.sides[1].moved.places == moved


def test_the_same_files_again_add_nothing_to_what_was_put_together(make: Make) -> None:
    ours, theirs = ("Asha", "Juma", "Neema"), ("Rosa", "Leo", "Sawa", "Ali")
    folder, _ = joined(make("a", *records(*ours)), make("b", *records(*theirs)))
    assert [d.text for d in documents(folder).values()] == [*ours, *theirs]
    store = opened(folder)
    for texts in (ours, theirs):
        report = Report()
        add_records(store, "t.txt", records(*texts), report)
        assert (report.added, report.refused_count) == (0, 0)
    store.close()


def test_equal_texts_meet_in_turn_where_there_are_as_many(make: Make) -> None:
    a = make("a", *records("Habari", "Habari", "Leo"), source="a.txt")
    b = make("b", *records("Habari", "Habari", "Leo", "Leo"), source="b.txt")
    folder, merged = joined(a, b, by_text=True)
    assert len(documents(folder)) == 5
    assert (merged.sides[1].met, merged.sides[1].ambiguous) == (2, 1)


def pieces(*texts: str) -> list[Record]:
    whole = " ".join(texts)
    found, at = [], 0
    for text in texts:
        piece = Piece(at, len(whole), "" if not at else " ")
        found.append(Record(1, 1, text, piece=piece))
        at += len(text) + 1
    return found


@pytest.mark.parametrize(
    ("theirs", "count", "wholes"),
    [
        (["Asha yuko.", "Juma?", "Leo."], 3, ["Asha yuko. Juma? Leo."]),
        (["Asha yuko. Juma?", "Leo."], 5, ["Asha yuko. Juma? Leo."] * 2),
        (["Asha yuko.", "Juma? Leo."], 5, ["Asha yuko. Juma? Leo."] * 2),
        (["Rosa yuko.", "Juma?", "Leo."], 6, ["Asha yuko. Juma? Leo.", "Rosa yuko. Juma? Leo."]),
    ],
)
def test_split_texts_meet_whole_and_come_out_whole(
    make: Make, theirs: list[str], count: int, wholes: list[str]
) -> None:
    a = make("a", *pieces("Asha yuko.", "Juma?", "Leo."))
    b = make("b", *pieces(*theirs))
    folder, _ = joined(a, b)
    assert len(documents(folder)) == count
    out = folder.parent / "out.jsonl"
    assert run_here("export", folder, "--all", "--joined", "-o", out).returncode == 0
    assert [json.loads(line)["text"] for line in out.read_text().splitlines()] == wholes


def test_metadata_priority_and_suggestions_of_both_are_there(make: Make) -> None:
    found = Suggestion(0, 4, "PER", ("import:a",), 0.4)
    again = Suggestion(0, 4, "PER", ("import:b",), 0.6)
    other = Suggestion(10, 16, "LOC", ("import:b",), 0.5)
    a = make("a", Record(1, 1, TEXT, meta={"who": "A", "x": 1}, suggestions=(found,)))
    b = make(
        "b", Record(1, 1, TEXT, meta={"who": "B", "y": 2}, suggestions=(again, other), priority=5)
    )
    folder, merged = joined(a, b)
    document = documents(folder)["t.txt:1"]
    assert document.meta == {"who": "A", "x": 1, "y": 2}
    assert merged.sides[1].metadata.places == ["t.txt:1"]
    store = opened(folder)
    assert store.suggestions(document) == (
        Suggestion(0, 4, "PER", ("import:a", "import:b"), 0.6),
        other,
    )
    assert store.db.execute("SELECT priority FROM documents").fetchone() == (5,)
    store.close()


# Who is who


def test_three_projects_keep_their_annotators_apart(make: Make) -> None:
    a, b, c = (
        make(name, Record(1, 1, TEXT, annotations=tuple(given(who, span) for who in people)))
        for name, span, people in (
            ("a", PER, ("amina", "juma")),
            ("b", LOC, ("amina", "amina-c")),
            ("c", PER, ("amina", "neema")),
        )
    )
    folder, merged = joined(a, b, c)
    assert [side.renamed for side in merged.sides] == [
        {},
        {"amina": "amina-b"},
        {"amina": "amina-c-2"},
    ]
    per, loc = {(0, 4, "PER")}, {(10, 16, "LOC")}
    assert answers(folder)["t.txt:1"] == {
        "amina": per, "juma": per, "amina-b": loc, "amina-c": loc, "amina-c-2": per, "neema": per,
    }  # fmt: skip
    store = opened(folder)
    rows = store.db.execute("SELECT places, taken, given FROM documents").fetchall()
    assert rows == [(6, 6, 6)], "given answers always have a place"
    assert store.db.execute("SELECT sum(extra) FROM annotations").fetchone() == (0,)
    store.close()


def test_long_names_and_odd_folders_give_legal_names(make: Make) -> None:
    name = "A" + "b" * 31
    a = make("a", Record(1, 1, TEXT, annotations=(given(name, PER),)))
    b = make("Ny'ungu: ñ", Record(1, 1, TEXT, annotations=(given(name, LOC),)))
    folder, merged = joined(a, b)
    (new,) = merged.sides[1].renamed.values()
    assert new.startswith("Abb")
    assert new.endswith("-Ny-ungu")
    assert len(new) == 32
    assert set(answers(folder)["t.txt:1"]) == {name, new}


def test_one_person_has_her_newer_answer_and_the_older_below_it(make: Make) -> None:
    a = make(
        "a",
        Record(1, 1, TEXT, annotations=(given("amina", PER, time=20.0, comment="b"),
                                        given("juma", PER, time=1.0))),
        Record(2, 2, "Juma leo", annotations=(given("amina", time=5.0),)),
        Record(3, 3, "Sawa", annotations=(given("amina", time=7.0),)),
    )  # fmt: skip
    b = make(
        "b",
        Record(1, 1, TEXT, annotations=(given("amina", LOC, time=10.0),
                                        given("juma", LOC, time=2.0))),
        Record(2, 2, "Juma leo", annotations=(given("amina", PER, time=6.0),)),
        Record(3, 3, "Sawa", annotations=(given("amina", time=7.0),)),
    )  # fmt: skip
    folder, merged = joined(a, b, same=frozenset({"amina"}))
    assert merged.sides[1].renamed == {"juma": "juma-b"}
    assert merged.sides[1].joined_answers == 3
    store = opened(folder)
    told = {
        number: [
            (each.revision, each.time, each.stretches())
            for each in annotations_of(store, number, earlier=True)
            if each.annotator == "amina"
        ]
        for number in (1, 2, 3)
    }
    per, loc = {(0, 4, "PER")}, {(10, 16, "LOC")}
    assert told == {
        1: [(1, 10.0, loc), (2, 20.0, per)],
        2: [(1, 5.0, set()), (2, 6.0, per)],
        3: [(1, 7.0, set())],
    }
    store.close()
    desk = Desk(read_project(folder), opened(folder), "amina", load_tokenizer("general"))
    desk.open_document(1)
    assert desk.page
    assert desk.page.sheets[0].draft.spans == (PER,)
    assert desk.page.sheets[0].draft.comment == "b"
    desk.close()


def test_everybody_can_be_one_person(make: Make) -> None:
    said = [Record(1, 1, TEXT, annotations=(given("amina", PER), given("juma", LOC)))]
    folder, merged = joined(make("a", *said), make("b", *said), everybody=True)
    assert merged.answers == 2
    assert set(answers(folder)["t.txt:1"]) == {"amina", "juma"}


def test_who_is_said_to_be_one_person_must_be_in_two_projects(make: Make) -> None:
    a = make("a", Record(1, 1, TEXT, annotations=(given("amina", PER),)))
    b = make("b", Record(1, 1, TEXT, annotations=(given("juma", PER),)))
    with pytest.raises(TonemarkError, match="juma is not in two of these projects"):
        joined(a, b, same=frozenset({"juma"}))


def test_all_revisions_times_and_hours_come_over(make: Make) -> None:
    a = make("a", *records(TEXT, "Juma leo"))
    for spans in ((PER,), (PER, LOC), (LOC,)):
        answer_again(a, "amina", "t.txt:1", *spans)
    store = opened(a)
    with store.transaction() as db:
        db.execute("UPDATE annotations SET seconds = 30.0 * revision, flagged = 1, comment = 'ñ\n'")
    before = annotations_of(store, 1, earlier=True)
    hours = people(store)
    store.close()
    change(a, "DELETE FROM events", "DELETE FROM claims WHERE document = 2")
    folder, merged = joined(make("b", *records("Rosa")), a)
    store = opened(folder)
    after = annotations_of(store, 2, earlier=True) or annotations_of(store, 3, earlier=True)
    store.close()
    assert merged.sides[1].revisions == 3
    kept = ("annotator", "revision", "answer", "spans", "comment", "flagged", "time", "seconds")
    assert [[getattr(e, k) for k in kept] for e in after] == [
        [getattr(e, k) for k in kept] for e in before
    ]
    assert people(opened(folder))["amina"] == hours["amina"]


def test_an_answer_that_was_extra_stays_outside_the_figures(make: Make) -> None:
    a = make("a", Record(1, 1, TEXT, annotations=(given("amina", PER),)))
    answer_again(a, "juma", "t.txt:1", LOC)
    b = make("b", Record(1, 1, TEXT, annotations=(given("neema", PER),)))
    folder, _ = joined(a, b)
    store = opened(folder)
    assert {each.annotator: each.extra for each in annotations_of(store, 1)} == {
        "amina": False, "juma": True, "neema": False,
    }  # fmt: skip


def test_agreement_is_that_of_both(make: Make) -> None:
    """Whom one project has keeps her figures; documents that met give those of its people with the
    people of the other."""
    texts = [f"{TEXT} {n}" for n in range(6)]
    a = make("a", *(Record(n, n, text, annotations=(given("amina", PER),
                                                    given("juma", PER, *[LOC] * (n % 2))))
                    for n, text in enumerate(texts[:4], 1)))  # fmt: skip
    b = make("b", *(Record(n, n, text, annotations=(given("neema", *[LOC] * (n % 3 > 0)),))
                    for n, text in enumerate(texts, 1)))  # fmt: skip
    folder, _ = joined(a, b)
    both, of_a = people(opened(folder)), people(opened(a))
    assert both["amina"].others["juma"] == of_a["amina"].others["juma"]
    # On the four that met juma has PER, and LOC on 1 and 3; neema LOC on 1, 2 and 4.
    assert both["neema"].others["juma"] == (1, 9)
    assert (
        run_here("agreement", folder, "--json", "--annotators", "amina,juma").stdout.split(
            '"documents"'
        )[0]
        == run_here("agreement", a, "--json").stdout.split('"documents"')[0]
    )


# Gold


@pytest.mark.parametrize(
    ("ours", "theirs", "stands", "below"),
    [
        (gold("rosa", PER, time=2.0), gold("rosa", PER, time=1.0), "rosa", 0),
        (gold("rosa", PER, time=2.0), gold("ana", PER, time=3.0), "rosa", 0),
        (gold("rosa", PER, time=2.0), gold("ana", LOC, time=1.0), "rosa", 1),
        (gold("rosa", PER, time=2.0), gold("ana", LOC, time=3.0), "ana", 1),
        (gold("rosa", PER, time=2.0), gold(UNANIMOUS, LOC, time=3.0), "rosa", 1),
        (gold(UNANIMOUS, PER, time=2.0), gold("ana", LOC, time=3.0), "ana", 1),
        (gold("rosa", PER, time=2.0), gold("rosa", LOC, time=3.0), "rosa-b", 1),
    ],
)
def test_one_of_two_golds_stands_and_the_other_lies_below(
    make: Make, ours: GivenAnnotation, theirs: GivenAnnotation, stands: str, below: int
) -> None:
    a = make("a", Record(1, 1, TEXT, annotations=(ours,)))
    b = make("b", Record(1, 1, TEXT, annotations=(theirs,)))
    folder, merged = joined(a, b)
    store = opened(folder)
    found = gold_of(store, 1)
    assert found
    assert found.reviewer == stands
    assert found.revision == 1 + below
    side = merged.sides[1]
    counts = (side.same_gold, side.gold_above.count + side.gold_below.count)
    assert counts == (1 - below, below)
    if below:
        (place,) = side.gold_above.places + side.gold_below.places
        assert place.startswith("t.txt:1: ")
    (revisions,) = store.db.execute("SELECT count(*) FROM gold").fetchone()
    assert revisions == 1 + below
    store.close()


def test_what_a_reviewer_settled_is_settled_and_what_came_since_is_not(make: Make) -> None:
    """Gold cites the annotations that it looked at; on a document that met, others answered."""
    ours = [Record(1, 1, LONGER, annotations=tuple(ANSWERS["label"]))]
    a = make(
        "a", *ours, Record(2, 2, f"{LONGER} leo", annotations=tuple(ANSWERS["label"])), overlap=2
    )
    desk = review(a)
    assert keys_in_turn(desk) == ["t.txt:1", "t.txt:2"]
    desk.close()
    b = make("b", Record(1, 1, LONGER, annotations=(given("neema", PER),)))
    before = gold_of(opened(a), 2)
    for folders, key in (((a, b), "t.txt:1"), ((b, a), "t.txt:1")):
        folder, _ = joined(*folders)
        store = opened(folder)
        after = gold_of(store, store.number_of("t.txt:2"))
        assert before
        assert after
        assert (after.decisions, after.cites, after.spans, after.time) == (
            before.decisions,
            before.cites,
            before.spans,
            before.time,
        )
        store.close()
        desk = review(folder, "ana")
        desk.open_next()
        assert desk.page
        assert desk.page.sheets[0].document.key == key
        desk.close()
        assert faults(folder) == []


def test_gold_cites_one_persons_answers_by_the_revisions_that_they_are_now(make: Make) -> None:
    text = "leo Asha Juma yuko Kisumu"
    newer, others = given("amina", Span(4, 8, "PER"), time=50.0), given("juma", time=51.0)
    a = make("a", Record(1, 1, text, annotations=(newer, others)), overlap=2)
    desk = review(a)
    keys_in_turn(desk)
    desk.close()
    older = given("amina", Span(4, 13, "PER"), time=40.0)
    b = make("b", Record(1, 1, text, annotations=(older,)))
    for folders in ((a, b), (b, a)):
        folder, _ = joined(*folders, same=frozenset({"amina"}))
        found = gold_of(opened(folder), 1)
        assert found
        assert set(found.cites) == {("amina", 2), ("juma", 1)}


def test_decisions_name_whom_they_took(make: Make) -> None:
    said = tuple(ANSWERS["label"])
    a = make("a", Record(1, 1, f"{LONGER} jana", annotations=said), overlap=2)
    b = make("b", Record(1, 1, f"{LONGER} leo", annotations=said), overlap=2)
    desk = review(b)
    keys_in_turn(desk)
    desk.close()
    folder, _ = joined(a, b)
    found = gold_of(opened(folder), 2)
    assert found
    assert [each.choice for each in found.decisions] == ["amina-b"]
    assert set(found.cites) == {("amina-b", 1), ("juma-b", 1)}


# Tokens


def test_documents_and_answers_keep_the_tokens_of_another_tokenizer(make: Make) -> None:
    texts = [f"Asha ng'ombe yuko {n}" for n in "ab"]
    a = make("a", Record(1, 1, texts[0], annotations=(given("amina", PER),)))
    b = make(
        "b", *(Record(n, n, t, annotations=(given("juma", PER),)) for n, t in enumerate(texts, 1))
    )
    _own_rules(b)
    store = opened(b)
    theirs = list(_tokens(b, texts[1]))
    assert theirs != list(_tokens(a, texts[1]))
    store.close()
    folder, merged = joined(a, b)
    found = documents(folder)
    assert found["t.txt:1"].tokens is None
    assert list(found["t.txt:2"].tokens or ()) == theirs
    assert merged.sides[1].own_tokens == 1
    store = opened(folder)
    amina, juma = annotations_of(store, 1)
    assert amina.tokens is None
    assert list(juma.tokens or ()) == list(_tokens(b, texts[0]))
    assert annotations_of(store, 2)[0].tokens is None
    store.close()
    assert (folder / "tokenizer-b.toml").read_bytes() == (b / "tokenizer.toml").read_bytes()
    folder, merged = joined(b, a)
    assert read_project(folder).tokenizer == "tokenizer.toml"
    assert merged.sides[1].own_tokens == 0


def _own_rules(folder: Path) -> None:
    from tonemark.corpus.project_rules import add_rules
    from tonemark.tokenizers.profiles.own_rules import Rule

    add_rules(read_project(folder), [Rule("ng'ombe", ("ng'", "ombe"))])


def _tokens(folder: Path, text: str) -> Iterable[Token]:
    from tonemark.corpus.tokens import tokenizer_of

    return tokenizer_of(read_project(folder), loads_code=True).tokenize(text)  # type: ignore[union-attr]


def test_given_and_corrected_tokens_stay_under_the_answers(make: Make) -> None:
    halves = (Token(0, 2), Token(2, 4), Token(5, 9), Token(10, 16))
    whole = (Token(0, 9), Token(10, 16))
    a = make("a", Record(1, 1, TEXT, tokens=halves, annotations=(given("amina", PER),)),
             Record(2, 2, f"{TEXT} leo"))  # fmt: skip
    b = make("b", Record(1, 1, TEXT, tokens=whole, annotations=(given("juma", Span(0, 9, "PER")),)),
             Record(2, 2, f"{TEXT} leo", tokens=(*whole, Token(17, 20))))  # fmt: skip
    folder, merged = joined(a, b)
    store = opened(folder)
    assert store.document(1).tokens == halves
    assert [each.tokens for each in annotations_of(store, 1)] == [None, whole]
    assert store.document(2).tokens == (*whole, Token(17, 20)), "nobody has answered it"
    assert merged.sides[1].tokens.places == ["t.txt:1"]
    store.close()
    desk = Desk(read_project(folder), opened(folder), "juma", load_tokenizer("general"))
    desk.open_document(1)
    assert desk.page
    assert desk.page.sheets[0].draft.made == (Token(0, 9),)
    desk.close()


# Settings and gazetteers


def test_labels_of_both_in_order_and_what_clashes_is_told(make: Make) -> None:
    a, b = make("a"), make("b")
    (a / "project.toml").write_text(
        'version = 1\nname = "Habari"\nlanguage = "sw"\n# kept\n[labels]\nPER = "people"\n'
        'LOC = { about = "", key = "l" }\n[routing]\nteam = ["amina"]\n'
    )
    (b / "project.toml").write_text(
        'version = 1\nlanguage = "ha"\noverlapping = true\n[labels]\n'
        'DATE = { about = "a \\"day\\"", key = "l" }\nPER = "persons"\nORG = { key = "o" }\n'
    )
    folder, merged = joined(a, b)
    project = read_project(folder)
    assert [(e.name, e.about, e.key) for e in project.labels] == [
        ("PER", "people", None),
        ("LOC", "", "l"),
        ("DATE", 'a "day"', None),
        ("ORG", "", "o"),
    ]
    assert (project.name, project.language, project.overlapping) == (folder.name, "sw", True)
    assert project.team == ("amina",)
    assert "# kept" in (folder / "project.toml").read_text()
    notes = "\n".join(merged.sides[1].notes)
    for told in ('the key "l" of the label DATE', "PER is for is told otherwise", "not ha"):
        assert told in notes


def test_guidelines_lie_side_by_side(make: Make) -> None:
    a, b, c = (
        make("a", guidelines="g.md"),
        make("b", guidelines="g.md"),
        make("c", guidelines="g.md"),
    )
    for folder, text in ((a, "one"), (b, "two"), (c, "one")):
        (folder / "g.md").write_text(text)
    folder, merged = joined(a, b, c)
    assert {path.name: path.read_text() for path in folder.glob("*.md")} == {
        "g.md": "one", "g-b.md": "two",
    }  # fmt: skip
    assert merged.sides[1].notes == ["its guidelines are in g-b.md"]
    folder, _ = joined(make("d"), b)
    project = read_project(folder)
    assert project.guidelines
    assert project.guidelines.read_text() == "two"


def test_spans_name_the_entries_that_suggested_them(make: Make) -> None:
    """Entries have other numbers in a project that had some: what a span says it came from is the
    same name; one that is gone is taken for no other."""
    a, b = make("a", *records(TEXT)), make("b")
    for folder, names in ((a, ["Nakuru", "Kisumu"]), (b, ["Asha", "Kisumu", "Gone"])):
        store = opened(folder)
        add_entries(store, "places", [NewEntry("LOC", name) for name in names])
        store.close()
    store = opened(b)
    sources = ("gazetteer:1", "gazetteer:2", "gazetteer:3", "pattern:77", "manual")
    spans = (Span(10, 16, "LOC", sources),)
    add_records(
        store, "t.txt", [Record(1, 1, TEXT, annotations=(given("juma", *spans),))], Report()
    )
    store.db.execute("DELETE FROM entries WHERE id = 3")
    store.close()
    folder, merged = joined(a, b)
    assert (merged.sides[1].entries, merged.sides[1].known_entries) == (1, 1)
    store = opened(folder)
    (span,) = annotations_of(store, 1)[0].spans
    numbers = [int(each.partition(":")[2]) for each in span.sources[:4]]
    entries = entries_of(store, numbers)
    assert [entries[n].pattern if n in entries else "" for n in numbers] == [
        "Asha",
        "Kisumu",
        "",
        "",
    ]
    add_entries(store, "places", [NewEntry("LOC", f"new {n}") for n in range(9)])
    assert not set(numbers[2:]) & set(entries_of(store, range(1, 100)))
    project = read_project(folder)
    weigh_all(project, store, lambda done, total=0: None)
    store.close()
    assert faults(folder) == []


# Whole or not at all


def test_what_is_there_is_never_written_over(make: Make, tmp_path: Path) -> None:
    a, b = make("a", *records("Asha")), make("b", *records("Juma"))
    (tmp_path / "empty").mkdir()
    assert merge([a, b], tmp_path / "empty", Wishes()).documents == 2
    for target in (tmp_path / "empty", a, a / "inside"):
        with pytest.raises(TonemarkError, match=r"there already|lies in"):
            merge([a, b], target, Wishes())
    with pytest.raises(TonemarkError, match="named twice"):
        merge([a, a], tmp_path / "c", Wishes())
    assert not (tmp_path / "c").exists()


def test_cut_off_it_leaves_nothing(make: Make, tmp_path: Path) -> None:
    a, b = make("a", *records("Asha")), make("b", *records("Juma"))

    def cut(project: object, store: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        merge([a, b], tmp_path / "c", Wishes(), finish=cut)
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]


DAMAGE = {
    "the document: it cannot be read": "UPDATE documents SET meta = '{' WHERE id = 1",
    "the document: its text is not": "UPDATE documents SET digest = 7 WHERE id = 1",
    "the answer of amina: a span does not lie": "UPDATE spans SET end_char = 99 WHERE rowid = 1",
    "the answer of amina: it is none": "UPDATE annotations SET answer = 'x' WHERE id = 1",
    "the answer of amina: its time": "UPDATE annotations SET time = 'x' WHERE id = 1",
    "the answer of amina: its tokens": "UPDATE annotations SET tokens = x'01' WHERE id = 1",
    "the answer of amina: its revisions": "UPDATE annotations SET revision = 2 WHERE id = 1",
    "the answer of a/b: nobody": "UPDATE annotations SET annotator = 'a/b' WHERE id = 1",
    "the gold: how it was settled": "UPDATE gold SET cites = '[[1]]'",
    "the gold: nobody": "UPDATE gold SET reviewer = '+x'",
    "the suggestions: they cannot": "UPDATE suggestions SET score = 'x'",
    "1 answers of no document": "UPDATE annotations SET document = 99 WHERE id = 1",
}


@pytest.mark.parametrize("told", DAMAGE)
@pytest.mark.parametrize("first", [True, False])
def test_what_is_damaged_is_left_out_and_named(make: Make, told: str, first: bool) -> None:
    suggestion = Suggestion(0, 4, "PER", ("import:x",), 0.5)
    a = make("a", Record(1, 1, TEXT, suggestions=(suggestion,),
                         annotations=(given("amina", PER, time=1.0), given("juma", LOC, time=2.0),
                                      gold("rosa", PER, time=3.0))),
             Record(2, 2, "Juma leo", annotations=(given("amina", PER),)))  # fmt: skip
    b = make("b", Record(1, 1, TEXT, annotations=(given("neema", PER),)))
    change(a, DAMAGE[told])
    folder, merged = joined(*((a, b) if first else (b, a)))
    (place,) = merged.sides[0 if first else 1].left_out.places
    assert told in place
    assert answers(folder)["t.txt:2"]
    assert "neema" in answers(folder)["t.txt:1"]


def test_a_page_that_is_begun_stays_behind_and_is_told(make: Make) -> None:
    a, b = make("a", *records(TEXT, "Juma leo")), make("b", *records("Rosa"))
    desk = Desk(read_project(a), opened(a), "amina", load_tokenizer("general"))
    desk.open_next()
    assert desk.page
    desk.page.perform([Edit(1, added=(PER,))])
    for place in ("journal", "store"):
        target = a.parent / place
        merged = merge([a, b], target, Wishes())
        assert merged.sides[0].open_pages.places == ["amina at t.txt:1"]
        assert merged.answers == 0
        assert faults(target) == []
        if desk.page:
            desk.close()


def test_what_was_dropped_stays_behind(make: Make) -> None:
    said = (given("amina", PER), given("juma", LOC))
    a = make("a", *(Record(n, n, f"{TEXT} {n}", annotations=said) for n in (1, 2, 3)))
    b = make("b", Record(9, 9, TEXT))
    assert run_here("drop", a, "--annotator", "amina", "--yes").returncode == 0
    assert run_here("drop", a, "--document", "t.txt:2", "--yes").returncode == 0
    for folders in ((a, b), (b, a)):
        folder, merged = joined(*folders)
        assert merged.documents == 3
        assert {key: set(who) for key, who in answers(folder).items()} == {
            "t.txt:1": {"juma"}, "t.txt:3": {"juma"},
        }  # fmt: skip


def test_the_report_of_the_command(make: Make, tmp_path: Path) -> None:
    a = make(
        "a", Record(1, 1, TEXT, annotations=(given("amina", PER), gold("rosa", PER, time=1.0)))
    )
    b = make("b", Record(1, 1, TEXT, annotations=(given("amina", LOC), gold("ana", LOC, time=2.0))),
             Record(2, 2, "Juma"))  # fmt: skip
    done = run_here("join", a, b, "-o", tmp_path / "c", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["documents"], told["answers"], told["gold"]) == (2, 2, 1)
    assert told["sides"][1]["renamed"] == {"amina": "amina-b"}
    assert told["sides"][1]["gold_above"] == {"count": 1, "places": ["t.txt:1: ana and rosa"]}
    store = opened(tmp_path / "c")
    assert store.words(["asha", "Asha"]), "words are counted for the candidates"
    store.close()
    done = run_here("join", a, b, "-o", tmp_path / "d", "--same", "amina")
    assert "1 answer of a person who has one there" in done.stdout
    assert run_here("join", a, "-o", tmp_path / "e").returncode == 2
    assert run_here("join", a, b, "-o", tmp_path / "e", "--same", "1 2").returncode == 2
    assert run_here("join", a, tmp_path / "none", "-o", tmp_path / "e").returncode == 1
    assert not (tmp_path / "e").exists()
    change(b, "UPDATE documents SET meta = '{' WHERE id = 2")
    done = run_here("join", a, b, "-o", tmp_path / "e")
    assert done.returncode == 1
    assert "1 left out:" in done.stdout
    assert run_here("doctor", tmp_path / "e").returncode == 0
