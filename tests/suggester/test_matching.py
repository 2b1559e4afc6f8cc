"""What patterns suggest ahead of the annotators: for which documents, anew when, and what is left
out because it has no end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from suggesters import plug_words

from tonemark.corpus.desk import Desk
from tonemark.corpus.gazetteers import NewEntry, add_entries, patterns, remove_entries
from tonemark.corpus.produced import pattern_faults, produced_at_fault, try_patterns_again
from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import StoredTokenizer, tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.suggester import matching, pattern_runs, pattern_worker
from tonemark.suggester.matching import Matching
from tonemark.suggester.tokenizing import Tokenizing

Work = Callable[..., tuple[Store, Matching]]

TITLE = NewEntry("PER", '[{"LOWER": "rais"}, {"IS_TITLE": true, "OP": "+"}]', "tokens")
YEAR = NewEntry("DATE", r"\b(?:19|20)\d\d\b", "regex")
EVIL_TOKEN = NewEntry("PER", '[{"TEXT": {"REGEX": "^(a|aa)+$"}}]', "tokens")
EVIL_REGEX = NewEntry("PER", "(?:a|aa)+$", "regex")
EVIL = "a" * 60 + "b"


@pytest.fixture
def work(project: Callable[..., Path]) -> Iterator[Work]:
    """Makes a project with entries, and the work of matching them, not yet begun."""
    opened: list[tuple[Store, Matching]] = []

    def make(
        *texts: str, entries: tuple[NewEntry, ...] = (), tokenizer: str = "general"
    ) -> tuple[Store, Matching]:
        folder = project(*texts, tokenizer=tokenizer)
        store = Store(folder / STORE_FILE)
        add_entries(store, "mine", entries)
        made = tokenizer_of(read_project(folder), loads_code=False)
        noted: list[str] = []
        opened.append((store, Matching(store, "yo", made, noted.append)))
        return opened[-1]

    yield make
    for store, made in opened:
        made.close()
        store.close()


def step_through(work: Matching) -> None:
    while work.step():
        pass


def suggested(store: Store, number: int) -> list[tuple[str, str, tuple[str, ...]]]:
    document = store.document(number)
    return [
        (document.text[each.start : each.end], each.label, each.sources)
        for each in store.suggestions(document)
    ]


def opened(store: Store, annotator: str = "amina", count: int = 1) -> None:
    """Let an annotator open that many documents."""
    project = read_project(store.path.parent)
    theirs = Store(store.path)
    desk = Desk(project, theirs, annotator, tokenizer_of(project, loads_code=False))
    desk.open_next()
    for _ in range(count - 1):
        desk.answer("accept")
    desk.close(cut_off=True)
    theirs.close()


def test_patterns_suggest_each_its_own(work: Work) -> None:
    store, made = work("Rais Samia Suluhu alikuja 2021 na", "hakuna", entries=(TITLE, YEAR))
    step_through(made)
    assert suggested(store, 1) == [
        ("Rais Samia Suluhu", "PER", ("pattern:1",)),
        ("2021", "DATE", ("pattern:2",)),
    ]
    assert suggested(store, 2) == []
    assert (made.made, made.failed, made.trouble) == (2, 0, None)
    assert not made.step(), "nothing is left to do"


def test_what_has_no_end_is_named_and_left_out(work: Work) -> None:
    """And everything else suggests, on that document and on the others."""
    store, made = work(
        f"Rais Samia {EVIL} 2021",
        "Rais Juma 1999 na",
        entries=(TITLE, EVIL_TOKEN, EVIL_REGEX, YEAR),
    )
    step_through(made)
    assert [each[:2] for each in suggested(store, 1)] == [("Rais Samia", "PER"), ("2021", "DATE")]
    assert [each[:2] for each in suggested(store, 2)] == [("Rais Juma", "PER"), ("1999", "DATE")]
    faults = pattern_faults(store)
    assert faults.keys() == {2, 3}
    assert all("ran longer than 0.25 s" in why for why in faults.values())
    assert made.trouble is not None
    assert "2, 3" in made.trouble.title
    assert made.failed == 0


def test_it_stays_ahead_and_leaves_open_pages_alone(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "AHEAD", 3)
    store, made = work(*(f"mwaka {2000 + n}" for n in range(9)), entries=(YEAR,))
    step_through(made)
    assert [n for n in range(1, 10) if suggested(store, n)] == [1, 2, 3], "for whoever comes first"
    opened(store, count=2)
    step_through(made)
    assert [n for n in range(1, 10) if suggested(store, n)] == [1, 2, 3, 4, 5]
    remove_entries(store, [each.number for each in patterns(store)])
    add_entries(store, "mine", [NewEntry("NUM", r"\d+", "regex")])
    step_through(made)
    labels = [[label for _, label, _ in suggested(store, n)] for n in range(1, 7)]
    assert labels == [["DATE"], ["DATE"], ["NUM"], ["NUM"], ["NUM"], []], "opened ones as they were"


def test_without_patterns_nothing_is_left_of_them(work: Work) -> None:
    store, made = work("mwaka 2021", entries=(YEAR,))
    assert made.is_wanted()
    step_through(made)
    assert suggested(store, 1)
    remove_entries(store, [1])
    assert made.is_wanted(), "what they suggested is still there"
    step_through(made)
    assert suggested(store, 1) == []
    assert not made.is_wanted()


def test_it_waits_for_the_tokens_of_other_code(work: Work, site: Path) -> None:
    """And widens to them: this tokenizer cuts at white space only."""
    plug_words(site)
    store, made = work("mwaka-2021 na", entries=(YEAR,), tokenizer="words")
    assert isinstance(made.tokenizer, StoredTokenizer)
    step_through(made)
    assert suggested(store, 1) == []
    folder = store.path.parent
    tokenizing = Tokenizing(store, folder, made.tokenizer, lambda: None, lambda *_: None)
    while tokenizing.step():
        pass
    step_through(made)
    assert [each[0] for each in suggested(store, 1)] == ["mwaka-2021"]
    with store.transaction() as db:  # the same documents have other tokens now
        db.execute("DELETE FROM tokenized")
        db.execute("UPDATE tokenizers SET id = 9")
        db.execute("INSERT INTO tokenized VALUES (1, 9, x'060000000a000000', '')")
    step_through(made)
    assert [each[0] for each in suggested(store, 1)] == ["2021"]
    tokenizing.close()


def test_it_does_not_wait_for_what_runs(work: Work) -> None:
    """A page's tokens may be waited for meanwhile."""
    store, made = work(EVIL, entries=(EVIL_REGEX, YEAR))
    assert made.step(), "loading"
    assert made._underway == 1
    assert made.made == 0
    remove_entries(store, [1])
    step_through(made)
    assert suggested(store, 1) == []
    assert pattern_faults(store) == {}


STORED = [
    # A store may come from elsewhere: nobody looked at these.
    ("tokens", "[", "JSON"),
    ("tokens", '[{"POS": "NOUN"}]', "needs a tagger"),
    ("regex", "(a", "does not compile"),
    ("regex", "a*", "empty text"),
]


def test_patterns_at_fault_are_told_and_others_go_on(work: Work) -> None:
    entries = [NewEntry("PER", pattern, kind) for kind, pattern, _ in STORED]  # type: ignore[arg-type]
    store, made = work("mwaka 2021", entries=(*entries, YEAR))
    step_through(made)
    assert [each[0] for each in suggested(store, 1)] == ["2021"]
    faults = pattern_faults(store)
    assert len(faults) == len(STORED)
    told = [said for _, _, said in STORED]
    assert [said for number, said in enumerate(told, 1) if said not in faults[number]] == []


def test_where_one_stands_at_too_many_places_it_is_that_documents_fault(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name stands as often in a book; it suggests in all other documents."""
    many = "Kenya 2021 " + "Kenya x " * (pattern_worker.PLACES // 2 + 1)
    kenya, word = (
        NewEntry("LOC", "Kenya", "regex"),
        NewEntry("LOC", '[{"IS_TITLE": true}]', "tokens"),
    )
    letters = NewEntry("LOC", '[{"IS_ALPHA": true}]', "tokens")
    store, made = work(many * 2, "Kenya 1999", entries=(kenya, word, YEAR, letters))
    step_through(made)
    assert [each[0] for each in suggested(store, 1)] == ["2021", "2021"]
    assert [each[0] for each in suggested(store, 2)] == ["Kenya", "1999"]
    assert pattern_faults(store) == {}
    assert produced_at_fault(store, "patterns") == (
        1,
        ["a.txt:1: more than 10,000 places here, of pattern 1, 2, 4"],
    )


def test_stars_side_by_side_are_cut_in_a_long_text(work: Work) -> None:
    """They take the square of its length: a minute and a half of 4 MB."""
    stars = '[{"IS_ALPHA": true, "OP": "*"}, {"OP": "*"}, {"IS_DIGIT": true}]'
    store, made = work("x y " * 100_000, "2021", entries=(NewEntry("PER", stars, "tokens"), YEAR))
    step_through(made)
    assert pattern_faults(store) == {1: "it ran longer than 0.65 s on one document"}
    assert [each[0] for each in suggested(store, 2)] == ["2021"]
    assert pattern_worker.limits(4_000_000, 1).one < 5


def test_what_spacy_needs_for_a_text_is_no_patterns_time(
    work: Work, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = "import sys, time\nfrom tonemark.suggester import pattern_worker as it\n"
    slow += "made = it.token_patterns.TokenPatterns.doc\n"
    slow += "def doc(self, text, tokens):\n"
    slow += "    until = time.process_time() + (9 if 'odd' in text else 0.6)\n"
    slow += "    while time.process_time() < until: pass\n"
    slow += "    return made(self, text, tokens)\n"
    slow += "it.token_patterns.TokenPatterns.doc = doc\nit.main(*sys.argv[1:])"
    (site / "tests_slow_doc.py").write_text(slow, encoding="utf-8")
    monkeypatch.setattr(pattern_runs, "MODULE", "tests_slow_doc")
    store, made = work("rais Samia", "odd rais Samia", entries=(TITLE,))
    step_through(made)
    assert pattern_faults(store) == {}
    assert [each[0] for each in suggested(store, 1)] == ["rais Samia"]
    told = "a.txt:2: patterns failed: it took too much time of the processor"
    assert produced_at_fault(store, "patterns") == (1, [told])


def test_what_is_left_out_may_be_tried_again(work: Work) -> None:
    """Where documents were looked at without it, they are looked at again."""
    store, made = work("2021 " + EVIL, "mwaka 1999", "mwaka 2000", entries=(EVIL_REGEX, YEAR))
    step_through(made)
    opened(store)
    assert pattern_faults(store).keys() == {1}
    assert try_patterns_again(store) == 1
    with store.transaction() as db:  # a slower machine was the cause
        db.execute("UPDATE entries SET pattern = 'mwaka' WHERE id = 1")
    step_through(made)
    assert pattern_faults(store) == {}
    found = [[each[0] for each in suggested(store, n)] for n in (1, 2, 3)]
    assert found == [["2021"], ["mwaka", "1999"], ["mwaka", "2000"]], "an open page is as it was"
    assert not made.step()
    assert try_patterns_again(store) == 0


def test_damaged_entries_hold_up_nobody(work: Work) -> None:
    store, made = work("mwaka 2021", entries=(YEAR, TITLE, NewEntry("PER", "a", "regex")))
    with store.transaction() as db:
        db.execute("UPDATE entries SET pattern = x'ff00' WHERE id = 2")
        db.execute("UPDATE entries SET label = CAST(x'ff41' AS TEXT) WHERE id = 3")
    step_through(made)
    assert [each[0] for each in suggested(store, 1)] == ["2021"]
    assert pattern_faults(store) == {}, "nobody reads them: doctor tells of them"


def anew(store: Store) -> None:
    """Let all be done once more."""
    with store.transaction() as db:
        db.execute("DELETE FROM suggestions")
        db.execute("DELETE FROM produced")


def test_a_child_that_dies_takes_nobody_along(work: Work) -> None:
    """One that was killed from outside is started again."""
    store, made = work("mwaka 2021", "mwaka 1999", entries=(YEAR,))
    step_through(made)
    assert made._run
    assert made._run._child
    made._run._child._process.kill()
    anew(store)
    step_through(made)
    assert [suggested(store, n)[0][0] for n in (1, 2)] == ["2021", "1999"]
    assert pattern_faults(store) == {}


CRASHES = """
import os, sys
from tonemark.patterns import expressions
from tonemark.suggester import pattern_worker
run, met = expressions.occurrences, []

def occurrences(expression, text, *more):
    met.append(expression)
    if "rash" in expression.pattern and (len(met) > 8 or "odd" in text):
        raise MemoryError if "odd" in text else os.abort()
    return run(expression, text, *more)

expressions.occurrences = occurrences
pattern_worker.main(*sys.argv[1:])
"""


def test_what_crashes_is_named_only_where_a_fresh_child_crashes_too(
    work: Work, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site / "tests_crashes.py").write_text(CRASHES, encoding="utf-8")
    monkeypatch.setattr(pattern_runs, "MODULE", "tests_crashes")
    crash = NewEntry("PER", "crash", "regex")
    texts = [f"mwaka {2000 + n} crash" for n in range(9)]
    store, made = work(*texts, "odd 2021", entries=(crash, YEAR))
    step_through(made)
    assert [len(suggested(store, n)) for n in range(1, 11)] == [2] * 9 + [1]
    assert pattern_faults(store) == {1: "it failed: it ended its process (exit code 1)"}


def test_a_damaged_document_holds_up_nobody(work: Work) -> None:
    store, made = work("mwaka 2021", "mwaka 1999", entries=(YEAR,))
    with store.transaction() as db:
        db.execute("UPDATE documents SET tokens = x'0100' WHERE id = 1")
    step_through(made)
    assert suggested(store, 2)
    count, first = produced_at_fault(store, "patterns")
    assert count == made.failed == 1
    assert first[0].startswith("a.txt:1: What the store has of document 1 is damaged")


def test_what_cannot_be_run_at_all_is_told_and_tried_with_others(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pattern_runs, "MODULE", "tonemark.nothing")
    store, made = work("mwaka 2021", entries=(YEAR,))
    step_through(made)
    assert isinstance(made.trouble, TonemarkError)
    assert "Patterns cannot be run" in made.trouble.title
    assert not made.step()
    monkeypatch.undo()
    add_entries(store, "mine", [NewEntry("NUM", "2", "regex")])
    step_through(made)
    assert made.trouble is None
    assert suggested(store, 1)


def test_expressions_alone_load_no_spacy(work: Work) -> None:
    store, made = work("Rais Samia 2021", entries=(YEAR,))
    maps = lambda: Path(f"/proc/{made._run._child._process.pid}/maps")  # noqa: E731
    step_through(made)
    if not maps().exists():
        pytest.skip("what a process has loaded cannot be seen here")
    assert "_regex" in maps().read_text()
    assert "spacy" not in maps().read_text()
    add_entries(store, "mine", [TITLE])
    step_through(made)
    assert "spacy" in maps().read_text()
    assert len(suggested(store, 1)) == 2


def test_where_there_are_too_many_it_is_told(
    work: Work, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is without end, but all together take too long: those that were tried suggest."""
    assert pattern_worker.limits(5_000, 100).all < 1.5
    slow = "import sys\nfrom tonemark.suggester import pattern_worker as it\n"
    slow += "it.limits = lambda *_: it.Limits(9.0, -1.0)\nit.main(*sys.argv[1:])"
    (site / "tests_slow.py").write_text(slow, encoding="utf-8")
    monkeypatch.setattr(pattern_runs, "MODULE", "tests_slow")
    store, made = work("mwaka 2021", entries=(YEAR, TITLE))
    step_through(made)
    assert made.trouble is None
    assert pattern_faults(store) == {}
    assert produced_at_fault(store, "patterns")[1] == [
        "a.txt:1: 0 of 2 patterns were tried: time was up"
    ]
