"""`tonemark gazetteer`: listing, showing, removing, building, and what entries have earned."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from making import given, numbered, run_here
from naming import accepted, as_json, entries, file, run

from tonemark.corpus import gazetteers
from tonemark.corpus.evidence import Verdict, Weighed, earning, write_evidence
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.patterns.building import FEW, cache_folder
from tonemark.patterns.earning import standing, suggests
from tonemark.patterns.standings import totals, tried
from tonemark.patterns.trie import read_header


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert run_here("new", "p", "--lang", "sw", "--labels", "PER,LOC").returncode == 0
    return tmp_path / "p"


def test_the_cache_is_made_anew_where_many_names_were_removed(folder: Path) -> None:
    for name, count in (("many.txt", FEW + 1), ("few.txt", 9)):
        file(name, *(f"{name[0]} {n}" for n in range(count)))
        run("add", folder, name, "--label", "LOC")
    before = read_header(cache_folder(folder))
    assert before["items"] == FEW + 1
    run("remove", folder, "few.txt", "--yes")
    assert read_header(cache_folder(folder)) == before
    file("few.txt", "Kisumu")
    run("add", folder, "few.txt", "--label", "LOC")
    run("remove", folder, "many.txt", "--yes", "--json")
    assert read_header(cache_folder(folder))["items"] == 1


def test_show_finds_under_the_folds_and_goes_on(folder: Path) -> None:
    file("t.txt", "Dar es Salaam", "Darini", "Asha", "Mji wa Dar-es-Salaam", "Juma")
    file("t.jsonl", '{"label":"LOC","regex":"Dar.+Salaam","id":"r1"}')
    run("add", folder, "t.txt", "t.jsonl", "--label", "LOC")
    found = as_json("show", folder, "--find", "ES SALAAM")["entries"]
    assert [each["pattern"] for each in found] == ["Dar es Salaam", "Mji wa Dar-es-Salaam"]
    assert "Dar.+Salaam  (expression, id r1)" in run("show", folder, "--find", "Salaam")
    assert "hyphens: " in run("show", folder, "--limit", "2")
    assert "threshold 0.5" in run("show", folder, "--limit", "2")
    first = run("show", folder, "t.txt", "--limit", "2")
    assert "hyphens: " not in first
    again = next(line for line in first.splitlines() if line.startswith("    tonemark gazetteer"))
    assert "Asha" in run(*shlex.split(again)[2:])
    for text in ("--", "''", ""):
        assert "Nothing is left" in run("show", folder, "--find", text, code=1)
    assert "Perhaps t.txt." in run("show", folder, "t.tx", code=1)


@pytest.mark.parametrize("name", ["-rf", "a//b", "it's", "--json", "a b"])
def test_the_command_that_goes_on_is_one_to_be_copied(folder: Path, name: str) -> None:
    file("t.txt", "-Asha ya", "-Juma ya")
    run("add", folder, "t.txt", "--label", "PER", f"--name={name}")
    told = run("show", "--limit", "1", "--find=-ya", "--", folder, name)
    assert "-Juma" in run(*shlex.split(told.splitlines()[-1])[2:])


def test_removing_asks_says_what_goes_and_leaves_answers(folder: Path) -> None:
    file("t.txt", "Asha", "Juma", "Neema")
    run("add", folder, "t.txt", "--label", "PER")
    accepted(folder, numbered(["Asha"])[0]._replace(
        annotations=(given("amina", Span(0, 4, "PER", ("gazetteer:1",))),)
    ))  # fmt: skip
    told = run("remove", folder, "t.txt", code=1)
    assert "Nothing was removed. This removes the gazetteer t.txt with 3 entries." in told
    assert "add --yes" in told
    assert "There is no entry 9" in run("remove", folder, "--entry", 1, "--entry", 9, code=1)
    assert len(entries(folder)) == 3
    assert run("remove", folder, "--entry", 2, "--yes").startswith("1 entry removed; p has 2")
    assert as_json("remove", folder, "t.txt", "--yes") == {"removed": 2}
    assert "There is no gazetteer t.txt" in run("remove", folder, "t.txt", "--yes", code=1)
    run("remove", folder, "t.txt", "--entry", 1, code=2)
    store = Store(folder / STORE_FILE)
    assert store.db.execute("SELECT sources FROM spans").fetchall() == [('["gazetteer:1"]',)]
    store.close()


def earn(folder: Path, **earned: tuple[int, int]) -> None:
    """Let entries have stood so often of so many occurrences, in a document each."""
    store = Store(folder / STORE_FILE)
    numbers = {e.pattern: e.number for e in gazetteers.search(store)}
    with store.transaction() as db:
        for document, (name, (stood, seen)) in enumerate(earned.items(), 1):
            weighed = Weighed(known=((numbers[name], Verdict(seen, stood, 1, 2)),))
            with earning(db, document):
                write_evidence(db, document, "amina", weighed)
    store.close()


def test_stats_tell_who_stopped_and_why(folder: Path) -> None:
    assert "has no gazetteer yet" in run("stats", folder)
    file("t.txt", "Asha", "Neema", "Juma", "Zawadi")
    run("add", folder, "t.txt", "--label", "PER")
    assert "No entry has occurred yet" in run("stats", folder)
    accepted(folder, *(
        record._replace(annotations=(given("amina"),)) for record in numbered("abcd")
    ))  # fmt: skip
    earn(folder, Asha=(4, 4), Neema=(1, 5), Juma=(2, 3))
    told = run("stats", folder).splitlines()
    assert told[0] == "t.txt: 4 entries, 3 of them occurred, 12 times; 7 got their label; 1 stopped"
    assert told[1].startswith(
        "  2 PER Neema: stood 1 of 5 times (20%): below the threshold 0.5 of project.toml, so it"
        " suggests no more"
    )
    assert told[1].endswith("of those shown 1 were changed and 2 deleted")
    assert [line.split()[2] for line in told[2:4]] == ["Juma:", "Asha:"]
    assert run("stats", folder, "--limit", "1").splitlines()[-1] == "  and 2 more (--limit)"
    report = as_json("stats", folder)
    assert report["gazetteers"][0]["stopped"] == 1
    assert [each["stopped"] for each in report["entries"]] == [True, False, False]
    assert "1 of them stopped" in run("list", folder)
    assert as_json("list", folder)["gazetteers"][0]["suggesting"] == 3
    assert "stopped" in run("show", folder, "--find", "neema")


def test_shares_are_told_as_they_are_and_what_a_new_entry_is_trusted_for_beside_them(
    folder: Path,
) -> None:
    for name, of in (("a.txt", ("Asha", "Neema")), ("b.txt", ("Juma",))):
        run("add", folder, file(name, *of), "--label", "PER")
    accepted(folder, *(
        record._replace(annotations=(given("amina"),)) for record in numbered("ab")
    ))  # fmt: skip
    earn(folder, Asha=(1, 2), Juma=(1, 1))
    assert run("stats", folder, "b.txt").splitlines() == [
        "b.txt: 1 entry, 1 of them occurred, 1 time; 1 got their label",
        "  3 PER Juma: stood 1 of 1 time (100%); of those shown 1 were changed and 2 deleted",
    ]
    told = run("stats", folder, "a.txt")
    assert "Asha: stood 1 of 2 times (50%), counts as 67% with what a new entry is" in told
    assert "Juma" not in told
    assert "50%  Asha" in run("show", folder, "a.txt")
    asha, _ = as_json("stats", folder)["entries"]
    assert (asha["share"], round(asha["counts_as"], 2)) == (0.5, 0.67)
    assert "There is no gazetteer c.txt" in run("stats", folder, "c.txt", code=1)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 1.0])
def test_the_sums_are_those_of_the_entries(folder: Path, threshold: float) -> None:
    """What is asked of millions in SQL is what one entry is asked when it suggests."""
    names = {f"Jina{stood}{seen}": (stood, seen) for seen in range(6) for stood in range(seen + 1)}
    file("t.txt", *names)
    for name in ("given", gazetteers.ACCEPTED):
        run("add", folder, "t.txt", "--label", "PER", "--name", "given")
        accepted(folder, *(
            record._replace(annotations=(given("amina"),)) for record in numbered(names)
        ))  # fmt: skip
        store = Store(folder / STORE_FILE)
        with store.transaction() as db:
            db.execute("UPDATE gazetteers SET name = ?", (name,))
        store.close()
        earn(folder, **names)
        store = Store(folder / STORE_FILE)
        found = list(gazetteers.search(store))
        stopped = {e.pattern for e in found if not suggests(standing(e), threshold)}
        (total,) = totals(store, threshold)
        assert (total.name, total.entries, total.stopped) == (name, len(names), len(stopped))
        order = [e.pattern in stopped for e in tried(store, threshold, 1000)]
        assert order == sorted(order, reverse=True)
        assert len(order) == sum(e.seen > 0 for e in found)
        store.close()
        run("remove", folder, name, "--yes")


def test_the_cache_is_made_where_names_are_many_and_by_build(folder: Path) -> None:
    file("t.txt", "Asha")
    run("add", folder, "t.txt", "--label", "PER")
    cache = cache_folder(folder)
    assert not cache.exists()
    assert as_json("build", folder)["names"] == 1
    assert cache.exists()
    before = {path.name for path in cache.iterdir()}
    file("many.txt", *(f"Jina {n}" for n in range(FEW + 10)))
    run("add", folder, "many.txt", "--label", "PER")
    assert {path.name for path in cache.iterdir()} != before
    assert run("build", folder).startswith(f"{FEW + 11:,} names in the cache, made in ")


def test_build_weighs_the_answers_that_wait(folder: Path) -> None:
    file("t.txt", "Asha")
    run("add", folder, "t.txt", "--label", "PER")
    records = numbered(["Asha yuko Kisumu"])
    accepted(folder, records[0]._replace(annotations=(given("amina", Span(0, 4, "PER")),)))
    assert as_json("build", folder)["weighed"] == 1
    assert "stood 1 of 1 time (100%)" in run("stats", folder)
    assert as_json("build", folder)["weighed"] == 0


def test_nothing_is_listed_with_what_to_do(folder: Path) -> None:
    told = run("list", folder)
    assert "p has no gazetteer yet" in told
    assert "--cldr" in told
    assert as_json("list", folder) == {"gazetteers": []}
    assert "No entry is there" in run("show", folder)
    assert "Commands:" in run()


def test_counting_anew_comes_to_the_same_and_tries_patterns_again(
    tmp_path: Path, tonemark: Any
) -> None:
    from tonemark.corpus.produced import note_pattern_faults

    folder, names = tmp_path / "p", tmp_path / "names.jsonl"
    names.write_text('{"label": "PER", "pattern": "Juma"}\n{"label": "LOC", "regex": "Ka.o"}\n')
    answered = tmp_path / "answered.jsonl"
    row = {"text": "Juma wa Kano", "answer": "accept", "_annotator_id": "amina"}
    row["spans"] = [{"start": 0, "end": 4, "label": "PER"}, {"start": 8, "end": 12, "label": "LOC"}]
    answered.write_text(json.dumps(row) + "\n")
    tonemark("new", folder, "--lang", "sw", "--labels", "PER,LOC")
    tonemark("gazetteer", "add", folder, names)
    tonemark("add", folder, answered)
    assert json.loads(tonemark("gazetteer", "build", folder, "--json").stdout)["weighed"] == 1
    before = tonemark("gazetteer", "stats", folder, "--json").stdout
    store = Store(folder / STORE_FILE)
    note_pattern_faults(store, {2: "it takes too long"})
    store.close()
    assert "it takes too long" in tonemark("gazetteer", "stats", folder).stdout
    made = json.loads(tonemark("gazetteer", "build", folder, "--anew", "--json").stdout)
    assert (made["weighed"], made["patterns"]) == (1, 1)
    assert tonemark("gazetteer", "stats", folder, "--json").stdout == before
    assert "too long" not in tonemark("gazetteer", "stats", folder).stdout
