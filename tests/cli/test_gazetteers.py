"""`tonemark gazetteer`: adding, listing, showing, removing, and what entries have earned."""

from __future__ import annotations

import io
import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from making import given, numbered, run_here

from tonemark.corpus import gazetteers
from tonemark.corpus.evidence import Verdict, Weighed, earning, write_evidence
from tonemark.corpus.intake import add_records
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
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


def run(*arguments: object, code: int = 0) -> str:
    """What it printed on standard output, or on standard error where it failed."""
    done = run_here("gazetteer", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr or done.stdout if code else done.stdout


def as_json(*arguments: object, code: int = 0) -> dict[str, Any]:
    done = run_here("gazetteer", *arguments, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def file(name: str, *lines: str) -> Path:
    path = Path(name)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def entries(folder: Path) -> list[tuple[str, str, str]]:
    found = as_json("show", folder, "--limit", 10_000)["entries"]
    return [(each["gazetteer"], each["label"], each["pattern"]) for each in found]


def accepted(folder: Path, *records: Record) -> None:
    store = Store(folder / STORE_FILE)
    add_records(store, "a.jsonl", records, Report(), places=1)
    store.close()


def test_a_file_goes_in_once_and_what_it_gains_later(folder: Path) -> None:
    file("places.txt", "Kisumu", "Dar es Salaam", "", "#1")
    assert run("add", folder, "places.txt", "--label", "LOC") == "places.txt: 3 new\n"
    file("places.txt", "Kisumu", "Dar es Salaam", "", "#1", "Mwanza")
    assert run("add", folder, "places.txt", "--label", "LOC") == "places.txt: 1 new, 3 known\n"
    assert run("add", folder, "places.txt", "--label", "LOC", "--name", "mine").startswith(
        "mine: 4"
    )
    report = as_json("add", folder, "places.txt", "--label", "PER")
    assert (report["new"], report["known"], report["refused_count"]) == (4, 0, 0)
    assert "places.txt: 8 names (LOC 4, PER 4)" in run("list", folder)
    assert entries(folder)[:2] == [
        ("places.txt", "LOC", "Kisumu"), ("places.txt", "LOC", "Dar es Salaam"),
    ]  # fmt: skip


def test_bad_lines_are_told_with_their_numbers_and_files_that_are_none(folder: Path) -> None:
    lines = ["name,label", *["x,FOO"] * 12, "Kisumu,LOC"]
    file("t.csv", *lines)
    told = run_here("gazetteer", "add", folder, "t.csv", "none.csv", folder, "t.csv")
    assert told.returncode == 1
    out = told.stdout.splitlines()
    assert out[0] == "t.csv: 1 new, 12 refused"
    assert out[1] == "  line 2: the label 'FOO' is not one of PER, LOC: perhaps --map FOO=LABEL"
    assert out[10].startswith("  line 11: ")
    assert out[11] == "  and 2 more refused (--json names them)"
    assert out[12].startswith("t.csv: 0 new, 1 known, 12 refused")
    assert '"none.csv" cannot be read: No such file or directory.' in told.stderr
    assert "is a folder, not a file." in told.stderr
    report = as_json("add", folder, "t.csv", "none.csv", code=1)
    assert [each["line"] for each in report["gazetteers"][0]["refused"]] == list(range(2, 14))
    assert report["gazetteers"][1]["refused"][0]["line"] is None
    assert report["refused_count"] == 13


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "Name files, or give --cldr or --from PROJECT"),
        (("t.txt", "--label", "LOCK"), 2, "the label 'LOCK' is not one of PER, LOC."),
        (("t.txt", "--label", ""), 2, "--label"),
        (("t.txt",), 1, "without their label"),
        (("t.txt", "--label", "LOC", "--map", "A"), 2, "is not OLD=NEW"),
        (("t.txt", "--label", "LOC", "--map", "=LOC"), 2, "is not OLD=NEW"),
        (("t.txt", "--label", "LOC", "--map", "A=B"), 2, "the label 'B' is not one of"),
        (("t.txt", "--label", "LOC", "--name", "accepted"), 2, "what annotators taught"),
        (("t.txt", "--label", "LOC", "--name", "a\x1b"), 2, "cannot be the name"),
        (("t.txt", "--label", "LOC", "--format", "x"), 2, "jsonl, csv, tsv, list"),
        (("--cldr", "rivers"), 2, "It has countries, cities, languages"),
        (("--from", "none"), 1, "There is no folder none"),
    ],
)
def test_what_cannot_be_added(
    folder: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    file("t.txt", "Kisumu")
    assert words in " ".join(run("add", folder, *arguments, code=code).split())
    assert entries(folder) == []


def test_another_project_that_is_none_is_not_to_be_made(folder: Path) -> None:
    Path("bare").mkdir()
    for other in ("none", "bare"):
        told = run("add", folder, "--from", other, code=1)
        assert "tonemark new" not in told
        assert "Name the folder of the project" in told


@pytest.mark.parametrize(
    ("name", "data", "options", "code", "told"),
    [
        ("t.txt", "Kisumu\tLOC\nAsha\tPER\n", (), 0, ["t.txt: 2 new"]),
        ("t.txt", "Kisumu\tLOC\n", ("--format", "list", "--label", "LOC"), 1,
         ["t.txt: 0 new, 1 refused", "is it a table? --format tsv"]),
        ("t.txt", "", ("--label", "LOC"), 0, ["t.txt: 0 new", "nothing stands in t.txt"]),
        ("t.csv", "\n \n", ("--label", "LOC"), 0, ["nothing stands in t.csv"]),
        ("t.txt", "Kamau, Ann\nAsha\n", ("--label", "PER"), 0,
         ["t.txt: 2 new", "1 line holds commas or quotes: is it CSV? --format csv",
          "tonemark gazetteer remove p t.txt"]),
        ("t.txt", b"\xc9gypte\nKenya\n", ("--label", "LOC"), 1,
         ["t.txt: 1 new, 1 refused",
          "t.txt is probably WINDOWS-1252: iconv -f WINDOWS-1252 -t UTF-8 t.txt"]),
        ("t.txt", b"\xc9gypte\nKenya\n", (), 1,
         ["without their label", "iconv -f WINDOWS-1252 -t UTF-8 t.txt"]),
        ("t.csv", b"name,label\n\xc9gypte,LOC\n", (), 1, ["iconv -f WINDOWS-1252"]),
        ("t.txt", "Kisumu".encode("utf-16"), (), 1, ["iconv -f UTF-16 -t UTF-8"]),
    ],
)  # fmt: skip
def test_what_a_file_may_be_is_told(
    folder: Path, name: str, data: str | bytes, options: tuple[str, ...], code: int, told: list[str]
) -> None:
    Path(name).write_bytes(data.encode() if isinstance(data, str) else data)
    done = run_here("gazetteer", "add", "p", name, *options)
    assert done.returncode == code
    said = " ".join((done.stdout + done.stderr).split())
    for each in told:
        assert each in said
        assert said.count(each) == 1


@pytest.mark.parametrize(
    ("data", "options"),
    [("Kisumu\nLamu\n", ("--label", "LOC")), ("Kisumu\tLOC\nLamu\tLOC\n", ()),
     ('{"label":"LOC","pattern":"Kisumu"}\n{"label":"LOC","pattern":"Lamu"}\n', ())],
)  # fmt: skip
def test_standard_input_is_read(
    folder: Path, data: str, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for named, told in ((("--name", "mine"), "mine"), ((), "standard input")):
        piped = io.TextIOWrapper(io.BufferedReader(io.BytesIO(data.encode())))
        monkeypatch.setattr("sys.stdin", piped)
        assert run("add", folder, "-", *options, *named) == f"{told}: 2 new\n"


def test_a_project_that_is_full_says_from_which_line_on_a_file_is_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gazetteers, "LIMIT", 7)
    for chunk in (2, 3, 5, 100):
        monkeypatch.setattr(gazetteers, "CHUNK", chunk)
        file("t.txt", *(f"Jina {n}" + "\x1b" * (n == 2) for n in range(20)))
        report = as_json("add", folder, "t.txt", "--label", "PER", code=1)
        assert report["new"] == 7
        assert report["gazetteers"][0]["stopped_at_line"] == 9  # line 3 was refused
        told = run_here("gazetteer", "add", folder, "t.txt", "--label", "PER").stdout
        assert "a project takes at most 7 entries: from here on the file is left out" in told
        run("remove", folder, "t.txt", "--yes")


def test_cldr_by_the_language_and_labels_of_the_project(folder: Path) -> None:
    told = run("add", folder, "--cldr")
    assert told.startswith("cldr: ")
    assert "countries: 256 names, as LOC" in told
    assert "languages: left out" in told
    assert ("cldr", "LOC", "Marekani") in entries(folder)
    assert "472" in run("add", folder, "--cldr", "languages", "--label", "PER", "--name", "l")
    file("t.txt", "Kisumu")
    both = run("add", folder, "--label", "LOC", "--cldr", "t.txt")
    assert both.startswith("t.txt: 1 new")


@pytest.mark.parametrize(
    ("options", "label"), [((), "PLACE"), (("languages",), "TONGUE"), (("all,languages",), "PLACE")]
)
def test_a_label_is_not_that_of_languages_unless_they_are_asked_for(
    folder: Path, options: tuple[str, ...], label: str
) -> None:
    run_here("new", "q", "--lang", "sw", "--labels", "PLACE,TONGUE")
    told = run("add", "q", "--cldr", *options, "--label", label)
    assert ("countries: 256 names, as PLACE" in told) == (label == "PLACE")
    assert (f"languages: 472 names, as {label}" in told) == bool(options)
    assert ("say which: --cldr languages --label LABEL" in told.replace("\n    ", " ")) != bool(
        options
    )


def test_a_project_that_is_full_still_knows_what_is_in_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gazetteers, "LIMIT", 7)
    for chunk in (1, 3, 100):
        monkeypatch.setattr(gazetteers, "CHUNK", chunk)
        file("t.txt", *(f"Jina {n}" for n in range(6)))
        run("add", folder, "t.txt", "--label", "PER")
        assert run("add", folder, "t.txt", "--label", "PER") == "t.txt: 0 new, 6 known\n"
        file("t.txt", *(f"Jina {n}" for n in (0, 1, 6, 2, 6, 7, 3)))
        report = as_json("add", folder, "t.txt", "--label", "PER", code=1)
        assert (report["new"], report["known"]) == (1, 4)
        assert report["gazetteers"][0]["stopped_at_line"] == 6
        run("remove", folder, "t.txt", "--yes")


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


@pytest.mark.parametrize("language", ["hmn", "nv"])
def test_a_language_of_which_cldr_has_nothing_is_told_with_what_to_do(
    folder: Path, language: str
) -> None:
    run_here("new", "h", "--lang", language, "--labels", "LOC")
    done = run_here("gazetteer", "add", "h", "--cldr")
    assert done.returncode == 1
    assert "tonemark gazetteer add h FILE --label LABEL" in done.stderr
    assert ("CLDR has no names in Hmong (hmn)." in done.stderr) == (language == "hmn")
    assert ("countries: CLDR has none in nv" in done.stdout) == (language == "nv")


def test_names_out_of_the_answers_of_a_project(folder: Path) -> None:
    run_here("new", "other", "--lang", "sw", "--labels", "PER,DATE")
    texts = ["Asha yuko\nKisumu leo", "Juma", "Neema", "Asha tena"]
    asha, whole = Span(0, 4, "PER"), Span(0, 9, "PER")
    answers = [
        (given("amina", asha, Span(16, 19, "DATE")), given("bello", asha, Span(5, 16, "PER"))),
        (given("amina", Span(0, 4, "PER"), answer="reject"),),
        (),
        (given("amina", Span(0, 4, "PER"), whole),),
    ]
    records = [
        record._replace(annotations=answer)
        for record, answer in zip(numbered(texts), answers, strict=True)
    ]
    accepted(Path("other"), *records)
    told = run_here("gazetteer", "add", folder, "--from", "other")
    assert told.returncode == 0
    assert told.stdout == "other: 2 new\n"  # what one of two found is not what both found
    assert entries(folder) == [("other", "PER", "Asha"), ("other", "PER", "Asha tena")]
    # A document with that text which nobody has answered here keeps it back.
    accepted(folder, *numbered(["Asha tena"]))
    told = run("add", folder, "--from", "other", "--name", "again")
    assert "1 document left out: others are still to answer their text" in told
    assert ("again", "PER", "Asha tena") not in entries(folder)


def test_names_out_of_the_project_itself_wait_for_all_its_annotators(folder: Path) -> None:
    store = Store(folder / STORE_FILE)
    records = [
        record._replace(annotations=(given("amina", Span(0, 4, "PER")),))
        for record in numbered(["Asha", "Juma"])
    ]
    add_records(store, "a", records[:1], Report(), places=1)
    add_records(store, "b", records[1:], Report(), places=2)
    store.close()
    told = run("add", folder, "--from", folder)
    assert "p: 1 new" in told
    assert "1 document left out" in told
    assert [pattern for _, _, pattern in entries(folder)] == ["Asha"]


def test_labels_of_another_project_that_are_not_here_are_counted(folder: Path) -> None:
    run_here("new", "other", "--lang", "sw", "--labels", "PERSON")
    spans = [Span(0, 4, "PERSON"), Span(5, 9, "PERSON")]
    accepted(Path("other"), numbered(["Asha Juma"])[0]._replace(
        annotations=(given("amina", *spans),)
    ))  # fmt: skip
    told = run_here("gazetteer", "add", folder, "--from", "other")
    assert told.returncode == 1
    assert "other: 0 new, 2 refused" in told.stdout
    assert "2 spans left out: the label 'PERSON' is not one of PER, LOC: perhaps --map" in (
        told.stdout
    )
    assert run("add", folder, "--from", "other", "--map", "PERSON=PER") == "other: 2 new\n"


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
