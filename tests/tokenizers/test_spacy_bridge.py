"""Tonemark's tokenizers as spaCy's: exact text, kept on disk, found without being imported."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from packages import install
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from tonemark.errors import TonemarkError
from tonemark.tokenizers.bridges.spacing import spaced_numbers, with_gaps
from tonemark.tokenizers.bridges.spacy_bridge import SpacyBridge
from tonemark.tokenizers.registry import load_tokenizer

TEXTS = [
    "Ẹ̀kọ́.  ሰላም፡ኢትዮጵያ። ng'ombe\r\n",
    " \t Dar es  Salaam\xa0! \u200d\x00",
    "",
    "   ",
    "Vaj-Pov 👩\u200d👧",
]
NASTY = st.text(
    st.one_of(
        st.sampled_from(
            " \t\n\r\x00\x1c\x85\xa0\xad\u2028\u200b\u200d\u3000\u0301\ufeff'.,-aẹ፡𞤀👩"
        ),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=40,
)


def blank(name: str = "general") -> Language:
    tokenizer = {"@tokenizers": "tonemark.tokenizer.v1", "name": name}
    return spacy.blank("xx", config={"nlp": {"tokenizer": tokenizer}})


def words(nlp: Language, texts: list[str] = TEXTS) -> list[list[tuple[str, str]]]:
    return [[(token.text, token.whitespace_) for token in nlp(text)] for text in texts]


GENERAL = blank()
SPACYS_OWN = spacy.blank("xx")


@given(NASTY)
def test_the_text_of_the_doc_is_the_text(text: str) -> None:
    doc = GENERAL(text)
    assert doc.text == text
    tokens = load_tokenizer("general").tokenize(text)
    numbers = spaced_numbers(with_gaps(text, tokens))
    assert [(doc[at].idx, doc[at].idx + len(doc[at])) for at in numbers] == tokens
    rest = set(range(len(doc))) - set(numbers)
    assert all(doc[at].is_space for at in rest)


@given(st.text(st.sampled_from("ab \t\n\xa0"), max_size=12))
def test_white_space_is_where_spacys_own_tokenizers_have_it(text: str) -> None:
    assert words(GENERAL, [text]) == words(SPACYS_OWN, [text])


def test_a_word_with_a_space_is_one_token(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text('[phrases]\nwords = ["Dar es Salaam"]\n')
    doc = blank(str(profile))("Yuko Dar  es Salaam.")
    assert [token.text for token in doc] == ["Yuko", "Dar  es Salaam", "."]
    assert doc.char_span(5, 19).text == "Dar  es Salaam"


def test_half_a_surrogate_pair_is_refused_in_words() -> None:
    with pytest.raises(TonemarkError, match=r"character at 2 is half of a surrogate pair \(U\+D8"):
        GENERAL("ab\ud800")


def test_it_goes_through_disk_bytes_pickle_and_processes(tmp_path: Path) -> None:
    nlp = blank("yo")
    expected = words(nlp)
    nlp.to_disk(tmp_path / "model")
    assert words(spacy.load(tmp_path / "model")) == expected
    assert words(blank("general").from_bytes(nlp.to_bytes())) == expected
    copy = pickle.loads(pickle.dumps(nlp))
    assert words(copy) == expected
    assert copy.tokenizer.vocab is copy.vocab
    for docs in (nlp.pipe(TEXTS), nlp.pipe(TEXTS, n_process=2)):
        assert [[(t.text, t.whitespace_) for t in doc] for doc in docs] == expected


def test_a_model_carries_a_profile_whose_file_is_gone(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    profile = tmp_path / "there" / "mine.toml"
    profile.write_text('version = 2\n[words]\njoin = "-"\n[phrases]\nfiles = ["more.txt"]\n')
    profile.with_name("more.txt").write_text("New York\n")
    nlp = blank(str(profile))
    texts = ["Vaj-Pov wa New York."]
    expected = words(nlp, texts)
    assert expected[0][0] == ("Vaj-Pov", " ")
    nlp.to_disk(tmp_path / "model")
    shutil.rmtree(tmp_path / "there")
    loaded = spacy.load(tmp_path / "model")
    assert words(loaded, texts) == expected
    assert words(pickle.loads(pickle.dumps(loaded)), texts) == expected
    loaded.to_disk(tmp_path / "again")
    assert words(spacy.load(tmp_path / "again"), texts) == expected


def test_a_wrong_name_ends_training_before_it_begins() -> None:
    nlp = blank("genral")
    with pytest.raises(TonemarkError, match="genral"):
        nlp.initialize()


def test_a_plug_in_is_found_by_its_name(site: Path, tmp_path: Path) -> None:
    code = (
        "class Words:\n  name, version = 'x', '1'\n"
        "  def tokenize(self, text): return [(0, len(text))]"
    )
    install(site, "tests-words", {"words": "tests_words:Words"}, {"tests_words": code})
    nlp = blank("words")
    assert words(nlp, ["a b"]) == [[("a b", "")]]
    nlp.to_disk(tmp_path / "model")
    assert words(spacy.load(tmp_path / "model"), ["a b"]) == [[("a b", "")]]


def test_it_is_scored_as_spacys_own() -> None:
    reference = Doc(GENERAL.vocab, words=["Yuko", "Nairobi."], spaces=[True, False])
    example = Example(GENERAL.make_doc("Yuko Nairobi."), reference)
    assert GENERAL.tokenizer.score([example])["token_p"] == pytest.approx(1 / 3)


def test_a_packaged_model_asks_for_tonemark() -> None:
    """What `spacy package` writes into the requirements, by where the functions come from."""
    from spacy.cli.package import get_third_party_dependencies

    (needed,) = get_third_party_dependencies(GENERAL.config)
    assert needed.startswith("tonemark>=")


def loaded_by(code: str) -> set[str]:
    code += "\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_it_brings_nothing_but_the_tokenizers() -> None:
    """spaCy imports click itself, for its own command line: no more than that may be there."""
    without = loaded_by("import spacy; spacy.blank('xx')('a b')")
    by_bridge = loaded_by(
        "import spacy\nnlp = spacy.blank('xx', config={'nlp': {'tokenizer': "
        "{'@tokenizers': 'tonemark.tokenizer.v1', 'name': 'yo'}}})\nnlp('a b')"
    )
    tops = {name.split(".")[0] for name in by_bridge - without}
    assert not tops & {"textual", "rich", "click", "wcwidth", "platformdirs", "sqlite3"}
    ours = {name.split(".")[1] for name in by_bridge if name.startswith("tonemark.")}
    assert not ours & {"cli", "tui", "corpus", "exchange", "patterns", "suggester"}
    assert "tokenizers" in ours


CONFIG = """
[paths]
train = null

[nlp]
lang = "xx"
pipeline = ["ner"]

[nlp.tokenizer]
@tokenizers = "tonemark.tokenizer.v1"
name = "mine.toml"

[components]

[components.ner]
factory = "ner"

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 16
maxout_pieces = 2
use_upper = true

[components.ner.model.tok2vec]
@architectures = "spacy.HashEmbedCNN.v2"
width = 16
depth = 1
embed_size = 200
window_size = 1
maxout_pieces = 2
subword_features = true
pretrained_vectors = null

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = ${paths.train}

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = ${paths.train}

[training]
max_steps = 4
eval_frequency = 2
"""


def test_spacy_train_needs_no_code_and_the_model_no_file(tmp_path: Path) -> None:
    """As its user would: a config, spacy train, spacy.load somewhere else."""
    there = tmp_path / "there"
    there.mkdir()
    (there / "mine.toml").write_text('[words]\njoin = "-"\n')
    (there / "train.cfg").write_text(CONFIG)
    made: Any = DocBin()
    for name in ("Vaj-Pov", "Ẹ̀kọ́", "Asha"):
        doc = blank(str(there / "mine.toml"))(f"{name} yuko Kisumu, mji wa New-York.")
        doc.ents = [doc.char_span(0, len(name), label="PER")]
        made.add(doc)
    made.to_disk(there / "train.spacy")
    for command in (
        "spacy init fill-config train.cfg full.cfg",
        "spacy train full.cfg -o out --paths.train train.spacy",
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command.split()],
            cwd=there,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    text = " Vaj-Pov  yuko New-York."
    expected = words(blank(str(there / "mine.toml")), [text])[0]
    assert ("Vaj-Pov", " ") in expected
    shutil.move(there / "out" / "model-best", tmp_path / "model")
    shutil.rmtree(there)
    code = (
        "import spacy, json\nnlp = spacy.load('model')\n"
        f"print(json.dumps([[t.text, t.whitespace_] for t in nlp({text!r})]))\n"
        "assert 'ner' in nlp.pipe_names"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert found.returncode == 0, found.stderr
    assert [tuple(each) for each in json.loads(found.stdout)] == expected
    assert isinstance(blank().tokenizer, SpacyBridge)
