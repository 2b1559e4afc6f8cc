"""Gold, differences and reviewers' work: sound as the review leaves them, and every fault is told
with what to do; a rescue keeps what it can."""

from __future__ import annotations

import os
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from damaging import carry_out, change, check_told, faults
from making import given

from tonemark.corpus.drafts import Edit
from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.gold import gold_of, golds
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.rescue.store import rescue
from tonemark.corpus.soundness.project import Checked, examine
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.patterns.unweighed import weigh_all
from tonemark.review.catching_up import catch_up_wholly
from tonemark.review.decisions import taken, undecided
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import load_tokenizer

TEXT = "Asha Juma yuko Kisumu"
ASHA, ASHA_JUMA = Span(0, 4, "PER", ("manual",)), Span(0, 9, "PER", ("manual",))


def desk(folder: Path, name: str) -> ReviewDesk:
    project = read_project(folder)
    return ReviewDesk(project, Store(folder / STORE_FILE), name, load_tokenizer("general"))


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents: one settled twice, one settled with its tokens corrected, one refused, one
    that a reviewer was cut off from."""
    folder = tmp_path_factory.mktemp("reviewed") / "p"
    project = create_project(folder, language="sw", labels=["PER", "LOC"], overlap=2)
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    answers = (given("amina", ASHA), given("juma", ASHA_JUMA))
    records = [Record(n, n, f"{TEXT} {n}", annotations=answers) for n in range(1, 6)]
    add_records(store, "a.txt", records, Report(), places=2)
    add_entries(store, "names", [NewEntry("PER", "Asha")])
    catch_up_wholly(store, load_tokenizer("general"))
    rosa = desk(folder, "rosa")
    for number in (1, 2, 1, 3, 4):
        rosa.open_document(number)
        assert rosa.page
        (sheet,) = rosa.page.sheets
        for difference in undecided(sheet.draft, rosa.reviewed):
            if edit := taken(sheet, rosa.reviewed, difference, number % 2):
                rosa.page.perform([edit])
        if number == 2:
            rosa.page.perform([Edit(2, made=(Token(10, 12), Token(12, 14)))])
            rosa.page.perform([Edit(2, values=(("comment", "", "hm"),))])
        if number == 4:
            for sheet in rosa.page.sheets:
                sheet.log.close()  # killed here
            rosa.page = None
        else:
            rosa.answer("reject" if number == 3 else "accept")
    rosa.close()
    rosa.store.close()
    assert weigh_all(project, store) == 5 * 2 + 3
    store.close()
    return folder


@pytest.fixture
def folder(reviewed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(reviewed, tmp_path / "p"))


def test_what_reviewers_left_is_sound(folder: Path) -> None:
    checked = Checked()
    found = list(examine(folder, checked))
    assert [each for each in found if not each.harmless] == []
    (key,) = [each for each in found if "journal only" in each.what]
    assert key.remedy.endswith("review " + str(folder) + " --as rosa --document a.txt:4")
    assert (checked.gold, checked.claims, checked.annotations) == (4, 14, 10)


FIRST = "WHERE document = 1 AND current"
ITS_SPANS = f"WHERE gold = (SELECT id FROM gold {FIRST})"
FAULTS = {
    f"UPDATE gold SET revision = 9 {FIRST}": ("gold are not numbered", "document 1", "backup"),
    f"UPDATE gold SET current = 0 {FIRST}": ("gold is not the one", "document 1", "backup"),
    f"UPDATE gold SET reviewer = 'a b' {FIRST}": ("of nobody", "gold: a b", "backup"),
    f"UPDATE gold SET reviewer = 'rule:' {FIRST}": ("of nobody", "gold: rule:", "backup"),
    f"UPDATE gold SET reviewer = 'zawadi' {FIRST}": ("differs from what", "revision 2", "backup"),
    f"UPDATE gold SET answer = 'yes' {FIRST}": ("answer of gold", "yes", "backup"),
    f"UPDATE gold SET time = 'x' {FIRST}": ("When gold", "gold: x", "backup"),
    f"UPDATE gold SET tokens = x'00' {FIRST}": ("Tokens cannot be read", "gold", "backup"),
    "UPDATE gold SET tokens = NULL WHERE document = 2": ("differs from", "+rosa", "backup"),
    f"UPDATE gold SET decisions = '[[' {FIRST}": ("What was taken", "gold", "UPDATE gold"),
    f"UPDATE gold SET decisions = '[[0, 99, \"a\"]]' {FIRST}": ("What was taken", "1", "sqlite3"),
    f"UPDATE gold SET cites = '[[\"amina\", 7]]' {FIRST}": ("cites", "gold", "UPDATE gold"),
    f"UPDATE gold SET compared = 'x' {FIRST}": ("cites", "gold", "UPDATE gold"),
    "UPDATE gold SET document = 44 WHERE document = 3": ("row of the gold", "44", "backup"),
    f"UPDATE gold_spans SET end_char = 99 {ITS_SPANS}": ("lies outside", "gold: 0 to 99", ""),
    f"UPDATE gold_spans SET sources = '[' {ITS_SPANS}": ("sources of a span", "gold", "backup"),
    f"UPDATE gold_spans SET label = 'LOC' {ITS_SPANS}": ("differs from", "revision 2", "backup"),
    "UPDATE gold_spans SET gold = 999": ("belongs to none of the gold", "gold_spans", "backup"),
    "UPDATE differences SET size = 9 WHERE document = 1": ("differ cannot", "1", "DELETE FROM dif"),
    "UPDATE differences SET labels = '[1]' WHERE document = 1": ("differ cannot", "1", "DELETE"),
    "UPDATE differences SET annotators = '[' WHERE document = 1": ("differ cannot", "1", "DELETE"),
    "UPDATE differences SET settled = 0 WHERE document = 1": ("settled is noted", "1", "DELETE"),
    "UPDATE differences SET settled = 1 WHERE document = 5": ("settled is noted", "5", "DELETE"),
    "DELETE FROM differences WHERE document = 5": ("differ is missing", "5", "DELETE"),
    "UPDATE differences SET document = 44 WHERE document = 5": ("of the differences", "44", ""),
    "UPDATE claims SET counted = 1 WHERE annotator = '+rosa'": ("a place that is", "+rosa", ""),
    "UPDATE claims SET state = 'x' WHERE annotator = '+rosa'": ("no state", "+rosa", ""),
    "UPDATE claims SET answered = 0 WHERE annotator = '+rosa'": ("says answered", "+rosa", ""),
    "UPDATE annotations SET annotator = '+rosa' WHERE annotator = 'juma'": (
        "stands as an annotation", "+rosa", ""),
    "UPDATE events SET data = '{' WHERE annotator = '+rosa'": ("replayed", "+rosa", ""),
    "DELETE FROM claims WHERE annotator = '+rosa'": ("that nobody claimed", "+rosa", ""),
    "UPDATE annotations SET seconds = -1 WHERE document = 1": ("How long", "amina", "UPDATE ann"),
    "UPDATE annotations SET seconds = 'x' WHERE document = 1": ("How long", "juma: x", "UPDATE"),
    "UPDATE ticket SET share = 7": ("To how many", "ticket", "UPDATE ticket"),
    "UPDATE ticket SET compared = 999": ("How far annotations", "ticket", "UPDATE ticket"),
    "UPDATE ticket SET compared = 'x'": ("How far annotations", "ticket", "UPDATE ticket"),
    "UPDATE gold SET weighed = 0 WHERE document = 1": ("evidence", "document 1", "--anew"),
    "UPDATE evidence SET stood = 0 WHERE annotator = '+:gold'": ("added up", "entry 1", "--anew"),
}  # fmt: skip


@pytest.mark.parametrize("statement", FAULTS)
def test_every_fault_of_a_review_is_found(folder: Path, statement: str) -> None:
    change(folder, statement)
    found = faults(folder)
    what, where, remedy = FAULTS[statement]
    check_told(found, what, where, remedy)
    if "UPDATE" in remedy or "DELETE" in remedy:
        if not shutil.which("sqlite3"):
            pytest.skip("needs SQLite's shell")
        carry_out(found)
        assert faults(folder) == []


def test_a_damaged_document_cannot_be_compared_and_is_told_as_damaged_alone(folder: Path) -> None:
    change(
        folder,
        "UPDATE spans SET sources = '[' WHERE annotation IN"
        " (SELECT id FROM annotations WHERE document = 5)",
        "DELETE FROM differences WHERE document = 5",
    )
    told = {each.what for each in faults(folder)}
    assert "The sources of a span cannot be read." in told
    assert not any("differ is missing" in what for what in told)


def test_differences_that_were_dropped_are_made_anew(folder: Path) -> None:
    store = Store(folder / STORE_FILE)
    before = store.db.execute("SELECT * FROM differences").fetchall()
    with store.transaction() as db:
        db.execute("DELETE FROM differences")
        db.execute("UPDATE ticket SET compared = 0")
    catch_up_wholly(store, load_tokenizer("general"))
    assert store.db.execute("SELECT * FROM differences").fetchall() == before != []
    store.close()


RESCUED = {
    # what is done; how much gold is saved; what is told of the first document
    "SELECT 1": (3, ""),
    f"UPDATE gold_spans SET end_char = 99 {ITS_SPANS}": (2, "gold"),
    f"UPDATE gold SET decisions = '[[' {FIRST}": (3, "gold"),
    f"UPDATE gold SET cites = '{{' {FIRST}": (3, "gold"),
    f"UPDATE gold SET tokens = x'00' {FIRST}": (3, "gold"),
    f"UPDATE gold SET answer = 'yes' {FIRST}": (2, "gold"),
    "UPDATE events SET data = '{' WHERE annotator = '+rosa'": (3, "review of rosa"),
    "UPDATE events SET data = '{' WHERE annotator = 'amina'": (3, "work of amina"),
    "UPDATE spans SET end_char = 99 WHERE annotation = 1": (3, "gold"),  # an answer that it cites
    "UPDATE annotations SET seconds = 'x'": (3, ""),
    "UPDATE documents SET given = 'x', priority = 9999": (3, ""),
}


@pytest.mark.parametrize("statement", RESCUED)
def test_gold_is_rescued_as_annotations_are(folder: Path, statement: str) -> None:
    change(folder, statement)
    path, saved = folder / STORE_FILE, folder / "saved.sqlite"
    found = rescue(path, saved)
    count, told = RESCUED[statement]
    assert found.gold == count
    assert any(f"document 1 (a.txt:1), {told}" in place for place, _ in found.left_out) == bool(
        told
    ), found
    path.unlink()
    saved.rename(path)
    assert faults(folder) == []
    store = Store(path)
    assert [each.document for each in golds(store)] == [1, 2, 3][3 - count :]
    second = gold_of(store, 2)
    assert second
    assert (second.reviewer, second.comment) == ("rosa", "hm")
    assert second.stretches() == {(0, 4, "PER")}
    assert second.tokens
    (priority,) = store.db.execute("SELECT max(abs(priority)) FROM documents").fetchone()
    assert priority == 0
    store.close()


def test_gold_whose_decisions_alone_cannot_be_read_keeps_the_rest(folder: Path) -> None:
    path, saved = folder / STORE_FILE, folder / "saved.sqlite"
    store = Store(path)
    before = gold_of(store, 2)
    store.close()
    assert before
    assert before.tokens
    assert before.compared
    change(folder, "UPDATE gold SET decisions = '[[' WHERE document = 2")
    rescue(path, saved)
    store = Store(saved)
    assert gold_of(store, 2) == replace(before, decisions=())
    catch_up_wholly(store, load_tokenizer("general"))
    assert store.db.execute("SELECT settled FROM differences WHERE document = 2").fetchone() == (1,)
    store.close()


@pytest.mark.parametrize("seed", range(int(os.environ.get("FLIPS", "8"))))
def test_bytes_that_flipped_under_reviews_end_in_words(folder: Path, seed: int) -> None:
    path, saved = folder / STORE_FILE, folder / "saved.sqlite"
    chosen = random.Random(seed)
    data = bytearray(path.read_bytes())
    # Behind the schema, within what the tables' pages hold: most of a page is empty.
    for at in chosen.sample([at for at in range(12288, len(data)) if data[at]], 8):
        data[at] ^= 0xFF
    path.write_bytes(data)
    list(examine(folder))
    try:
        rescue(path, saved)
    except TonemarkError:
        return
    path.unlink()
    saved.rename(path)
    assert faults(folder) == []
