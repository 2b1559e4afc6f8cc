"""The learner in a spaCy pipeline: what it sets and leaves, and that it comes back the same."""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from taught import found_afresh

from tonemark.training.learner.learning import Learner, Sentence, learn
from tonemark.training.pipeline.component import CONFIDENCE, FACTORY, SPANS_KEY, blank_copy
from tonemark.training.pipeline.joined import FACTORY as JOINED

NAMES = ("Asha", "Juma", "Neema", "Baraka", "Zuri", "Imani")
PLACES = ("Kisumu", "Mwanza", "Arusha", "Lamu", "Tanga")

TEXTS = {
    "one space": "Asha yuko Kisumu leo .",
    "blanks of all kinds": "  Asha   yuko\tKisumu\n\nleo .  ",
    "a no-break space": "Asha\u00a0yuko Kisumu leo .",
    "nothing": "",
    "white space alone": " \n ",
    "nothing to find": "leo ni siku .",
}


@cache
def learner(overlapping: bool = False) -> Learner:
    sentences = []
    for number, name in enumerate(NAMES * 5):
        place = PLACES[number % len(PLACES)]
        spans = [(0, 1, "PER"), (2, 3, "LOC")] + [(0, 3, "VISIT")] * overlapping
        sentences.append(Sentence((name, "yuko", place, "leo", "."), tuple(spans)))
    return learn(sentences, overlapping=overlapping)


def pipeline(overlapping: bool = False, **more: Any) -> Language:
    config = {"nlp": {"tokenizer": {"@tokenizers": "tonemark.tokenizer.v1", "name": "general"}}}
    nlp = spacy.blank("xx", config=config)
    pipe: Any = nlp.add_pipe(FACTORY, config={"overlapping": overlapping, **more})
    pipe.learner = learner(overlapping)
    return nlp


def said(doc: Doc) -> list[tuple[int, int, str, float]]:
    """What is set on a Doc, with how likely it is."""
    found = [(e.start_char, e.end_char, e.label_, e._.get(CONFIDENCE)) for e in doc.ents]
    if SPANS_KEY in doc.spans:
        group = doc.spans[SPANS_KEY]
        scores = group.attrs["scores"]
        assert len(scores) == len(group)
        found += [
            (e.start_char, e.end_char, e.label_, score)
            for e, score in zip(group, scores, strict=True)
        ]
    return found


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("overlapping", [False, True])
def test_it_finds_what_the_learner_finds_in_the_tokens_that_are_not_white_space(
    text: str, overlapping: bool
) -> None:
    doc = pipeline(overlapping)(text)
    words = text.split()
    found = learner(overlapping).tag(words).found
    told = said(doc)
    assert [(text[start:end].split(), label) for start, end, label, _ in told] == [
        (words[each.start : each.end], each.label) for each in found
    ]
    assert [score for *_, score in told] == pytest.approx([each.score for each in found])
    assert told or "Asha" not in text


def test_entities_that_are_there_stay() -> None:
    doc = pipeline()(Doc(spacy.blank("xx").vocab, words=["Asha", "yuko", "Kisumu", "leo", "."]))
    assert {each.label_ for each in doc.ents} == {"PER", "LOC"}
    nlp = pipeline()
    ruler: Any = nlp.add_pipe("entity_ruler", before=FACTORY)
    ruler.add_patterns([{"label": "PAIR", "pattern": "yuko Kisumu"}])
    doc = nlp("Asha yuko Kisumu leo .")
    assert [(each.text, each.label_) for each in doc.ents] == [
        ("Asha", "PER"), ("yuko Kisumu", "PAIR"),
    ]  # fmt: skip
    assert [each._.get(CONFIDENCE) is None for each in doc.ents] == [False, True]


@pytest.mark.parametrize("overlapping", [False, True])
def test_it_comes_back_the_same(tmp_path: Path, overlapping: bool) -> None:
    nlp = pipeline(overlapping)
    before = [said(nlp(text)) for text in TEXTS.values()]
    nlp.to_disk(tmp_path / "m")
    pipe: Any = nlp.get_pipe(FACTORY)
    again = pickle.loads(pickle.dumps(pipe))
    assert again.learner.to_bytes() == pipe.learner.to_bytes()
    blank = pipeline(overlapping)
    other: Any = blank.get_pipe(FACTORY)
    other.learner = None
    for made in (spacy.load(tmp_path / "m"), blank.from_bytes(nlp.to_bytes())):
        assert [said(made(text)) for text in TEXTS.values()] == before


def test_it_comes_back_the_same_in_another_process(tmp_path: Path) -> None:
    texts = [*TEXTS.values()]
    made = [pipeline(), pipeline(overlapping=True)]
    before = [[[each[:3] for each in said(nlp(text))] for text in texts] for nlp in made]
    paths = [tmp_path / "flat", tmp_path / "overlapping"]
    for nlp, path in zip(made, paths, strict=True):
        nlp.to_disk(path)
    assert found_afresh(paths, texts) == before


def test_how_likely_is_kept_with_the_doc() -> None:
    nlp = pipeline()
    doc = nlp(TEXTS["one space"])
    again = Doc(nlp.vocab).from_bytes(doc.to_bytes())
    assert said(again) == said(doc)
    assert all(0 < score <= 1 for *_, score in said(doc))


def test_the_loop_of_spacy_teaches_it() -> None:
    nlp = pipeline()
    pipe: Any = nlp.get_pipe(FACTORY)
    pipe.learner = None
    examples = []
    for name in NAMES * 3:
        doc = nlp.make_doc(f"{name}  yuko Lamu leo .")
        assert [token.text for token in doc][:2] == [name, " "]
        gold = blank_copy(doc)
        gold.set_ents([Span(gold, 0, 1, "PER")], default="outside")
        examples.append(Example(doc, gold))
    nlp.initialize(lambda: examples)
    assert pipe.labels == ("PER",)
    scores = nlp.evaluate(examples)
    assert scores["ents_f"] == 1.0
    assert nlp.evaluate(examples)["ents_per_type"].keys() == {"PER"}


def test_joined_of_a_network_that_has_learnt_nothing() -> None:
    nlp = pipeline()
    nlp.remove_pipe(FACTORY)
    network: Any = nlp.add_pipe("ner")
    for label in ("PER", "LOC"):
        network.add_label(label)
    nlp.initialize()
    pipe: Any = nlp.add_pipe(JOINED, config={"weight": 0.0, "least": 0.35})
    pipe.learner = learner()
    nlp.disable_pipe("ner")
    for text in TEXTS.values():
        assert [each[:3] for each in said(nlp(text))] == [
            each[:3] for each in said(pipeline()(text))
        ]
    again = pickle.loads(pickle.dumps(nlp))
    assert said(again(TEXTS["one space"])) == said(nlp(TEXTS["one space"]))
