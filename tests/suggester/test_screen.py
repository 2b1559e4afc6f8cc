"""The annotate screen over other people's tokenizers, waited for, and patterns, which are not."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from suggesters import plug_words, until

from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.produced import pattern_faults
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.suggester.place import Place

SLOW = "    import time\n    until = time.time() + 3600\n    def meet(self, word):\n"
SLOW += "        while not os.path.exists({!r}): time.sleep(0.01)\n"


def test_a_page_opens_with_the_tokens_of_spacy(
    project: Callable[..., Path], terminal: Callable[..., Any], tonemark: Callable[..., Any]
) -> None:
    """`spacy:yo` cuts at the hyphen, where ours does not; and it never came into the process."""
    folder = project("Ade-Bola wá sí Èkó.", "Ẹ̀kọ́ dára.", tokenizer="spacy:yo")
    term = terminal("annotate", folder, "--as", "amina")
    screen = term.wait("Ade-Bola")
    assert "1 of 2" in screen.splitlines()[0]
    maps = Path(f"/proc/{term.pid()}/maps")
    if maps.exists():
        assert "_sqlite3" in maps.read_text(), "compiled modules can be seen there"
        assert "spacy" not in maps.read_text()
    term.send("Space")
    term.send("1")
    term.wait("PER")
    term.send("Enter")
    term.wait("dára")
    told = Place(folder).told()
    report = tonemark("doctor", folder, "--json").stdout
    assert f"process {told.process}" in report
    assert "spacy:yo" in report
    term.send("q")
    term.wait(lambda _: term.ended())
    out = folder / "out.jsonl"
    tonemark("export", folder, "-o", out)
    (row,) = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [token["text"] for token in row["tokens"]] == "Ade - Bola wá sí Èkó .".split()
    assert "general" not in tonemark("status", folder).stdout


def test_a_page_whose_tokens_are_not_there_is_waited_for(
    project: Callable[..., Path], site: Path, terminal: Callable[..., Any], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    plug_words(site, SLOW.format(str(gate)))
    folder = project("Asha na Juma", "Bola wá")
    term = terminal("annotate", folder, "--as", "amina")
    screen = term.wait("waiting for the tokenizer words … q quits")
    assert "It opens by itself" in screen
    assert "Asha na Juma" not in screen
    term.send("1", "x", "Enter")  # keys typed while nothing is there
    place = Place(folder)
    until(lambda: place.told().doing == "at work")
    os.kill(place.told().process, signal.SIGKILL)
    gate.touch()
    screen = term.wait("Asha na Juma")
    assert "waiting" not in screen
    assert "1 of 2" in screen.splitlines()[0], "a suggester that was killed is started again"
    term.send("q")
    term.wait(lambda _: term.ended())


def test_why_no_page_can_be_opened_is_said(
    project: Callable[..., Path], site: Path, terminal: Callable[..., Any], tonemark: Any
) -> None:
    plug_words(site, "    raise ValueError('no licence\\x1b[2J')\n")
    folder = project("Asha na Juma")
    term = terminal("annotate", folder, "--as", "amina")
    screen = term.wait("tries again, q quits")
    assert "no licence" in screen
    assert "Tell the authors of tests-words" in " ".join(screen.split()), "what to do"
    report = tonemark("doctor", folder, code=1).stdout
    assert "no licence" in report
    shutil.rmtree(site)
    site.mkdir()
    plug_words(site)
    term.send("Enter")
    term.wait("Asha na Juma")
    term.send("q")
    term.wait(lambda _: term.ended())
    assert "Traceback" not in term.screen()


def test_another_tokenizer_frees_whoever_waits(
    project: Callable[..., Path], site: Path, terminal: Callable[..., Any], tmp_path: Path
) -> None:
    plug_words(site, SLOW.format(str(tmp_path / "never")))
    folder = project("Asha na Juma")
    term = terminal("annotate", folder, "--as", "amina")
    term.wait("waiting for the tokenizer words")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(text.replace('"words"', '"general"'), encoding="utf-8")
    term.wait("Asha na Juma")
    term.send("q")
    term.wait(lambda _: term.ended())


def test_quitting_while_one_waits_leaves_the_page_to_others(
    project: Callable[..., Path], site: Path, terminal: Callable[..., Any], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    plug_words(site, SLOW.format(str(gate)))
    folder = project("Asha na Juma", "Bola wá")
    term = terminal("annotate", folder, "--as", "amina")
    term.wait("waiting for the tokenizer words")
    term.send("q")
    term.wait(lambda _: term.ended())
    gate.touch()
    term = terminal("annotate", folder, "--as", "juma")
    term.wait("Asha na Juma")
    term.send("q")
    term.wait(lambda _: term.ended())


def test_status_and_doctor_tell_where_it_failed(
    project: Callable[..., Path],
    site: Path,
    terminal: Callable[..., Any],
    tonemark: Callable[..., Any],
) -> None:
    odd = "        if 'one' in text: raise ValueError('bad luck')\n        return [(0, 1)]\n"
    plug_words(site, f"    def odd(self, text, found):\n{odd}")
    folder = project("odd one", "odd two", "Asha na Juma")
    term = terminal("annotate", folder, "--as", "amina")
    term.wait("odd one")
    with contextlib.closing(Store(folder / STORE_FILE)) as store:
        made = store.db.execute
        until(lambda: made("SELECT count(*) FROM tokenized").fetchone() == (3,))
    term.send("q")
    term.wait(lambda _: term.ended())
    said = " ".join(tonemark("status", folder).stdout.split())
    assert "2 documents have the general tokenizer's tokens: words failed" in said
    report = json.loads(tonemark("doctor", folder, "--json").stdout.splitlines()[-1])
    (told,) = [
        check["what"]
        for part in report["parts"]
        for check in part["checks"]
        if "words failed" in check["what"]
    ]
    assert "a.txt:1: " in told
    assert "bad luck" in told
    assert "a.txt:2: " in told


PATTERNS = (
    NewEntry("PER", '[{"LOWER": "rais"}, {"IS_TITLE": true, "OP": "+"}]', "tokens"),
    NewEntry("DATE", r"\bmwaka \d{4}\b", "regex"),
    NewEntry("PER", '[{"TEXT": {"REGEX": "^(a|aa)+$"}}]', "tokens"),
    NewEntry("PER", "(?:a|aa)+$", "regex"),
)


def test_what_patterns_suggest_is_drawn_on_the_next_pages(
    project: Callable[..., Path], terminal: Callable[..., Any], tonemark: Callable[..., Any]
) -> None:
    """Though two of them have no end: keys are answered, others suggest, and doctor names them."""
    folder = project(
        "Asha one na", f"Juma two {'a' * 60}b na", "leo Rais Samia Suluhu na mwaka 2021 .",
        tokenizer="general",
    )  # fmt: skip
    with contextlib.closing(Store(folder / STORE_FILE)) as store:
        add_entries(store, "mine", PATTERNS)
    term = terminal("annotate", folder, "--as", "amina")
    term.wait("Asha one")
    with contextlib.closing(Store(folder / STORE_FILE)) as store:
        until(lambda: pattern_faults(store))  # the first of those without an end was met
        term.send("Space")
        term.send("1")
        term.wait("PER")  # at once, whatever runs
        until(lambda: store.suggestions(store.document(3)))
    term.send("Enter")
    term.wait("Juma two")
    term.send("Space", "Enter")
    screen = term.wait("Rais Samia")
    assert "PER" in screen.split("leo")[0]
    assert "DATE" in screen.split("leo")[0]
    maps = Path(f"/proc/{term.pid()}/maps")
    if maps.exists():
        assert "spacy" not in maps.read_text()
    term.send("Space", "Enter")
    term.wait(lambda screen: "Rais Samia" not in screen)
    report = json.loads(tonemark("doctor", folder, "--json").stdout.splitlines()[-1])
    told = [check["what"] for part in report["parts"] for check in part["checks"]]
    assert sum("is left out: it ran longer than 0.25 s" in what for what in told) == 2
    assert "pattern 3 is left out" in (folder / "suggester" / "log").read_text()
    term.send("q")
    term.wait(lambda _: term.ended())
    out = folder / "out.jsonl"
    tonemark("export", folder, "-o", out)
    *_, row = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    found = [(row["text"][s["start"] : s["end"]], s["label"]) for s in row["spans"]]
    assert found == [("Rais Samia Suluhu", "PER"), ("mwaka 2021", "DATE")]
