"""Another tokenizer for a project, and its annotators' corrections as rules, from outside."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import given, numbered

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.soundness.project import examine
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.tokenizers.base import Token

Runs = Callable[..., subprocess.CompletedProcess[str]]

HMONG = "nws ua hauj lwm hauv Vientiane"


def project_of(folder: Path, *records: Record, **more: Any) -> Path:
    create_project(folder, language="hmn", labels=["PER", "LOC"], **more)
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    add_records(store, "a.txt", records, Report(), places=more.get("overlap", 1))
    store.close()
    return folder


def desk_at(folder: Path, name: str = "amina") -> Desk:
    project = read_project(folder)
    tokenizer = tokenizer_of(project, loads_code=False)
    return Desk(project, Store(folder / STORE_FILE), name, tokenizer)


def joined(folder: Path, number: int, start: int, end: int, name: str = "amina") -> None:
    """An answer in which an annotator joined tokens."""
    desk = desk_at(folder, name)
    desk.open_document(number)
    assert desk.page
    desk.page.perform([Edit(number, made=(Token(start, end),))])
    desk.answer("accept")
    desk.close()
    desk.store.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Spans that fit the general tokenizer's tokens; of those of `hauj lwm`, two do not."""
    (tmp_path / "hauj.toml").write_text('[phrases]\nwords = ["hauj lwm"]\n')
    spans = (Span(7, 11, "PER"), Span(21, 30, "LOC"))
    suggested = (Suggestion(12, 15, "LOC", ("import:x",)),)
    return project_of(
        tmp_path / "p",
        Record(1, 1, HMONG, annotations=(given("amina", *spans),)),
        Record(2, 2, HMONG, suggestions=suggested),
        Record(3, 3, HMONG, tokens=(Token(7, 11), Token(12, 15)), suggestions=suggested),
        Record(4, 4, "nws", annotations=(given("amina", Span(1, 2, "LOC")),)),
        Record(5, 5, HMONG),
    )


def test_what_no_longer_fits_is_listed_and_nothing_changes(folder: Path, tonemark: Runs) -> None:
    store = (folder / STORE_FILE).read_bytes()
    file = (folder / "project.toml").read_bytes()
    told = tonemark("tokenizers", "use", folder, folder.parent / "hauj.toml", "--dry-run").stdout
    assert "a.txt:1, amina: PER on hauj (7 to 11)" in told
    assert "a.txt:2, given suggestion: LOC on lwm (12 to 15)" in told
    assert "2 spans no longer lie on the borders of tokens" in told
    assert "1 other span does not, and did not before." in told
    assert "a.txt:3" not in told
    assert "project.toml would name hauj.toml (version" in told
    assert (folder / "project.toml").read_bytes() == file
    assert not (folder / "hauj.toml").exists()
    told = tonemark("tokenizers", "use", folder, folder.parent / "hauj.toml").stdout
    assert "project.toml names hauj.toml" in told
    assert (folder / STORE_FILE).read_bytes() == store
    assert read_project(folder).tokenizer == "hauj.toml"
    assert (folder / "hauj.toml").read_bytes() == (folder.parent / "hauj.toml").read_bytes()
    assert "tokenizer hauj.toml (" in tonemark("status", folder).stdout


def test_as_json(folder: Path, tonemark: Runs) -> None:
    done = tonemark("tokenizers", "use", folder, folder.parent / "hauj.toml", "--json")
    found = json.loads(done.stdout)
    assert (found["tokenizer"], found["before"], found["changed"]) == ("hauj.toml", "general", True)
    assert found["unfit_before"] == 1
    assert found["unfit"][0] == {
        "key": "a.txt:1",
        "annotator": "amina",
        "label": "PER",
        "start": 7,
        "end": 11,
        "text": "hauj",
    }


def test_an_answer_with_corrected_tokens_is_judged_by_those(tmp_path: Path, tonemark: Runs) -> None:
    folder = project_of(tmp_path / "p", *numbered([HMONG]))
    desk = desk_at(folder)
    desk.open_next()
    assert desk.page
    halves = (Token(21, 25), Token(25, 30))
    desk.page.perform([Edit(1, added=(Span(21, 25, "LOC"),), made=halves)])
    desk.answer("accept")
    desk.close()
    told = tonemark("tokenizers", "use", folder, "hmn").stdout
    assert "Every span that lies on the borders of tokens still does." in told
    assert "other" not in told
    assert not [each for each in examine(folder) if "borders of tokens" in each.what]


def test_where_it_is_changed_by_hand_doctor_tells(folder: Path, tonemark: Runs) -> None:
    (folder / "hauj.toml").write_bytes((folder.parent / "hauj.toml").read_bytes())
    text = (folder / "project.toml").read_text()
    (folder / "project.toml").write_text(text.replace('"general"', '"hauj.toml"', 1))
    found = [each for each in examine(folder) if "borders of tokens" in each.what]
    assert [each.where for each in found] == [
        "document 1 (a.txt:1), amina: 7 to 11 PER",
        "document 2 (a.txt:2): 12 to 15 LOC",
        "document 4 (a.txt:4), amina: 1 to 2 LOC",
    ]
    assert all(each.harmless for each in found)
    assert "it stays as it is" in tonemark("doctor", folder).stdout


def test_spans_that_do_not_fit_are_exported_where_they_are(folder: Path, tonemark: Runs) -> None:
    before = tonemark("export", folder, "--format", "jsonl").stdout
    tonemark("tokenizers", "use", folder, folder.parent / "hauj.toml")
    after = tonemark("export", folder, "--format", "jsonl").stdout

    def spans(lines: str) -> list[list[tuple[int, int, str]]]:
        tasks = map(json.loads, filter(None, lines.splitlines()))
        return [[(s["start"], s["end"], s["label"]) for s in t.get("spans", ())] for t in tasks]

    assert spans(after) == spans(before)
    assert spans(after)[0] == [(7, 11, "PER"), (21, 30, "LOC")]


def test_an_export_tells_which_documents_lost_their_tokens(
    folder: Path, tmp_path: Path, tonemark: Runs
) -> None:
    """Prodigy refuses spans that do not lie on the tokens beside them, so none stand there."""
    joined(folder, 5, 4, 11)  # with corrected tokens, which the answer keeps
    before = tonemark("export", folder, "--all")
    assert "without tokens" in before.stderr  # a.txt:4, of which a span cuts a word
    assert "a.txt:1" not in before.stderr
    tonemark("tokenizers", "use", folder, folder.parent / "hauj.toml")
    done = tonemark("export", folder, "--all")
    said = " ".join(done.stderr.split())
    keys = "a.txt:1, a.txt:2, a.txt:4"
    assert f"written without tokens: 3, a span of which begins or ends inside one: {keys}" in said
    tasks = {task["key"]: task for task in map(json.loads, done.stdout.splitlines())}
    assert [key for key, task in tasks.items() if "tokens" not in task] == keys.split(", ")
    assert [span["start"] for span in tasks["a.txt:1"]["spans"]] == [7, 21]
    assert "ua hauj" in [token["text"] for token in tasks["a.txt:5"]["tokens"]]
    out = tmp_path / "o.jsonl"
    report = json.loads(tonemark("export", folder, "-o", out, "--json").stdout)
    assert report["without_tokens"] == ["a.txt:1", "a.txt:4"]
    assert "without tokens: 2" in tonemark("export", folder, "-o", out).stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nobody", "There is no tokenizer named 'nobody'."),
        ("spacy:xyz", 'spaCy has no tokenizer for the language "xyz".'),
        ("no/where.toml", "There is no file no/where.toml."),
        ("a b", "a b is no name of a tokenizer."),
        ("BROKEN", "broken.toml, line 1: words must be a table"),
        ("SPACED", "it is.toml cannot be named in project.toml."),
        ("TAKEN", "There is another hauj.toml in"),
        ("NAMES", "gone.txt"),
    ],
)
def test_what_is_refused_changes_nothing(
    folder: Path, tonemark: Runs, name: str, says: str
) -> None:
    beside = folder.parent
    (beside / "broken.toml").write_text("words = 1\n")
    (beside / "it is.toml").write_text("")
    (beside / "names.toml").write_text('[phrases]\nfiles = ["gone.txt"]\n')
    (folder / "hauj.toml").write_text("# another\n")
    files = {"BROKEN": "broken", "SPACED": "it is", "TAKEN": "hauj", "NAMES": "names"}
    file = (folder / "project.toml").read_bytes()
    wanted = beside / f"{files[name]}.toml" if name in files else name
    done = tonemark("tokenizers", "use", folder, wanted, code=1)
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert (folder / "project.toml").read_bytes() == file
    assert (folder / "hauj.toml").read_text() == "# another\n"


@pytest.mark.parametrize("written", ["spacy:xyz", "own.toml"])
def test_a_language_that_spacy_has_not_is_told_wherever_one_looks(
    folder: Path, tonemark: Runs, terminal: Callable[..., Any], written: str
) -> None:
    (folder / "own.toml").write_text('base = "spacy:xyz"\n')
    path = folder / "project.toml"
    path.write_text(path.read_text().replace('"general"', f'"{written}"', 1))
    says = 'spaCy has no tokenizer for the language "xyz".'
    doctor = " ".join(tonemark("doctor", folder, code=1).stdout.split())
    assert says in doctor
    assert "tonemark tokenizers use" in doctor
    assert "Nothing is wrong" not in doctor
    status = " ".join(tonemark("status", folder).stdout.split())
    assert f"{written} (at fault)" in status
    assert f"no page can be opened: {says}" in status
    report = json.loads(tonemark("status", folder, "--json").stdout)
    assert (report["tokenizer_version"], report["tokenizer_fault"]) == ("", says)
    term = terminal("annotate", folder, "--as", "amina")
    screen = " ".join(term.wait("tokenizers use").split())
    assert says in screen
    assert "project.toml names this tokenizer" in screen
    tonemark("tokenizers", "use", folder, "general")
    assert json.loads(tonemark("status", folder, "--json").stdout)["tokenizer_fault"] == ""


def test_the_files_that_a_profile_names_come_with_it(folder: Path, tonemark: Runs) -> None:
    beside = folder.parent
    (beside / "words.txt").write_text("hauj lwm\n")
    (beside / "own.toml").write_text('[phrases]\nfiles = ["words.txt"]\n')
    tonemark("tokenizers", "use", folder, beside / "own.toml")
    assert (folder / "words.txt").read_text() == "hauj lwm\n"
    tonemark("tokenizers", "use", folder, "general")
    assert read_project(folder).tokenizer == "general"
    tonemark("tokenizers", "use", folder, "own.toml")  # the one in the project's folder
    assert read_project(folder).tokenizer == "own.toml"


def test_a_file_of_words_that_comes_with_tonemark_is_not_copied(
    folder: Path, tonemark: Runs
) -> None:
    mine = folder.parent / "mine.toml"
    mine.write_text(tonemark("tokenizers", "show", "hmn").stdout, "utf-8")
    tonemark("tokenizers", "use", folder, mine)
    assert (folder / "mine.toml").exists()
    assert not (folder / "hmn-words.txt").exists()
    tonemark("doctor", folder)


def for_evaluation(folder: Path, share: float) -> None:
    path = folder / "project.toml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith("evaluation")]
    path.write_text("\n".join([*lines, f"evaluation = {share}", ""]))


def test_corrections_are_counted_and_added(tmp_path: Path, tonemark: Runs) -> None:
    texts = [HMONG, HMONG, "hauj lwm zoo", HMONG, "nws mus", "nws mus"]
    folder = project_of(tmp_path / "p", *numbered(texts))
    assert "No answer holds a correction" in tonemark("tokenizers", "rules", folder).stdout
    joined(folder, 1, 7, 15)
    joined(folder, 2, 7, 15)
    joined(folder, 5, 0, 7)
    for number in (3, 6):
        desk = desk_at(folder)
        desk.open_document(number)
        desk.answer("accept")
        desk.close()
    told = tonemark("tokenizers", "rules", folder).stdout
    assert "hauj lwm: joined twice, left as it is once\n" in told
    assert "nws mus: joined once, left as it is once\n" in told
    assert not (folder / "tokenizer.toml").exists()
    found = json.loads(tonemark("tokenizers", "rules", folder, "--add", "--json").stdout)
    assert [(each["text"], each["added"]) for each in found["rules"]] == [
        ("hauj lwm", True),
        ("nws mus", False),
    ]
    assert read_project(folder).tokenizer == "tokenizer.toml"
    for_evaluation(folder, 1.0)
    assert "No answer holds a correction" in tonemark("tokenizers", "rules", folder).stdout
    for_evaluation(folder, 0.0)
    # what is a rule now is no correction any more
    told = tonemark("tokenizers", "rules", folder).stdout
    assert "hauj lwm" not in told
    # and who answers next has it
    desk = desk_at(folder)
    desk.open_document(4)
    assert desk.page
    sheet = desk.page.sheets[0]
    assert "hauj lwm" in [sheet.document.text[slice(*token)] for token in sheet.tokens]
    desk.close()


def test_corrections_alone_count_whatever_tokenizer_there_was(
    tmp_path: Path, tonemark: Runs
) -> None:
    folder = project_of(tmp_path / "p", *numbered(["nws ua hauj-lwm zoo"]))
    joined(folder, 1, 0, 6)
    (tmp_path / "own.toml").write_text('[words]\njoin = "-"\n')
    tonemark("tokenizers", "use", folder, tmp_path / "own.toml")
    found = json.loads(tonemark("tokenizers", "rules", folder, "--json").stdout)
    assert [each["text"] for each in found["rules"]] == ["nws ua"]


@pytest.mark.parametrize("verb", ["status", "annotate", "export", "doctor"])
def test_a_broken_profile_is_told_in_words(folder: Path, verb: str) -> None:
    from making import run_tonemark

    (folder / "tokenizer.toml").write_text("[words]\njoin = 7\n")
    text = (folder / "project.toml").read_text()
    (folder / "project.toml").write_text(text.replace('"general"', '"tokenizer.toml"', 1))
    done = run_tonemark(verb, folder)
    assert "Traceback" not in done.stderr + done.stdout
    told = " ".join((done.stdout + done.stderr).split())
    expected = {
        "status": "tokenizer tokenizer.toml (at fault)",
        "annotate": "This needs a terminal",
    }
    assert expected.get(verb, "tokenizer.toml, line 2: join must be") in told
