"""`agreement` on files of tag columns and on projects: figures, faults, and what it shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import given

from tonemark.corpus.documents import pack_tokens
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.base import Token
from tonemark.tui.page.cells import cells

Tonemark = Callable[..., Any]

COLUMNS = """\
Asha B-PER B-PER B-PER
Juma I-PER O I-PER
yuko O O O
Kisumu B-LOC B-LOC B-ORG

Neema B-PER B-PER O
ni O O O
mwalimu O O O
"""

ASHA, ASHA_JUMA, KISUMU = Span(0, 4, "PER"), Span(0, 9, "PER"), Span(15, 21, "LOC")
KISUMU_ORG, NEEMA = Span(15, 21, "ORG"), Span(0, 5, "PER")


@pytest.fixture
def columns(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes a file of columns."""

    def write(text: str | bytes, name: str = "three.conll") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Makes a project of records."""

    def make(*records: Record, overlap: int = 3) -> Path:
        folder = tmp_path / "p"
        create_project(folder, language="sw", labels=["PER", "LOC"], overlap=overlap)
        create_store(folder / STORE_FILE)
        store = Store(folder / STORE_FILE)
        add_records(store, "a.jsonl", iter(records), Report(), places=overlap)
        store.close()
        return folder

    return make


def record(number: int, text: str, *annotations: Any, key: str | None = None) -> Record:
    return Record(number, number, text, key or f"d{number}", annotations=annotations)


def three(project: Callable[..., Path]) -> Path:
    """What COLUMNS says, as a project."""
    return project(
        record(1, "Asha Juma yuko Kisumu", given("A1", ASHA_JUMA, KISUMU),
               given("A2", ASHA, KISUMU), given("A3", ASHA_JUMA, KISUMU_ORG)),
        record(2, "Neema ni mwalimu", given("A1", NEEMA), given("A2", NEEMA), given("A3")),
    )  # fmt: skip


WANTED = {
    "annotators": ["A1", "A2", "A3"],
    "documents": 2,
    "tokens": 7,
    "entities": 4,
    "clusters": {"agreed": 0, "label": 1, "boundary": 1, "presence": 1, "tokens": 0},
    "f1": {"A1:A2": 0.666667, "A1:A3": 0.4, "A2:A3": 0.0, "mean": 0.355556},
    "f1_overlapping": {"A1:A2": 1.0, "A1:A3": 0.4, "A2:A3": 0.4, "mean": 0.6},
    "type_share": 0.25,
}
"""By hand: A1 and A2 have 3 spans, A3 has 2; A1 shares 2 with A2 and 1 with A3."""


def told(tonemark: Tonemark, *arguments: object, code: int = 0) -> dict[str, Any]:
    done = tonemark("agreement", *arguments, "--json", code=code)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def figures(found: dict[str, Any]) -> dict[str, Any]:
    """All but what names the places of a file or a project."""
    return {
        name: value
        for name, value in found.items()
        if name not in ("examples", "refused", "left_out") and not name.startswith("answers_")
    }


def test_a_file_and_a_project_of_it_give_the_same_figures(
    tonemark: Tonemark, columns: Callable[..., Path], project: Callable[..., Path]
) -> None:
    of_file = told(tonemark, "--conll", columns(COLUMNS))
    assert {name: of_file[name] for name in WANTED} == WANTED
    assert figures(told(tonemark, three(project))) == figures(of_file)
    assert of_file["undefined"] == {}
    assert of_file["examples"]["label"] == {
        "document": "line 1", "start": 15, "end": 21, "text": "Kisumu",
        "versions": {
            "A1": [[15, 21, "LOC"]], "A2": [[15, 21, "LOC"]], "A3": [[15, 21, "ORG"]],
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    "changed",
    [
        COLUMNS.replace("\n", "\r\n"),
        COLUMNS.replace(" ", "\t"),
        COLUMNS.replace(" ", "   "),
        f"\ufeff{COLUMNS}",
        f"# id = 1\n{COLUMNS}\n\n\n",
        f"-DOCSTART- O O O\n\n{COLUMNS}",
        "\n".join(line.replace(" ", " NOUN ", 1) for line in COLUMNS.split("\n")),
    ],
)
def test_columns_are_read_however_they_are_written(
    changed: str, tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    found = told(tonemark, "--conll", columns(changed))
    assert {name: found[name] for name in WANTED} == WANTED


def test_columns_may_be_named(tonemark: Tonemark, columns: Callable[..., Path]) -> None:
    """In the order of the columns, which need not be that of the alphabet."""
    path = columns(COLUMNS)
    found = told(tonemark, "--conll", path, "--annotators", "zuberi,amina,juma")
    assert found["annotators"] == ["zuberi", "amina", "juma"]
    assert list(found["f1"].values()) == list(WANTED["f1"].values())
    assert list(found["f1"]) == ["zuberi:amina", "zuberi:juma", "amina:juma", "mean"]


@pytest.mark.parametrize("language", ["amh", "yor"])
def test_the_reference_is_met(language: str, corpora: Path, tonemark: Tonemark) -> None:
    path = corpora / "agreement" / f"{language}.conll"
    check_reference(told(tonemark, "--conll", path), corpora, language)


def test_the_reference_is_met_through_a_project(
    corpora: Path, tmp_path: Path, tonemark: Tonemark
) -> None:
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "am", "--labels", "PER,LOC,ORG,DATE", "--overlap", 3)
    tonemark("add", folder, corpora / "agreement" / "amh.conll", "--annotators", "A1,A2,A3")
    check_reference(told(tonemark, folder), corpora, "amh")


def check_reference(found: dict[str, Any], corpora: Path, language: str) -> None:
    text = (corpora / "agreement" / "reference.json").read_text(encoding="utf-8")
    wanted = json.loads(text)["languages"][language]
    near = pytest.approx
    for level, name in (
        ("token", "token_all"), ("token_tagged", "token_annotated"), ("entity", "entity")
    ):  # fmt: skip
        assert found["fleiss"][level] == near(wanted[f"fleiss_{name}"], abs=2e-6)
        assert found["alpha"][level] == near(wanted[f"krippendorff_alpha_{name}"], abs=2e-6)
    for pair, figure in wanted["pairs"].items():
        name = pair.replace("-", ":")
        assert found["cohen"][name]["token"] == near(figure["cohen_token_all"], abs=2e-6)
        assert found["cohen"][name]["tagged"] == near(figure["cohen_token_annotated"], abs=2e-6)
        assert found["f1"][name] == near(figure["span_f1"], abs=2e-6)
    assert found["f1"]["mean"] == near(wanted["span_f1_mean_of_pairs"], abs=2e-6)
    assert found["type_share"] == near(wanted["disagreement_from_type"], abs=2e-6)
    counts = wanted["cluster_disagreements"]
    assert found["clusters"] == {
        "agreed": counts["agree"], "label": counts["label"], "boundary": counts["boundary"],
        "presence": counts["presence"], "tokens": 0,
    }  # fmt: skip
    for name, its in (
        ("documents", "sentences"), ("tokens", "tokens"), ("tokens_tagged", "tokens_annotated"),
        ("entities", "entity_items"),
    ):  # fmt: skip
        assert found[name] == wanted[its]


# Faults


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty: it has no sentence"),
        ("\n\n\n", "is empty: it has no sentence"),
        ("Asha B-PER\nyuko O\n", "one tag column: one annotator, and nobody to agree with"),
        ("Asha\nyuko\n", "has no tag columns"),
        ("Asha 1 2\nyuko 3 4\n", "has no tag columns"),
        (COLUMNS.encode("utf-16"), "is UTF-16"),
        (b"\x7fELF\xff\xfe\x00\x01\n\xff\xfe\n", 'No sentence of "three.conll" can be read: 1'),
    ],
)
def test_a_file_without_agreement_says_why(
    text: str | bytes, said: str, tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    done = tonemark("agreement", "--conll", columns(text), code=1)
    assert said in done.stderr
    assert done.stdout == ""


def test_ragged_columns_leave_their_sentence_out(
    tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    path = columns(f"{COLUMNS}\nAsha B-PER B-PER\n\nJuma B-PER B-PER x\n\nna O O O\n")
    done = tonemark("agreement", "--conll", path, code=1)
    assert "2 sentences left out" in done.stdout
    assert "line 10: 3 columns where the file has 4" in done.stdout
    assert "line 12: 'x' in column 4 is no tag such as O or B-PER" in done.stdout
    found = told(tonemark, "--conll", path, code=1)
    assert found["documents"] == 3
    assert [each["line"] for each in found["refused"]] == [10, 12]
    assert {name: found[name] for name in ("f1", "clusters")} == {
        name: WANTED[name] for name in ("f1", "clusters")
    }


def test_what_is_no_file_says_so(tmp_path: Path, tonemark: Tonemark) -> None:
    done = tonemark("agreement", "--conll", tmp_path, code=1)
    assert "is a directory, not a file" in done.stderr
    done = tonemark("agreement", "--conll", tmp_path / "none.conll", code=1)
    assert "cannot be read: No such file" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "One of DIR and --conll FILE is needed"),
        (["p", "--conll", "three.conll"], 2, "One of DIR and --conll FILE is needed"),
        (["--conll", "three.conll", "--annotators", "a,b"], 1, "has 3 tag columns, but 2"),
        (["--conll", "three.conll", "--annotators", "a,a,b"], 1, "a is named twice"),
        (["--conll", "three.conll", "--annotators", "a:b,c,d"], 1, "cannot be an annotator's name"),
        (["--conll", "three.conll", "--annotators", "a"], 1, "a alone cannot agree with anybody"),
        (["p", "--annotators", "A1,rosa"], 1, "rosa has accepted no document of this project"),
        (["nowhere"], 1, "nowhere"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tonemark: Tonemark,
    columns: Callable[..., Path],
    project: Callable[..., Path],
) -> None:
    monkeypatch.chdir(tmp_path)
    columns(COLUMNS)
    three(project)
    done = tonemark("agreement", *arguments, code=code)
    assert said in " ".join(done.stderr.split())


NO_OVERLAP = "A1 and A2 have no document in common"


@pytest.mark.parametrize(
    ("records", "said"),
    [
        ([record(1, "Asha")], "Nobody has accepted a document yet"),
        ([record(1, "Asha", given("A1", ASHA))], "A1 is the only annotator"),
        (
            [record(1, "Asha", given("A1", ASHA)), record(2, "Asha na", given("A2", ASHA))],
            f"{NO_OVERLAP}: no document has two accepts that count",
        ),
        (
            [record(1, "Asha", given("A1", ASHA)), record(2, "Asha", given("A2", ASHA))],
            f"{NO_OVERLAP}, but 1 text stands there more than once",
        ),
        (
            [record(1, "Asha", given("A1", ASHA), given("A2", answer="reject")),
             record(2, "Asha na", given("A2", ASHA))],
            f"{NO_OVERLAP}: no document has two accepts that count",
        ),
        (
            [record(1, "Asha", given("A1", ASHA), given("A2", ASHA))],
            "No document with two accepts has all its answers: 1 waits for more",
        ),
    ],
)  # fmt: skip
def test_a_project_without_agreement_says_why(
    records: list[Record], said: str, tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    done = tonemark("agreement", project(*records), code=1)
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""


def test_work_on_differing_texts_is_never_compared(
    tmp_path: Path, tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    """A document has one text: what came with another under its key was refused by `add`."""
    folder = project(record(1, "Asha yuko", given("A1", ASHA)), overlap=2)
    path = tmp_path / "juma.jsonl"
    line = {"id": "d1", "text": "Asha yupo", "answer": "accept", "_annotator_id": "A2"}
    path.write_text(json.dumps(line), encoding="utf-8")
    done = tonemark("add", folder, path, "--match", "key", code=1)
    assert "the project's document d1 has another text" in done.stdout
    assert "A1 is the only annotator" in tonemark("agreement", folder, code=1).stderr
    path.write_text(json.dumps({**line, "text": "Asha yuko"}), encoding="utf-8")
    tonemark("add", folder, path, "--match", "text")
    assert told(tonemark, folder)["documents"] == 1


# Projects


def test_annotators_in_turn_are_compared_where_most_documents_have_as_many(
    tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    """Two accepts are the commonest; what has more, fewer, or not all its answers is told."""
    folder = project(
        record(1, "Asha yuko", given("A1", ASHA), given("A2", ASHA)),
        record(2, "Asha yupo", given("A2", ASHA), given("A3")),
        record(3, "Asha yumo", given("A1"), given("A3"), given("A2", answer="reject")),
        record(4, "Asha ni", given("A1"), given("A2"), given("A3")),
        record(5, "Asha wa", given("A1"), given("A2", answer="ignore")),
        record(6, "Asha na", given("A1", answer="reject"), given("A2", answer="reject")),
        record(7, "Asha si", given("A1", ASHA)),
        record(8, "Asha la"),
        overlap=2,
    )
    found = told(tonemark, folder)
    assert found["documents"] == 3
    assert found["annotators_a_document"] == 2
    assert found["f1"] == {"A1:A2": 1.0, "A1:A3": None, "A2:A3": 0.0, "mean": 0.5}
    assert found["undefined"]["f1.A1:A3"] == "nobody marked a span"
    assert found["left_out"] == {
        "unanswered": 1, "unfinished": 1, "no_accept": 1, "one_accept": 1, "other_number": 1,
        "damaged": [],
    }  # fmt: skip
    assert found["answers_differ"] == 2
    assert found["answers_differ_example"] == {
        "document": "d3", "answers": {"A1": "accept", "A2": "reject", "A3": "accept"}
    }  # fmt: skip
    out = tonemark("agreement", folder).stdout
    assert "3 annotators, 2 a document: A1, A2, A3" in out
    for line in (
        "left out: 1 document without an answer",
        "left out: 1 document that waits for more answers",
        "left out: 1 document that nobody accepted",
        "left out: 1 document that one annotator alone accepted",
        "left out: 1 document with two accepts or more, but not the 2 of most",
        "the answers to 2 documents differ, and only accepts are compared; for instance d3:",
    ):
        assert line in " ".join(out.split())


def test_some_annotators_can_be_compared_alone(
    tonemark: Tonemark, project: Callable[..., Path], columns: Callable[..., Path]
) -> None:
    folder = three(project)
    found = told(tonemark, folder, "--annotators", "A3,A1")
    assert found["annotators"] == ["A1", "A3"]
    assert found["f1"] == {"A1:A3": 0.4, "mean": 0.4}
    two = "".join(
        " ".join(line.split()[:2] + line.split()[3:]) + "\n" for line in COLUMNS.splitlines()
    )
    of_file = told(tonemark, "--conll", columns(two), "--annotators", "A1,A3")
    assert figures(found) == figures(of_file)


def test_an_answer_that_came_too_late_counts_for_nothing(
    tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    folder = project(
        record(1, "Asha yuko", given("A1", ASHA), given("A2", ASHA), given("A3")), overlap=2
    )
    with_three = told(tonemark, folder)
    store = Store(folder / STORE_FILE)
    with store.transaction() as db:
        db.execute("UPDATE annotations SET extra = 1 WHERE annotator = 'A3'")
        db.execute("UPDATE documents SET places = 2")
    store.close()
    found = told(tonemark, folder)
    assert (with_three["annotators_a_document"], found["annotators_a_document"]) == (3, 2)
    assert found["f1"] == {"A1:A2": 1.0, "mean": 1.0}
    assert found["answers_extra"] == 1


def test_gold_changes_no_figure(tonemark: Tonemark, project: Callable[..., Path]) -> None:
    folder = three(project)
    before = told(tonemark, folder)
    store = Store(folder / STORE_FILE)
    with store.transaction() as db:
        write_gold(db, Gold(1, "rosa", "accept", (Span(10, 14, "ORG"),)))
        write_gold(db, Gold(2, "rosa", "reject", ()))
    store.close()
    assert told(tonemark, folder) == before


def test_corrected_tokens_are_compared_on_their_pieces(
    tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    folder = three(project)
    store = Store(folder / STORE_FILE)
    halves = [Token(0, 2), Token(2, 5), Token(6, 8), Token(9, 16)]
    with store.transaction() as db:
        db.execute(
            "UPDATE annotations SET tokens = ? WHERE document = 2 AND annotator = 'A1'",
            (pack_tokens(halves),),
        )
    store.close()
    found = told(tonemark, folder)
    assert found["tokens"] == 8
    assert found["tokenizations_differ"] == 1
    assert found["f1"] == WANTED["f1"]
    assert "In 1 document annotators corrected tokens" in tonemark("agreement", folder).stdout


def test_spans_that_overlap_or_cut_tokens_are_counted(
    tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    inside, cut, blank = Span(5, 9, "LOC"), Span(11, 14, "PER"), Span(14, 15, "PER")
    folder = project(
        record(1, "Asha Juma yuko Kisumu", given("A1", ASHA_JUMA, inside, cut), given("A2", blank)),
        overlap=2,
    )
    found = told(tonemark, folder)
    assert found["spans_overlapping"] == found["spans_cutting_tokens"] == 1
    assert found["spans_without_token"] == 1
    out = tonemark("agreement", folder).stdout
    for said in ("1 span shared a token", "1 span cut a token", "1 span lay on no token"):
        assert said in out


def test_a_damaged_document_is_left_out_and_named(
    tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    folder = three(project)
    store = Store(folder / STORE_FILE)
    with store.transaction() as db:
        db.execute("UPDATE spans SET end_char = 99 WHERE annotation = 1 AND start_char = 15")
    store.close()
    done = tonemark("agreement", folder, code=1)
    assert "left out: 1 document damaged in the store: d1" in done.stdout
    assert "tonemark doctor" in done.stderr
    assert told(tonemark, folder, code=1)["left_out"]["damaged"] == ["d1"]
    store = Store(folder / STORE_FILE)
    with store.transaction() as db:
        db.execute("UPDATE spans SET end_char = 99")
    store.close()
    done = tonemark("agreement", folder, code=1)
    assert "All 2 documents that could be compared are damaged" in done.stderr


def test_nothing_is_written(tonemark: Tonemark, project: Callable[..., Path]) -> None:
    folder = three(project)
    before = (folder / STORE_FILE).read_bytes()
    tonemark("agreement", folder)
    assert (folder / STORE_FILE).read_bytes() == before


# What it shows


def test_the_report_has_the_worst_first_and_an_example_of_each_kind(
    tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    lines = tonemark("agreement", "--conll", columns(COLUMNS)).stdout.splitlines()
    assert all(len(line) <= 80 for line in lines)
    pairs = next(at for at, line in enumerate(lines) if line.startswith("pairs, worst first"))
    assert [line.split()[0] for line in lines[pairs + 1 : pairs + 4]] == ["A2:A3", "A1:A3", "A1:A2"]
    labels = next(at for at, line in enumerate(lines) if line.startswith("labels, worst first"))
    assert [line.split()[0] for line in lines[labels + 1 : labels + 4]] == ["ORG", "LOC", "PER"]
    at = lines.index("same borders, another label: line 1")
    assert lines[at + 1 : at + 5] == [
        "    Asha Juma yuko [Kisumu]",
        "    A1  LOC Kisumu",
        "    A2  LOC Kisumu",
        "    A3  ORG Kisumu",
    ]
    assert "somebody has nothing: line 6" in lines
    assert "    A3  -" in lines
    assert any("#" in line for line in lines)


def test_undefined_figures_are_told_with_their_reason(
    tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    path = columns("Asha O O\nyuko O O\n")
    out = " ".join(tonemark("agreement", "--conll", path).stdout.split())
    assert "Undefined (-), for nobody marked a span: fleiss entity, alpha entity, f1 A1:A2" in out
    found = told(tonemark, "--conll", path)
    assert found["fleiss"] == {"token": None, "token_tagged": None, "entity": None}
    assert found["undefined"]["fleiss.entity"] == "nobody marked a span"
    assert found["undefined"]["cohen.A1:A2.tagged"] == "no token has a tag other than O"
    assert found["type_share"] is None


@pytest.mark.parametrize("width", [40, 80, 100])
def test_every_line_fits_the_terminal(
    width: int, columns: Callable[..., Path], terminal: Callable[..., Any]
) -> None:
    """Wide letters, combining marks, long names, many labels."""
    rows = [
        f"{word} B-{label} O B-L{n}"
        for n in range(12)
        for word, label in (("ẹ̀kọ́" * 9, f"LABEL-{n}"), ("语言文字" * 8, "ሰላም"))
    ]
    path = columns("\n".join(rows) + "\n")
    term = terminal("agreement", "--conll", path, columns=width, lines=150)
    term.wait(lambda _: term.ended())
    lines = term.screen().splitlines()
    assert any("labels, worst first" in line for line in lines)
    # What did not fit would have been broken by the terminal, and begin at the left.
    assert all(cells(line) <= width for line in lines)
    assert sum(line.startswith(("F1 of a pair", "Kappa and", "Intervals")) for line in lines) == 3
