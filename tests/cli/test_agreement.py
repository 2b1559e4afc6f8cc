"""`agreement` on files of tag columns and on projects: its figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agreeing import (
    ASHA,
    ASHA_JUMA,
    COLUMNS,
    WANTED,
    Tonemark,
    figures,
    record,
    three,
    told,
)
from making import given

from tonemark.corpus.documents import pack_tokens
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.tokenizers.base import Token


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


def test_what_others_accepted_is_not_called_accepted_by_nobody(
    tonemark: Tonemark, project: Callable[..., Path]
) -> None:
    folder = project(
        record(1, "Asha yuko", given("A1", ASHA), given("A2", ASHA)),
        record(2, "Asha yupo", given("A3", ASHA), given("A4", ASHA)),
        record(3, "Asha yumo", given("A1", ASHA), given("A4", ASHA)),
        overlap=2,
    )
    out = " ".join(tonemark("agreement", folder, "--annotators", "A1,A2").stdout.split())
    assert "left out: 1 document that none of them accepted" in out
    assert "left out: 1 document that one of them alone accepted" in out


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


def test_nothing_is_written(tonemark: Tonemark, project: Callable[..., Path]) -> None:
    folder = three(project)
    before = (folder / STORE_FILE).read_bytes()
    tonemark("agreement", folder)
    assert (folder / STORE_FILE).read_bytes() == before
