"""Projects put together: tokens, labels, guidelines, and entries of gazetteers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from damaging import faults
from tests.making import given
from tests.merging import (
    PER,
    TEXT,
    Make,
    documents,
    joined,
    opened,
    records,
)

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.gazetteers import NewEntry, add_entries, entries_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.patterns.unweighed import weigh_all
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import load_tokenizer

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
