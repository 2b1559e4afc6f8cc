"""What is found in a project before a model is trained: each kind, where, and what stops it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from damaging import change
from making import run_here
from packages import install

from tonemark.corpus.project import read_project
from tonemark.corpus.shares import share_of
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.exchange.selecting import Selection
from tonemark.exchange.settings import Settings
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training.material import SCARCE, Asked, Example, material, sentence_of
from tonemark.training.preflight import places as kept_places
from tonemark.training.preflight.finding import Finding
from tonemark.training.preflight.findings import can_begin, check
from tonemark.training.preflight.survey import survey

Task = dict[str, Any]
NOTES = {
    *("parts", "one_label", "unused_labels", "without_spans", "rejected", "ignored"),
    *("unanswered", "without_gold", "annotators"),
}


def task(
    key: str, text: str, *spans: tuple[int, int, str], who: str = "amina", **more: Any
) -> Task:
    placed = [{"start": start, "end": end, "label": label} for start, end, label in spans]
    return {"key": key, "text": text, "spans": placed, "_annotator_id": who} | {
        "answer": "accept", **more,
    }  # fmt: skip


ENOUGH = [
    task(f"n{n}", f"Asha yuko Kisumu leo {n}", (0, 4, "PER"), (10, 16, "LOC")) for n in range(30)
]
"""Documents with which nothing is wrong."""


def made(folder: Path, *tasks: Task, labels: str = "PER,LOC", evaluation: float = 0.0) -> Path:
    """A project of these tasks."""
    project = folder / "p"
    assert run_here("new", project, "--lang", "sw", "--labels", labels).returncode == 0
    if tasks:
        path = folder / "in.jsonl"
        path.write_text("".join(f"{json.dumps(each)}\n" for each in tasks), encoding="utf-8")
        done = run_here("add", project, path)
        assert done.returncode == 0, done.stderr
    if evaluation:
        with_setting(project, "evaluation = 0.0", f"evaluation = {evaluation}")
    return project


def with_setting(project: Path, old: str, new: str) -> None:
    path = project / "project.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Any, Store]]:
    with closing(Store(folder / STORE_FILE)) as store:
        yield read_project(folder), store


def found(folder: Path, asked: Asked = Asked()) -> dict[str, Finding]:  # noqa: B008
    with opened(folder) as (project, store):
        told = check(project, store, asked)
    kinds = [each.kind for each in told]
    assert len(kinds) == len(set(kinds))
    for each in told:
        assert each.note == (each.kind in NOTES)
        assert each.words.endswith(".")
        assert not (each.note and each.stops)
        assert each.note or each.remedy
    return {each.kind: each for each in told}


def keys(finding: Finding) -> list[str]:
    return [place.key for place in finding.places]


def spoiling(findings: dict[str, Finding]) -> set[str]:
    return findings.keys() - NOTES


def test_nothing_is_wrong(tmp_path: Path) -> None:
    findings = found(made(tmp_path, *ENOUGH))
    assert findings.keys() == {"parts", "annotators"}
    assert can_begin(findings.values())
    assert "30 documents with 60 spans" in findings["parts"].words
    assert "None is kept to score on" in findings["parts"].words
    assert "All answers are of amina" in findings["annotators"].words


CASES: dict[str, tuple[list[Task], list[str], str]] = {
    "cutting": (
        [task("c", "Juma yuko", (0, 3, "PER")), task("d", "Juma yuko", (1, 4, "PER"))],
        ["c", "d"],
        "2 spans begin or end inside a token",
    ),
    "blank_edges": (
        [task("b", "Juma yuko", (0, 5, "PER")), task("e", "ni Juma", (2, 7, "PER"))],
        ["b", "e"],
        "2 spans have white space",
    ),
    "overlapping": (
        [task("o", "Gor Mahia leo", (0, 9, "PER"), (4, 9, "LOC"))],
        ["o"],
        "1 span overlaps another",
    ),
    "differing": (
        [task("d", "Ni Asha", (3, 7, "PER")), task("d", "Ni Asha", who="juma")],
        ["d"],
        "Annotators differ on 1 document",
    ),
    "unlike": (
        [task("u", "Ni  neema", (4, 9, "PER")), task("v", "ni Neema", (3, 8, "LOC"))],
        ["v"],
        "1 document has the same text as another",
    ),
    "scarce": ([task("s", "Mto Nile", (0, 8, "RIVER"))], ["s"], "1 label has under 20 examples"),
    "unknown_labels": (
        [task("s", "Mto Nile", (0, 8, "RIVER"))],
        ["s"],
        "not among the labels of the project, is RIVER (1 span)",
    ),
    "without_spans": ([task("w", "Leo ni leo")], ["w"], "in 1 document that was accepted"),
    "rejected": ([task("r", "zzz", answer="reject")], ["r"], "1 document was rejected"),
    "ignored": ([task("i", "zzz", answer="ignore")], ["i"], "1 document was ignored"),
    "unanswered": ([{"key": "n", "text": "Bado"}], ["n"], "1 document is not answered yet"),
}


@pytest.mark.parametrize("kind", CASES)
def test_what_is_found_and_where(kind: str, tmp_path: Path) -> None:
    tasks, places, words = CASES[kind]
    findings = found(made(tmp_path, *ENOUGH, *tasks))
    assert words in findings[kind].words
    assert keys(findings[kind]) == places
    assert can_begin(findings.values())
    beside = {"cutting": {"unlike"}, "scarce": {"unknown_labels"}, "unknown_labels": {"scarce"}}
    assert spoiling(findings) == ({kind} | beside.get(kind, set())) - NOTES


def test_spans_may_overlap_where_the_project_says_so(tmp_path: Path) -> None:
    folder = made(tmp_path, *ENOUGH, *CASES["overlapping"][0])
    with_setting(folder, "overlapping = false", "overlapping = true")
    assert "overlapping" not in found(folder)


def test_spans_that_touch_do_not_overlap(tmp_path: Path) -> None:
    touching = task("k", "Asha, leo", (0, 4, "PER"), (4, 5, "LOC"))
    assert not spoiling(found(made(tmp_path, *ENOUGH, touching)))


def test_a_span_may_cut_a_token_and_have_a_blank_edge(tmp_path: Path) -> None:
    """It is named under both, as `check` of a file does."""
    findings = found(made(tmp_path, *ENOUGH, task("k", "Juma yuko", (2, 5, "PER"))))
    assert keys(findings["cutting"]) == keys(findings["blank_edges"]) == ["k"]


def test_a_place_opens_as_whoever_said_it(tmp_path: Path) -> None:
    gold = {"_gold": {"reviewer": "rosa", "decisions": [], "cites": []}}
    folder = made(
        tmp_path, *ENOUGH,
        task("a", "Juma yuko", (0, 3, "PER"), who="juma"),
        task("b", "Juma pia", (0, 3, "PER"), who="rosa", **gold),
        task("r", "x", answer="reject", who="juma"),
        task("q", "y", answer="reject", who="rosa", **gold),
        task("d", "Ni Asha", (3, 7, "PER")), task("d", "Ni Asha", who="juma"),
    )  # fmt: skip
    findings = found(folder)
    opens = {
        kind: [(place.key, place.by, place.opens) for place in findings[kind].places]
        for kind in ("cutting", "rejected", "differing")
    }
    assert opens["cutting"] == [("a", "juma", "annotate"), ("b", "", "review")]
    assert opens["rejected"] == [("r", "juma", "annotate"), ("q", "", "review")]
    assert opens["differing"] == [("d", "", "review")]
    place = findings["cutting"].places[0]
    assert (place.start, place.end) == (0, 3)
    assert place.what == "0-3 'Jum' PER ends inside a token"


def test_answers_that_are_not_all_in_are_no_reviewers_yet(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    run_here("new", folder, "--lang", "sw", "--labels", "PER", "--overlap", "3")
    two = [task("d", "Ni Asha", (3, 7, "PER")), task("d", "Ni Asha", who="juma")]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in two), encoding="utf-8")
    run_here("add", folder, path)
    (place,) = found(folder)["differing"].places
    assert place.opens == "annotate"


STOPPED: dict[str, tuple[list[Task], Asked, str]] = {
    "no_documents": ([], Asked(), "The project has no documents."),
    "no_answers": ([{"key": "a", "text": "b"}], Asked(), "Nobody has answered any of the 1 doc"),
    "no_spans": ([task("a", "b"), task("c", "d")], Asked(), "no span in the 2 documents"),
    "no_annotator": ([task("a", "b")], Asked(annotator="juma"), '"juma" has no answers'),
    "no_label": (ENOUGH, Asked(labels=("PER", "PERS")), "PERS is no label of the project"),
    "one_text": ([ENOUGH[0], ENOUGH[0] | {"key": "again"}], Asked(), "There is one text"),
    "nothing_left": (
        [task("a", "b", answer="ignore"), task("c", "d", answer="reject")],
        Asked(),
        "none is left to learn from: 1 ignored, 1 rejected.",
    ),
}


@pytest.mark.parametrize("kind", STOPPED)
def test_what_stops_a_training(kind: str, tmp_path: Path) -> None:
    tasks, asked, words = STOPPED[kind]
    findings = found(made(tmp_path, *tasks), asked)
    assert words in findings[kind].words
    assert [each.kind for each in findings.values() if each.stops] == [kind]
    assert not can_begin(findings.values())


@pytest.mark.parametrize(
    ("tasks", "asked", "remedy"),
    [
        ([task("d", "Ni", (0, 2, "PER")), task("d", "Ni", who="b")], Asked(), "tonemark review"),
        (ENOUGH, Asked(gold=True), "leave --gold out"),
        ([task("d", "Ni", answer="ignore")], Asked(), "Accept what can be labelled"),
    ],
)
def test_where_nothing_is_left_it_is_said_what_to_do(
    tasks: list[Task], asked: Asked, remedy: str, tmp_path: Path
) -> None:
    assert remedy in found(made(tmp_path, *tasks), asked)["nothing_left"].remedy


def test_a_tokenizer_that_vanished_stops_it_and_the_rest_is_found(tmp_path: Path) -> None:
    tasks = [*ENOUGH, *CASES["cutting"][0], *CASES["blank_edges"][0]]
    folder = made(tmp_path, *tasks)
    with_setting(folder, 'tokenizer = "sw"', 'tokenizer = "gone:away"')
    findings = found(folder)
    assert findings["tokenizer"].stops
    assert "gone:away" in findings["tokenizer"].words
    assert "tonemark tokenizers use" in findings["tokenizer"].remedy
    assert "cutting" not in findings
    assert keys(findings["blank_edges"]) == ["b", "e"]


@pytest.mark.parametrize("code", ["import not_there", "def make():\n    raise ValueError('no')\n"])
def test_a_tokenizer_that_cannot_be_loaded_is_the_same(
    code: str, tmp_path: Path, site: Path
) -> None:
    """It is installed as far as one can see; its code is run when the first tokens are needed."""
    install(site, "broken", {"broken": "broken_tokens:make"}, {"broken_tokens": code})
    folder = made(tmp_path, *ENOUGH, *CASES["cutting"][0])
    with_setting(folder, 'tokenizer = "sw"', 'tokenizer = "broken"')
    findings = found(folder)
    assert findings["tokenizer"].stops
    assert "broken" in findings["tokenizer"].words
    assert "cutting" not in findings
    assert "32 documents" in findings["parts"].words


def test_one_damaged_document_stops_nothing(tmp_path: Path) -> None:
    folder = made(tmp_path, *ENOUGH, *CASES["blank_edges"][0])
    change(folder, "UPDATE spans SET end_char = 9999 WHERE annotation = 3",
           "UPDATE documents SET meta = '[' WHERE id = 5")  # fmt: skip
    findings = found(folder)
    assert findings["damaged"].count == 2
    assert keys(findings["damaged"]) == ["n2", "n4"]
    assert "30 documents" in findings["parts"].words
    assert keys(findings["blank_edges"]) == ["b", "e"]
    assert can_begin(findings.values())


# Parts


@pytest.mark.parametrize("teach", [SCARCE - 1, SCARCE])
def test_labels_are_scarce_by_what_teaches(teach: int, tmp_path: Path) -> None:
    """Those in the evaluation share teach nothing."""
    share = 0.5
    inside = [n for n in range(200) if share_of(f"Asha {n}") < share]
    outside = [n for n in range(200) if share_of(f"Asha {n}") >= share]
    tasks = [task(f"k{n}", f"Asha {n}", (0, 4, "PER")) for n in (*inside[:30], *outside[:teach])]
    findings = found(made(tmp_path, *tasks, evaluation=share))
    assert ("scarce" in findings) == (teach < SCARCE)
    assert teach >= SCARCE or f"PER {teach}." in findings["scarce"].words
    assert f"To learn from: {teach} documents" in findings["parts"].words
    assert "To score on (evaluation = 0.5): 30 documents" in findings["parts"].words
    assert "rough" in findings["parts"].remedy


def test_where_all_is_kept_to_score_on_nothing_can_be_learnt(tmp_path: Path) -> None:
    findings = found(made(tmp_path, *ENOUGH, evaluation=1.0))
    assert findings["no_training"].stops


def pieces(of: str, *texts: str) -> list[Task]:
    """The pieces of one text, each a document."""
    found, offset, length = [], 0, sum(map(len, texts)) + len(texts) - 1
    for text in texts:
        before = {"before": " "} if offset else {}
        piece = {"of": of, "offset": offset, "length": length, **before}
        found.append(task(f"{of}@{offset}", text, (0, 4, "PER"), _piece=piece))
        offset += len(text) + 1
    return found


def test_equal_pieces_of_texts_in_two_parts_are_named(tmp_path: Path) -> None:
    """Equal texts fall in one part, but the pieces of a text go where their source goes."""
    low = next(f"s{n}" for n in range(99) if share_of(f"s{n}") < 0.5)
    high = next(f"s{n}" for n in range(99) if share_of(f"s{n}") >= 0.5)
    tasks = [*pieces(low, "Asha pia", "Juma a"), *pieces(high, "asha  PIA", "Juma b")]
    findings = found(made(tmp_path, *ENOUGH, *tasks, evaluation=0.5))
    assert keys(findings["in_both"]) == [f"{high}@0"]
    assert findings["in_both"].places[0].what == f"the text of {low}@0 again"
    assert "unlike" not in findings


def test_a_text_that_is_there_whole_and_in_pieces_is_named(tmp_path: Path) -> None:
    name, text = next(
        (f"s{n}", f"Asha {n} Juma")
        for n in range(99)
        if (share_of(f"s{n}") < 0.5) != (share_of(f"Asha {n} Juma") < 0.5)
    )
    whole = task(name, text, (0, 4, "PER"))
    first, second = text.rsplit(" ", 1)
    folder = made(tmp_path, *ENOUGH, whole, *pieces(name, first, second), evaluation=0.5)
    findings = found(folder)
    assert findings["pieces_in_both"].count == 1
    assert name in findings["pieces_in_both"].places[0].what


def test_what_was_asked_for_is_what_is_looked_at(tmp_path: Path) -> None:
    tasks = [*ENOUGH, *CASES["overlapping"][0], *CASES["unlike"][0]]
    folder = made(tmp_path, *tasks, task("j", "Leo ni leo", who="juma"))
    only = found(folder, Asked(labels=("PER",)))
    assert "overlapping" not in only
    assert "All spans to learn from are PER" in only["one_label"].words
    assert found(folder, Asked(annotator="juma")).keys() >= {"no_spans", "unanswered"}


def test_several_annotators_are_counted(tmp_path: Path) -> None:
    two = [task("d", "Ni Asha", (3, 7, "PER"), who=who) for who in ("amina", "juma")]
    words = found(made(tmp_path, *ENOUGH, *two))["annotators"].words
    assert words == "2 annotators answered: amina 31, juma 1; 1 document has several answers."


def test_places_are_kept_up_to_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_places, "KEPT", 3)
    tasks = [task(f"k{n}", f"Juma yuko {n}", (0, 3, "PER")) for n in range(9)]
    finding = found(made(tmp_path, *tasks))["cutting"]
    assert (finding.count, len(finding.places)) == (9, 3)


# The same as what trains and what is exported


def test_what_is_counted_is_what_trains(tmp_path: Path) -> None:
    """Documents, parts, labels, what is left out, and the spans that cannot be learnt."""
    tasks = [each for case in CASES.values() for each in case[0]]
    unique = [each | {"key": f"{n}-{each['key']}"} for n, each in enumerate(tasks)]
    folder = made(tmp_path, *ENOUGH, *unique, evaluation=0.3)
    with opened(folder) as (project, store):
        looked = survey(project, store, Asked())
        tokenizer = load_tokenizer("sw")
        trains = material(project, store, Asked(), tokenizer)
        selection = Selection(store, tokenizer, Settings())
        exported = sum(1 for _ in selection.rows())
    for part, examples in ((looked.training, trains.train), (looked.evaluation, trains.evaluation)):
        assert part.documents == len(examples)
        assert part.labels == _labels(examples)
    assert looked.training.documents + looked.evaluation.documents == exported
    left = {reason: places.count for reason, places in looked.left_out.items()}
    assert left == dict(trains.left_out)
    cut = [span for each in (*trains.train, *trains.evaluation) for span in sentence_of(each)[1]]
    assert len(cut) == looked.cutting.count + looked.blank_edges.count == 4


def _labels(examples: Iterable[Example]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in examples:
        for span in each.spans:
            counts[span.label] = counts.get(span.label, 0) + 1
    return counts
