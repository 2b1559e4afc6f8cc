"""`tonemark gazetteer add`: from files, from CLDR, out of the answers of a project."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from making import given, numbered, run_here
from naming import accepted, as_json, entries, file, run

from tonemark.corpus import gazetteers
from tonemark.corpus.intake import add_records
from tonemark.corpus.records import Settled
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    assert run_here("new", "p", "--lang", "sw", "--labels", "PER,LOC").returncode == 0
    return tmp_path / "p"


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


@pytest.mark.parametrize("whose", ["p", "other"])
def test_documents_for_evaluation_give_no_names(folder: Path, whose: str) -> None:
    run_here("new", "other", "--lang", "sw", "--labels", "PER")
    with Path(whose, "project.toml").open("a") as file:
        file.write("\nevaluation = 1.0\n")
    text = Path(whose, "project.toml").read_text().replace("evaluation = 0.0 ", "# ")
    Path(whose, "project.toml").write_text(text)
    record = numbered(["Asha"])[0]._replace(annotations=(given("amina", Span(0, 4, "PER")),))
    accepted(Path("other"), record)
    told = run("add", folder, "--from", "other")
    assert "other: 0 new" in told
    assert "1 document left out: they are for evaluation" in told
    assert entries(folder) == []


def test_gold_says_what_its_document_holds(folder: Path) -> None:
    """What one of two found, what nobody found, and a text that the reviewer refused."""
    run_here("new", "other", "--lang", "sw", "--labels", "PER")
    asha, juma = Span(0, 4, "PER"), Span(8, 12, "PER")
    answers = (given("amina", asha), given("bello"), given("rosa", asha, juma, settled=Settled()))
    refused = (given("amina", asha), given("rosa", answer="reject", settled=Settled()))
    records = numbered(["Asha na Juma", "Neema leo", "Zuri leo na Musa"])
    accepted(
        Path("other"),
        records[0]._replace(annotations=answers),
        records[1]._replace(annotations=refused),
        records[2]._replace(annotations=(given("amina", asha),)),
    )
    assert run("add", folder, "--from", "other") == "other: 3 new\n"
    assert [name for _, _, name in entries(folder)] == ["Asha", "Juma", "Zuri"]


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
