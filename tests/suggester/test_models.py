"""What a pipeline suggests ahead of the annotators: which one, from where, for which documents."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from packages import install
from pipelines import NAME, made_model, plug_pipeline
from suggesters import until
from suggesting_models import Work, step_through, suggested

from tonemark.corpus.desk import Desk
from tonemark.corpus.model_suggestions import LIKELY
from tonemark.corpus.produced import PIPELINE, produced_at_fault
from tonemark.corpus.project import Project, set_model
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.suggester.model_worker import found_by
from tonemark.suggester.modelling import Modelling
from tonemark.training import suggesting
from tonemark.training.runs.trusted import digest_of, is_trusted, trust
from tonemark.training.suggesting import FIXED, pipeline_named


@pytest.fixture
def work(models_at_work: Work) -> Work:
    return models_at_work


def named_again(work: Modelling, folder: Path, model: str) -> None:
    project: Project = set_model(folder, model)
    work.use(project, tokenizer_of(project, loads_code=False))


def test_an_installed_pipeline_suggests_what_the_project_has_labels_for(
    work: Work, site: Path
) -> None:
    plug_pipeline(site)
    store, made = work("Asha na Juma", "Voi leo", "kwa Ashanti")
    step_through(made)
    source = (f"model:{NAME}",)
    assert suggested(store, 1) == [("Asha", "PER", source, FIXED), ("Juma", "PER", source, FIXED)]
    assert suggested(store, 2) == []
    assert made.left_out == {"CITY": 1}
    assert "CITY 1" in made.said
    assert made.made == 3
    assert not made.step()


def test_what_it_suggests_is_shown_and_doubtful() -> None:
    assert LIKELY <= FIXED < 0.75


@pytest.mark.usefixtures("processes")
def test_a_model_of_the_project_suggests_once_it_is_trusted(work: Work) -> None:
    store, made = work("Asha leo", model="model-1", before=made_model)
    step_through(made)
    assert made.trouble
    assert "not trained by you" in made.trouble.title
    assert "tonemark model DIR model-1" in made.trouble.remedy
    assert suggested(store, 1) == []
    trust(store.path.parent / "models" / "model-1" / "pipeline")
    made._pause = 0.0
    until(lambda: made.step() or made._underway)
    step_through(made)
    assert made.trouble is None
    assert suggested(store, 1) == [("Asha", "PER", ("model:model-1",), FIXED)]


def test_a_model_that_was_changed_is_not_the_one_that_was_trusted(work: Work) -> None:
    def before(folder: Path) -> None:
        path = made_model(folder) / "pipeline"
        trust(path)
        (path / "config.cfg").write_text((path / "config.cfg").read_text() + "\n")

    store, made = work("Asha leo", model="model-1", before=before)
    step_through(made)
    assert made.trouble
    assert made._child is None
    assert suggested(store, 1) == []


def test_what_taught_a_model_gets_none_of_its_suggestions_nor_what_is_equal(work: Work) -> None:
    def before(folder: Path) -> None:
        trust(made_model(folder, "model-1", "Asha  LEO") / "pipeline")

    store, made = work("Asha leo", "Asha jana", "asha leo", model="model-1", before=before)
    step_through(made)
    assert [len(suggested(store, number)) for number in (1, 2, 3)] == [0, 1, 0]


def test_a_score_that_is_not_told_is_the_precision_of_the_label(work: Work) -> None:
    def before(folder: Path) -> None:
        by_label = {"PER": {"right": 9, "found": 10, "gold": 20}, "X": {"right": 3, "found": 2}}
        trust(made_model(folder, "model-1", by_label=by_label) / "pipeline")

    store, made = work("Asha leo", model="model-1", before=before)
    step_through(made)
    assert suggested(store, 1) == [("Asha", "PER", ("model:model-1",), 0.9)]


def test_documents_that_somebody_has_opened_are_left_alone(work: Work, site: Path) -> None:
    plug_pipeline(site)
    store, made = work("Asha leo", "Asha jana")
    theirs = Store(store.path)
    desk = Desk(made.project, theirs, "amina", made.tokenizer)
    assert desk.open_document(1)
    step_through(made)
    desk.close()
    theirs.close()
    assert [len(suggested(store, number)) for number in (1, 2)] == [0, 1]


def test_another_model_takes_back_what_the_one_before_suggested(work: Work, site: Path) -> None:
    plug_pipeline(site)
    store, made = work("Asha leo", "Juma jana", before=lambda f: trust(made_model(f) / "pipeline"))
    step_through(made)
    assert [len(suggested(store, number)) for number in (1, 2)] == [1, 1]
    named_again(made, store.path.parent, "model-1")
    step_through(made)
    assert [each[2] for each in suggested(store, 1)] == [("model:model-1",)]
    assert suggested(store, 2) == []
    named_again(made, store.path.parent, "")
    step_through(made)
    assert suggested(store, 1) == []
    assert not made.is_wanted()


BREAKS = """
from spacy.language import Language
import os

@Language.component("tests_breaks")
def breaks(doc):
    if "kaboom" in doc.text:
        os._exit(3)
    if "boom" in doc.text:
        raise ValueError("boom")
    return doc

def changed(nlp):
    nlp.add_pipe("tests_breaks")
    return nlp
"""


@pytest.mark.usefixtures("processes")
def test_a_text_at_which_it_fails_has_no_suggestions_and_the_rest_has(
    work: Work, site: Path
) -> None:
    plug_pipeline(site, BREAKS)
    store, made = work("Asha boom", "Asha kaboom", "Asha leo")
    step_through(made)
    assert [len(suggested(store, number)) for number in (1, 2, 3)] == [0, 0, 1]
    count, first = produced_at_fault(store, PIPELINE)
    assert count == 2
    assert "boom" in first[0]


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("raise RuntimeError('no weights')", "no weights"),
        ("import os; os._exit(4)", "exit code 4"),
    ],
)
def test_a_pipeline_that_cannot_be_loaded_says_so(
    work: Work, site: Path, more: str, words: str
) -> None:
    plug_pipeline(site, more)
    _, made = work("Asha leo")
    step_through(made)
    assert made.trouble
    assert words in made.trouble.title
    assert made._child is None


def test_a_text_that_the_pipeline_changes_gets_nothing() -> None:
    import spacy

    nlp = spacy.blank("xx")
    nlp.make_doc = lambda text: spacy.tokens.Doc(nlp.vocab, words=["other"])  # type: ignore[method-assign]
    assert "fault" in found_by(nlp, "Asha leo")


def test_spans_of_groups_have_the_scores_beside_them_and_offsets_are_code_points() -> None:
    import spacy
    from spacy.tokens import Span

    nlp = spacy.blank("xx")
    text = "😀 Asha \u0061\u0301 na"

    def grouped(doc: spacy.tokens.Doc) -> spacy.tokens.Doc:
        doc.spans["sc"] = [Span(doc, 1, 2, "PER"), Span(doc, 1, 3, "LOC")]
        doc.spans["sc"].attrs["scores"] = [0.9, 1.5]
        return doc

    made = grouped(nlp.make_doc(text))
    nlp.make_doc = lambda text: made  # type: ignore[method-assign]
    start = text.index("Asha")
    assert found_by(nlp, text)["spans"] == [
        [start, start + 4, "PER", 0.9],
        [start, start + 7, "LOC", 1.0],
    ]


def test_spans_that_cut_a_token_of_the_projects_are_left_out(work: Work, site: Path) -> None:
    plug_pipeline(site)
    store, made = work("Asha leo")
    made._pipeline = suggesting.Pipeline("p", "1")
    document = store.document(1)
    tokens = made.tokenizer.tokenize(document.text)  # type: ignore[union-attr]
    answer = {"spans": [[0, 3, "PER", 0.9], [0, 4, "PER", 0.91234], [1, 4, "PER", 0.9],
                        [0, 8, "DATE", None], [0, 0, "PER", 1]]}  # fmt: skip
    found = made._made(document, tokens, answer)
    assert [(each.start, each.end, each.score) for each in found.suggestions] == [
        (0, 4, 0.9123), (0, 8, FIXED)
    ]  # fmt: skip
    assert made.cut == 3


# Which may be loaded


def test_what_a_model_is_known_by_is_all_that_is_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    (folder / "ner").mkdir(parents=True)
    (folder / "config.cfg").write_text("a")
    (folder / "ner" / "model").write_bytes(b"\0" * 9)
    known = digest_of(folder)
    copy = tmp_path / "copy"
    copy.mkdir()
    assert digest_of(folder, copy) == known == digest_of(copy)
    assert not is_trusted(known)
    assert trust(folder) == known
    assert is_trusted(known)
    moved = tmp_path / "moved"
    shutil.move(folder, moved)
    assert digest_of(moved) == known
    for change in (
        lambda: (moved / "ner" / "model").write_bytes(b"\0" * 8 + b"1"),
        lambda: (moved / "ner" / "model").rename(moved / "model"),
        lambda: (moved / "new").write_bytes(b""),
    ):
        change()
        assert digest_of(moved) != known
        known = digest_of(moved)


@pytest.mark.parametrize("kind", ["missing", "empty", "link", "pipe", "folder link"])
def test_what_is_no_folder_of_files_is_no_model(tmp_path: Path, kind: str) -> None:
    import os

    folder = tmp_path / "m"
    if kind != "missing":
        folder.mkdir()
    if kind == "link":
        (folder / "config.cfg").symlink_to("/etc/hosts")
    if kind == "pipe":
        os.mkfifo(folder / "config.cfg")
    if kind == "folder link":
        (folder / "vocab").symlink_to("/etc")
    with pytest.raises(TonemarkError, match="cannot be read"):
        digest_of(folder)


def test_the_list_is_the_users_own_and_damage_of_it_trusts_nothing(tmp_path: Path) -> None:
    from tonemark.training.runs.trusted import _list

    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "a").write_text("a")
    digest = trust(folder)
    assert _list().stat().st_mode & 0o777 == 0o600
    for damage in ("[]", "{", "null", json.dumps([digest]), "\udcff".encode("utf-8", "replace")):
        data = damage if isinstance(damage, bytes) else damage.encode()
        _list().write_bytes(data)
        assert not is_trusted(digest)
    trust(folder)
    assert is_trusted(digest)


def test_a_name_that_is_no_pipeline_says_why(tmp_path: Path, site: Path) -> None:
    install(site, "tests-other", {"x": "tests_other:X"}, {"tests_other": "raise SystemExit"})
    for name, words in {
        "tests_other": "is no spaCy pipeline",
        "tests-other": "is no spaCy pipeline",
        "regex": "is no spaCy pipeline",
        "nowhere": "no spaCy pipeline of that name",
        "model-7": 'no model "model-7"',
    }.items():
        with pytest.raises(TonemarkError, match=words):
            pipeline_named(tmp_path, name)


def test_labels_of_an_installed_pipeline_are_told_without_its_code(site: Path) -> None:
    plug_pipeline(site, "raise SystemExit")
    (found,) = [each for each in suggesting.installed() if each.name == NAME]
    assert suggesting.of_package(found) == suggesting.Pipeline(NAME, "1.2", ("CITY", "PER"))
    (site / NAME / "meta.json").write_text("[")
    assert suggesting.of_package(found).labels == ()


def test_the_suggester_lets_a_model_suggest(
    project: Callable[..., Path], started: Callable[..., object], site: Path
) -> None:
    from tonemark.suggester.place import Place

    plug_pipeline(site)
    folder = project("Asha leo", tokenizer="general")
    set_model(folder, NAME)
    place = Place(folder)
    place.make()
    needed = place.need()
    started(folder)
    store = Store(folder / STORE_FILE)
    until(lambda: suggested(store, 1))
    store.close()
    import os

    os.close(needed)
