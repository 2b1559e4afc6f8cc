from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tonemark.corpus.desk import Desk
from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.patterns.proposer import GazetteerProposer
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.page import labelling


def desk(folder: Path) -> Desk:
    project = create_project(folder, language="sw", labels=["PER", "LOC"])
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    given = Suggestion(0, 4, "PER", ("import:x",), 0.9)
    records = [
        Record(1, 1, "Juma wa Kano", suggestions=(given,)),
        Record(2, 2, "Kano leo"),
        Record(3, 3, "Juma na Kano"),
    ]
    add_records(store, "texts", records, Report())
    proposer = GazetteerProposer(project, store, "amina")
    return Desk(project, store, "amina", load_tokenizer("general"), proposer)


def shown(desk: Desk) -> list[tuple[int, int, str]]:
    assert desk.page
    return [(s.start, s.end, s.label) for s in desk.page.sheets[0].state.frozen]


def test_without_entries_it_shows_what_came_with_the_data_and_learns(tmp_path: Path) -> None:
    at = desk(tmp_path)
    at.open_next()
    assert shown(at) == [(0, 4, "PER")]
    assert at.page
    at.page.perform([labelling.label(at.page.sheets[0], 8, 12, "LOC")])
    at.answer("accept")
    assert shown(at) == [(0, 4, "LOC")]
    at.close()


def test_an_entry_that_is_added_meanwhile_is_found_on_the_next_page(tmp_path: Path) -> None:
    at = desk(tmp_path)
    at.open_next()
    add_entries(at.store, "names", [NewEntry("LOC", "Kano")])
    at.later()
    assert shown(at) == [(0, 4, "LOC")]
    at.close()


def test_the_gazetteer_is_not_loaded_before_it_is_needed(tmp_path: Path) -> None:
    at = desk(tmp_path)
    at.close()
    code = (
        "import sys; from pathlib import Path; from tonemark.corpus.desk import Desk\n"
        "from tonemark.corpus.project import read_project\n"
        "from tonemark.corpus.store import Store\n"
        "from tonemark.patterns.proposer import GazetteerProposer\n"
        "from tonemark.tokenizers.registry import load_tokenizer\n"
        f"folder = Path({str(tmp_path)!r}); project = read_project(folder)\n"
        f"store = Store(folder / {STORE_FILE!r})\n"
        "proposer = GazetteerProposer(project, store, 'amina')\n"
        "desk = Desk(project, store, 'amina', load_tokenizer('general'), proposer)\n"
        "desk.open_next(); proposer.is_ready()\n"
        "assert 'tonemark.patterns.gazetteer' not in sys.modules\n"
        "desk.answer('accept')\n"
        "assert 'tonemark.patterns.gazetteer' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
