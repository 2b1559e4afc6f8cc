"""What the suggester makes: of which documents, in which order, and where a tokenizer fails."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from suggesters import plug_words

from tonemark.corpus.desk import Desk
from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import (
    StoredTokenizer,
    TokensAwaited,
    current_id,
    tokenized_at_fault,
    tokenizer_of,
    tokens_of,
)
from tonemark.errors import TonemarkError
from tonemark.suggester import child, children, tokenizing
from tonemark.suggester.tokenizing import Tokenizing
from tonemark.tokenizers.general import GeneralTokenizer

Work = Callable[..., tuple[Store, Tokenizing]]


@pytest.fixture
def work(project: Callable[..., Path], site: Path) -> Iterator[Work]:
    """Makes a project with the tokenizer `words`, and the work of tokenizing it, not yet begun."""
    opened: list[tuple[Store, Tokenizing]] = []

    def make(*texts: str, more: str = "", time_limit: float = 10.0) -> tuple[Store, Tokenizing]:
        plug_words(site, more)
        folder = project(*texts)
        store = Store(folder / STORE_FILE)
        tokenizer = tokenizer_of(read_project(folder), loads_code=False)
        assert isinstance(tokenizer, StoredTokenizer)
        made = Tokenizing(
            store, folder, tokenizer, lambda: None, lambda *_: None, time_limit=time_limit
        )
        opened.append((store, made))
        return opened[-1]

    yield make
    for store, made in opened:
        made.close()
        store.close()


def desk_of(store: Store, annotator: str = "amina") -> Desk:
    project = read_project(store.path.parent)
    return Desk(project, store, annotator, tokenizer_of(project, loads_code=False))


def made_of(store: Store) -> list[int]:
    return [n for (n,) in store.db.execute("SELECT document FROM tokenized ORDER BY rowid")]


def step_through(work: Tokenizing) -> None:
    while work.step():
        pass


def test_it_stays_a_little_ahead_of_each_annotator(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizing, "AHEAD", 5)
    store, made = work(*(f"Asha {n}" for n in range(100)))
    step_through(made)
    assert made_of(store) == [1, 2, 3, 4, 5], "for whoever comes first"
    theirs = Store(store.path)  # another connection, as of another process
    desk = desk_of(theirs)
    desk.open_next()
    for _ in range(3):
        desk.answer("accept")
    desk.close()
    theirs.close()
    step_through(made)
    assert made_of(store) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert not made.step(), "nothing is left to do"


def test_what_is_waited_for_comes_first(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizing, "AHEAD", 3)
    store, made = work(*(f"Asha {n}" for n in range(100)))
    for annotator, number in (("amina", 70), ("juma", 40)):
        with pytest.raises(TokensAwaited):
            desk_of(store, annotator).open_document(number)
    step_through(made)
    assert made_of(store)[:5] == [40, 70, 1, 2, 3], "the latest claim first"


FAILS = [
    ("raise ValueError('bad luck')", "ValueError: bad luck"),
    ("raise SystemExit(3)", "SystemExit"),
    ("return [(0, 2), (1, 3)]", "begins before one ahead of it ends"),
    ("return [(0, 99)]", "lies outside the text"),
    ("return []", "is in no token"),
    ("return None", "TypeError"),
    ("return [('a', 'b')]", "TypeError"),
    ("return [found[0]] * 10**12", "MemoryError"),
    ("self.kept = bytearray(5 * 2**30)", "MemoryError"),
    ("os._exit(3)", "exit code 3"),
    ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed (signal 11)"),
    ("time.sleep(600)", "took longer than 0.5 s"),
    ("sum(1 for _ in iter(int, 1))", "took longer than 0.5 s"),
    ("signal.signal(signal.SIGALRM, signal.SIG_IGN); time.sleep(600)", "took longer than 0.5 s"),
    ("os.write(1, b'noise' * 1000); os.close(0); return [(0, 99)]", "lies outside the text"),
]


def test_a_document_on_which_it_fails_has_the_general_tokens(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And every other document has its own; the reason is told."""
    monkeypatch.setattr(children, "GRACE", 0.1)
    more = "    def odd(self, text, found):\n        number = int(text.split()[1][:-1])\n"
    for number, (odd, _) in enumerate(FAILS):
        more += f"        if number == {number}:\n            {odd}\n"
    texts = ["Asha-na Juma.", *(f"odd {n}, ọ̀dọ́." for n in range(len(FAILS))), "Bola-wá sí."]
    store, made = work(*texts, more=more, time_limit=0.5)
    step_through(made)
    documents = list(store.documents(range(1, len(texts) + 1)))
    tokens = [list(tokens_of(store, each, made.tokenizer)) for each in documents]
    assert [texts[0][a:b] for a, b in tokens[0]] == ["Asha-na", "Juma."]
    assert [texts[-1][a:b] for a, b in tokens[-1]] == ["Bola-wá", "sí."]
    assert tokens[1:-1] == [GeneralTokenizer().tokenize(text) for text in texts[1:-1]]
    rows = store.db.execute("SELECT document, fault FROM tokenized ORDER BY document").fetchall()
    told = [fault for _, fault in rows]
    assert (told[0], told[-1]) == ("", "")
    assert [why for (_, why), said in zip(FAILS, told[1:-1], strict=True) if why not in said] == []
    count, first = tokenized_at_fault(store, made.tokenizer)
    assert count == made.failed == len(FAILS)
    assert first[0].startswith("a.txt:2: ")


def test_one_that_gathers_until_it_fails_is_made_anew(work: Work) -> None:
    """What it failed on only because of the texts before goes well then."""
    more = """
    met = 0

    def meet(self, word):
        Words.met += 1
        if Words.met > 5:
            raise MemoryError("full") if word == "odd" else os._exit(1)
"""
    store, made = work(*(f"w{n} odd w" for n in range(6)), more=more)
    step_through(made)
    assert made_of(store) == [1, 2, 3, 4, 5, 6]
    assert made.failed == 0


def test_another_version_makes_other_tokens(work: Work, site: Path) -> None:
    """Pages that are open keep theirs; those opened later have the new ones."""
    store, made = work("Asha-na Juma.", "Bola wá")
    step_through(made)
    desk = desk_of(store)
    page = desk.open_next()
    assert page
    first = page.sheets[0].tokens
    before = current_id(store, made.tokenizer)
    made.close()
    shutil.rmtree(site)
    site.mkdir()
    plug_words(site, '    version = "2"\n    def odd(self, text, found): return found[:0]\n')
    with store.transaction() as db:
        db.execute("DELETE FROM tokenized WHERE document = 2")
    made._changes = -1
    step_through(made)
    after = current_id(store, made.tokenizer)
    assert after != before
    assert sorted(made_of(store)) == [1, 2], "those of the old version are gone"
    assert page.sheets[0].tokens is first
    desk.close()


def test_each_has_the_version_that_made_it(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though a worker was made anew among them, and its package had changed meanwhile."""
    monkeypatch.setattr(tokenizing, "SERVED", 2)
    monkeypatch.setattr(tokenizing, "TURN", 60.0)
    new = tmp_path / "new"
    more = f"    version = '2' if os.path.exists({str(new)!r}) else '1'\n"
    more += (
        f"    def odd(self, text, found):\n        open({str(new)!r}, 'w')\n        return found\n"
    )
    store, made = work("Asha", "odd", "Bola", "Ade", more=more)
    made.step()
    rows = store.db.execute(
        "SELECT document, version FROM tokenized JOIN tokenizers ON id = tokenizer ORDER BY 1"
    ).fetchall()
    assert rows == [(1, "1"), (2, "1"), (3, "2"), (4, "2")]


def replace_words(site: Path) -> None:
    """Install another version in the place of the one that is there."""
    shutil.rmtree(site)
    site.mkdir()
    plug_words(site, version="0.2")


def test_another_package_is_seen_without_asking_it(
    work: Work, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, made = work("Asha-na Juma.")
    step_through(made)
    monkeypatch.setattr(tokenizing, "WATCH", -1.0)
    replace_words(site)
    made.watch()
    step_through(made)
    assert made.tokenizer.package == "tests-words 0.2"
    packages = store.db.execute("SELECT package FROM tokenizers ORDER BY id").fetchall()
    assert packages == [("tests-words 0.1",), ("tests-words 0.2",)]
    assert made_of(store) == [1]


def test_a_package_that_is_half_replaced_ends_nothing(
    work: Work, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installer writes what a package is called before, or removes it after, its code."""
    store, made = work("Asha-na Juma.")
    step_through(made)
    monkeypatch.setattr(tokenizing, "WATCH", -1.0)
    replace_words(site)
    code = site / "tests_words.py"
    whole = code.read_text(encoding="utf-8")
    code.unlink()
    made.watch()
    step_through(made)
    monkeypatch.setattr(tokenizing, "WATCH", 1000.0)
    with pytest.raises(TonemarkError, match="words"):
        made.watch()
    code.write_text(whole, encoding="utf-8")
    monkeypatch.setattr(tokenizing, "WATCH", -1.0)
    made.watch()
    step_through(made)
    assert made_of(store) == [1]
    packages = store.db.execute("SELECT package FROM tokenizers ORDER BY id").fetchall()
    assert packages == [("tests-words 0.1",), ("tests-words 0.2",)]


def test_a_package_of_which_the_metadata_went_first_is_waited_for(
    work: Work, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tokens are not taken for another package's: all would be made, and learnt, anew."""
    store, made = work("Asha-na Juma.")
    step_through(made)
    monkeypatch.setattr(tokenizing, "WATCH", -1.0)
    (metadata,) = site.glob("*/METADATA")
    whole = metadata.read_bytes()
    metadata.unlink()
    with pytest.raises(TonemarkError, match="words"):
        made.watch()
    step_through(made)
    metadata.write_bytes(whole)
    made.watch()
    step_through(made)
    packages = store.db.execute("SELECT package FROM tokenizers ORDER BY id").fetchall()
    assert packages == [("tests-words 0.1",)]


def test_a_damaged_document_holds_up_nobody(work: Work) -> None:
    store, made = work("Asha", "Juma")
    db = sqlite3.connect(store.path)
    db.execute("UPDATE documents SET text = CAST(x'ff41' AS TEXT) WHERE id = 1")
    db.commit()
    db.close()
    step_through(made)
    desk = desk_of(store)
    page = desk.open_next()
    assert page
    assert [sheet.document.number for sheet in page.sheets] == [2]
    assert len(desk.passed_over) == 1
    desk.close()


def test_tokens_that_came_with_the_text_are_left_alone(work: Work) -> None:
    store, made = work("Asha na Juma")
    with store.transaction() as db:
        db.execute("UPDATE documents SET tokens = x'0000000004000000'")
    step_through(made)
    assert made_of(store) == []
    assert tokens_of(store, store.document(1), made.tokenizer) == ((0, 4),)


def test_nothing_but_tokens_is_written(work: Work) -> None:
    """Independent work stays so: no claim, event or answer comes of it."""
    store, made = work("Asha na Juma", "Bola")
    tables = [
        name
        for (name,) in store.db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if name not in ("tokenizers", "tokenized") and not name.startswith("sqlite_")
    ]

    def content() -> list[list[tuple[object, ...]]]:
        return [store.db.execute(f"SELECT * FROM {name}").fetchall() for name in tables]

    before = content()
    step_through(made)
    assert made_of(store) == [1, 2]
    assert content() == before


def test_messages_are_read_as_they_were_written() -> None:
    assert child.parted(b"".join(child.joined("ọ̀dọ́", b"\0\1"))) == ("ọ̀dọ́", b"\0\1")
    assert child.parted(b"".join(child.joined(""))) == ("", b"")
    with pytest.raises(ValueError, match="short"):
        child.parted(b"abc")
