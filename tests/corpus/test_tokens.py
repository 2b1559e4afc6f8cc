"""The tokens of a document: given, made here, or made elsewhere and waited for."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from making import keyed, numbered

from tonemark.corpus.desk import Desk
from tonemark.corpus.documents import Damaged
from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import (
    StoredTokenizer,
    Tokenized,
    TokensAwaited,
    current_id,
    next_to_tokenize,
    note_loaded,
    put_tokens,
    sentence_rules_with,
    tokenized_at_fault,
    tokenizer_of,
    tokens_of,
)
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.sentences.rules import SentenceRules

ELSEWHERE = StoredTokenizer("words", "tests-words 0.1")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    create_project(tmp_path / "p", language="yo", labels=["PER"])
    create_store(tmp_path / "p" / STORE_FILE)
    store = Store(tmp_path / "p" / STORE_FILE)
    add_records(store, "a.txt", numbered(["Asha na Juma", "Bola wá", "Ade"]), Report())
    return store


def test_sentence_rules_come_with_the_tokenizer(tmp_path: Path) -> None:
    made = create_project(tmp_path / "p", language="sw", labels=["PER"], tokenizer="sw")
    assert "Bw." in sentence_rules_with(tokenizer_of(made, loads_code=False)).abbreviations
    assert sentence_rules_with(GeneralTokenizer()) == SentenceRules()
    assert sentence_rules_with(ELSEWHERE) == SentenceRules()
    own = '[sentences]\nabbreviations = ["Sh."]\n'
    for base in ("sw", "spacy:xx"):
        (made.folder / "tokenizer.toml").write_text(f'base = "{base}"\n{own}', "utf-8")
        corrected = tokenizer_of(replace(made, tokenizer="tokenizer.toml"), loads_code=False)
        assert isinstance(corrected, StoredTokenizer) == (base != "sw")
        assert "Sh." in sentence_rules_with(corrected).abbreviations


def put(store: Store, number: int, *tokens: tuple[int, int], version: str = "1") -> int:
    made = note_loaded(store, ELSEWHERE, version)
    put_tokens(store, made, [Tokenized(number, [Token(*each) for each in tokens])])
    return made


def test_what_is_made_elsewhere_is_waited_for(store: Store) -> None:
    document = store.document(1)
    assert tokens_of(store, document, GeneralTokenizer()) == ((0, 4), (5, 7), (8, 12))
    with pytest.raises(TokensAwaited, match="words"):
        tokens_of(store, document, ELSEWHERE)
    put(store, 1, (0, 12))
    assert tokens_of(store, document, ELSEWHERE) == ((0, 12),)


def test_where_code_may_be_loaded_nothing_is_waited_for(store: Store) -> None:
    """What lies in the store is what pages had: it comes first."""
    loaded = []

    def load() -> GeneralTokenizer:
        loaded.append(1)
        return GeneralTokenizer()

    here = StoredTokenizer(ELSEWHERE.name, ELSEWHERE.package, load)
    put(store, 1, (0, 12))
    assert tokens_of(store, store.document(1), here) == ((0, 12),)
    assert not loaded
    assert tokens_of(store, store.document(2), here) == ((0, 4), (5, 7))
    assert loaded


def test_the_version_loaded_last_counts(store: Store) -> None:
    first = put(store, 1, (0, 12), version="1")
    second = put(store, 1, (0, 4), (5, 12), version="2")
    assert first != second == current_id(store, ELSEWHERE)
    assert len(tokens_of(store, store.document(1), ELSEWHERE)) == 2
    assert note_loaded(store, ELSEWHERE, "1") == first
    assert len(tokens_of(store, store.document(1), ELSEWHERE)) == 1
    newer = StoredTokenizer("words", "tests-words 0.2")
    with pytest.raises(TokensAwaited):
        tokens_of(store, store.document(1), newer)


@pytest.mark.parametrize(
    "data", [b"abc", b"\0\0\0\0\xff\0\0\0", b"\4\0\0\0\0\0\0\0", "text", 7], ids=repr
)
def test_damaged_tokens_are_told_as_such(data: object, store: Store) -> None:
    put(store, 1, (0, 12))
    with store.transaction() as db:
        db.execute("UPDATE tokenized SET tokens = ?", (data,))
    with pytest.raises(Damaged, match="the tokens of document 1"):
        tokens_of(store, store.document(1), ELSEWHERE)


def test_a_desk_waits_and_then_opens_the_page_that_it_claimed(store: Store) -> None:
    from tonemark.corpus.project import read_project

    project = read_project(store.path.parent)
    desk = Desk(project, store, "amina", ELSEWHERE)
    with pytest.raises(TokensAwaited):
        desk.open_next()
    assert desk.page is None
    before = store.db.execute("SELECT annotator, document, number FROM claims").fetchall()
    for _ in range(3):
        with pytest.raises(TokensAwaited):
            desk.open_awaited()
    assert store.db.execute("SELECT annotator, document, number FROM claims").fetchall() == before
    assert not list((project.folder / "journal").glob("*/*")), "no journal for what is not open"
    put(store, 1, (0, 4), (5, 7), (8, 12))
    page = desk.open_awaited()
    assert page is desk.page
    assert page
    assert page.sheets[0].document.number == 1
    assert len(page.sheets[0].tokens) == 3
    page.perform([Edit(1, added=(Span(0, 4, "PER"),))])
    with pytest.raises(TokensAwaited):
        desk.answer("accept")  # is in all the same
    assert store.db.execute("SELECT count(*) FROM annotations").fetchone() == (1,)
    put(store, 2, (0, 7))
    page = desk.open_awaited()
    assert page
    assert page.sheets[0].document.number == 2
    desk.close()


def test_an_open_page_keeps_its_tokens(store: Store) -> None:
    """Its work is in code points, and fits those that come later, too."""
    from tonemark.corpus.project import read_project

    put(store, 1, (0, 4), (5, 7), (8, 12))
    desk = Desk(read_project(store.path.parent), store, "amina", ELSEWHERE)
    page = desk.open_next()
    assert page
    page.perform([Edit(1, added=(Span(0, 4, "PER"),))])
    put(store, 1, (0, 7), (8, 12), version="2")
    assert len(page.sheets[0].tokens) == 3
    desk.close()
    page = desk.open_document(1)
    assert page
    assert page.sheets[0].tokens == ((0, 7), (8, 12))
    assert page.sheets[0].draft.spans == (Span(0, 4, "PER"),)
    desk.close()


def test_only_looking_waits_too(store: Store) -> None:
    from tonemark.corpus.project import read_project

    desk = Desk(read_project(store.path.parent), store, "amina", ELSEWHERE)
    store.read_only = "it was opened for reading"
    with pytest.raises(TokensAwaited):
        desk.open_next()
    store.read_only = ""
    put(store, 1, (0, 12))
    store.read_only = "it was opened for reading"
    page = desk.open_awaited()
    assert page
    assert page.sheets[0].tokens == ((0, 12),)


def test_which_tokenizers_are_loaded_here(tmp_path: Path) -> None:
    plain = create_project(tmp_path / "a", language="yo", labels=["PER"])
    assert tokenizer_of(plain, loads_code=False).name == "general"
    spacys = create_project(tmp_path / "b", language="yo", labels=["PER"], tokenizer="spacy:yo")
    found = tokenizer_of(spacys, loads_code=False)
    assert isinstance(found, StoredTokenizer)
    assert found.package.startswith("spacy 3.")
    assert found.load is None
    none = create_project(tmp_path / "c", language="yo", labels=["PER"], tokenizer="nobodys")
    with pytest.raises(TonemarkError, match="nobodys"):
        tokenizer_of(none, loads_code=False)


def test_a_profile_on_top_of_other_code_runs_it_too(tmp_path: Path) -> None:
    """Or opening such a project would load spaCy into the screen."""
    folder = tmp_path / "p"
    folder.mkdir()
    rules = folder / "tokenizer.toml"
    rules.write_text('version = 1\nbase = "spacy:yo"\n[exceptions]\n"k.m." = ["k.m."]\n')
    project = create_project(folder, language="yo", labels=["PER"], tokenizer="tokenizer.toml")
    found = tokenizer_of(project, loads_code=False)
    assert isinstance(found, StoredTokenizer)
    rules.write_text('version = 2\nbase = "spacy:yo"\n[exceptions]\n"k.m." = ["k.", "m."]\n')
    assert tokenizer_of(project, loads_code=False) != found, "other rules, other tokens"
    rules.write_text("version = 1\n")
    assert not isinstance(tokenizer_of(project, loads_code=False), StoredTokenizer)


def test_a_link_in_the_place_of_a_profile_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text('version = 1\nbase = "spacy:yo"\n')
    folder = tmp_path / "p"
    project = create_project(folder, language="yo", labels=["PER"], tokenizer="tokenizer.toml")
    (folder / "tokenizer.toml").symlink_to(tmp_path / "secret.toml")
    with pytest.raises(TonemarkError, match="leads out"):
        tokenizer_of(project, loads_code=False)


def test_where_a_tokenizer_failed_is_counted(store: Store) -> None:
    made = note_loaded(store, ELSEWHERE, "1")
    put_tokens(store, made, [Tokenized(1, (), "it raised ValueError"), Tokenized(2, ())])
    assert tokenized_at_fault(store, ELSEWHERE) == (1, ["a.txt:1: it raised ValueError"])
    assert tokenized_at_fault(store, StoredTokenizer("words", "other")) == (0, [])


def test_what_is_next_is_found_in_a_store_of_any_size(store: Store) -> None:
    """Each look walks the documents ahead, never all: by the plan, not by the clock."""
    made = note_loaded(store, ELSEWHERE, "1")
    add_records(store, "b", keyed(*((f"k{n}", f"text {n}") for n in range(500))), Report())
    statements: list[str] = []
    store.db.set_trace_callback(statements.append)
    assert next_to_tokenize(store, made, 10, 5) == [1, 2, 3, 4, 5]
    store.db.set_trace_callback(None)
    plans = [
        detail
        for statement in statements
        for *_, detail in store.db.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    scans = {plan for plan in plans if plan.startswith("SCAN")}
    few = "SCAN json_each VIRTUAL TABLE INDEX 1:"
    assert scans == {"SCAN c USING INDEX claims_to_do", "SCAN cursors", few}, plans
    free = "SEARCH d USING INDEX documents_with_places"
    assert {f"{free} (priority=? AND id>?)", f"{free} (priority<?)"} <= set(plans)


def test_a_store_that_was_damaged_by_hand_is_no_defect(store: Store) -> None:
    db = sqlite3.connect(store.path)
    db.execute("INSERT INTO tokenizers VALUES (9, 'words', 'tests-words 0.1', 'x', 'never')")
    db.commit()
    db.close()
    with pytest.raises(TokensAwaited):
        tokens_of(store, store.document(1), ELSEWHERE)
