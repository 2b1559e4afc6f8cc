"""Reading project.toml: what it may say, every fault with its line, that a change is noticed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus import project as project_module
from tonemark.corpus.labels import Label
from tonemark.corpus.project import (
    Project,
    add_label,
    label_keys,
    project_changed,
    read_project,
)
from tonemark.corpus.project_file import FILE_LIMIT
from tonemark.errors import TonemarkError

WHOLE = """\
version = 1
name = "habari za leo"
language = "swa"
tokenizer = "general"
guidelines = "notes/guidelines.md"
page = 5
overlapping = true
new_labels = false
new_rules = false
bidi = "list"
[labels]
PER = "people"
ORG = { about = "firms", key = "o" }
LOC = ""

[routing]
overlap = 2
team = ["amina", "juma"]
reviewers = ["asha"]
lease_minutes = 45
"""

LEARNING = """
order = "uncertain"
[suggestions]
learner = false
model = "model-3"
[training]
evaluation = 0.1
"""


def test_everything_that_a_file_may_say(written: Callable[[str], Path]) -> None:
    folder = written(WHOLE)
    assert read_project(folder) == Project(
        folder=folder.resolve(),
        name="habari za leo",
        language="sw",
        tokenizer="general",
        labels=(Label("PER", "people"), Label("ORG", "firms", "o"), Label("LOC")),
        guidelines=folder.resolve() / "notes/guidelines.md",
        page=5,
        overlapping=True,
        new_labels=False,
        new_rules=False,
        bidi="list",
        overlap=2,
        team=("amina", "juma"),
        reviewers=("asha",),
        lease_minutes=45,
    )
    assert label_keys(read_project(str(folder))) == {"1": "PER", "o": "ORG", "2": "LOC"}


def test_what_a_file_may_say_of_learning(written: Callable[[str], Path]) -> None:
    project = read_project(written('licence = "CC-BY-4.0"\n' + WHOLE + LEARNING))
    assert (project.licence, project.order) == ("CC-BY-4.0", "uncertain")
    assert (project.learner, project.model, project.evaluation) == (False, "model-3", 0.1)


def test_a_language_is_all_that_a_file_must_say(written: Callable[[str], Path]) -> None:
    folder = written('language = "hmn"')
    assert read_project(folder) == Project(
        folder=folder.resolve(),
        name=folder.name,
        language="hmn",
        tokenizer="general",
        labels=(),
        guidelines=None,
        page=1,
        overlapping=False,
        new_labels=True,
        new_rules=True,
        bidi="auto",
        overlap=1,
        team=(),
        reviewers=(),
        lease_minutes=30,
    )


@pytest.mark.parametrize("change", [("\n", "\r\n"), ("version", "\ufeffversion")])
def test_files_from_windows_are_read(written: Callable[[str], Path], change: Any) -> None:
    assert read_project(written(WHOLE.replace(*change))).labels[1] == Label("ORG", "firms", "o")


def test_labels_differ_in_case_and_keep_their_order(written: Callable[[str], Path]) -> None:
    folder = written('language = "sw"\n[labels]\nb = ""\nB = ""\n"ሰው" = ""\n[labels.a]\nkey = "1"')
    assert [label.name for label in read_project(folder).labels] == ["b", "B", "ሰው", "a"]
    assert label_keys(read_project(folder)) == {"2": "b", "3": "B", "4": "ሰው", "1": "a"}


def changed(old: str, new: str) -> str:
    assert old in WHOLE
    return WHOLE.replace(old, new)


FAULTS = [
    # what the file says, the beginning of the error
    (changed("page = 5", "page = 0"), "line 6: page must be a whole number from 1 to 20, not 0"),
    (changed("page = 5", "page = 21"), "line 6: page must be"),
    (
        changed("page = 5", "page = true"),
        "line 6: page must be a whole number from 1 to 20, not tru",
    ),
    (changed("page = 5", "page = 5.0"), "line 6: page must be"),
    (
        changed("page = 5", 'page = "5"'),
        'line 6: page must be a whole number from 1 to 20, not "5"',
    ),
    (changed("page = 5", "page = 0x" + "f" * 9000), "line 6: page must be a whole number from 1"),
    (
        changed("page = 5", "page = 1979-05-27"),
        "line 6: page must be a whole number from 1 to 20, n",
    ),
    (changed("version = 1", "version = 0"), "line 1: version must be 1, not 0"),
    (changed("version = 1", 'version = "1"'), "line 1: version must be 1"),
    (changed("version = 1", "version = 2"), "line 1: made by a newer Tonemark"),
    (changed("version = 1", "version = 2\nx = 1"), "line 1: made by a newer Tonemark"),
    (changed('"habari za leo"', '" "'), "line 2: name is empty"),
    (changed('"habari za leo"', "3"), 'line 2: name must be text in "quotes", not 3'),
    (changed('"habari za leo"', '"a\\u001bb"'), "line 2: name has the control character U+001B"),
    (changed('"habari za leo"', f'"{"x" * 201}"'), "line 2: name has 201 characters"),
    (changed('"swa"', '"Swahili"'), 'line 3: "Swahili" is not a language tag. Write a BCP 47'),
    (changed('"swa"', "7"), 'line 3: language must be text in "quotes", not 7'),
    (changed('"general"', '"/tmp/x.py"'), "line 4: tokenizer must be the name of an installed one"),
    (changed('"general"', '"os:path:join"'), "line 4: tokenizer must be"),
    (changed('"general"', "[]"), "line 4: tokenizer must be"),
    (changed("notes/g", "../g"), "line 5: guidelines must be a file inside the project's folder"),
    (changed("notes/g", "notes/../../g"), "line 5: guidelines must be"),
    (changed("notes/guidelines.md", "/etc/passwd"), "line 5: guidelines must be"),
    (changed("notes/guidelines.md", "."), "line 5: guidelines must be"),
    (changed("notes/guidelines.md", ""), "line 5: guidelines is empty"),
    (changed("notes/guidelines.md", "a\\u0000"), "line 5: guidelines has the control character"),
    (changed("= true", '= "yes"'), "line 7: overlapping must be true or false"),
    (changed("= true", "= 1"), "line 7: overlapping must be true or false, without quotes, not 1"),
    (
        changed('"list"', '"vertical"'),
        'line 10: bidi must be one of "auto", "logical", "visual", "list", not "v',
    ),
    (changed("bidi", "bidy"), 'line 10: unknown key "bidy" (did you mean "bidi"?)'),
    (changed("bidi", "overlap"), 'line 10: unknown key "overlap", which belongs under [routing]'),
    (changed("bidi", "zzz"), 'line 10: unknown key "zzz" (known: version, name,'),
    (
        changed("overlap = 2", "page = 2"),
        'line 17: unknown key "page", which belongs above the first',
    ),
    (
        changed("overlap = 2", "overlap = 51"),
        "line 17: overlap must be a whole number from 1 to 50",
    ),
    (changed("lease_minutes = 45", "lease_minutes = 0"), "line 20: lease_minutes must be"),
    (
        changed("lease_minutes = 45", 'order = "random"'),
        'line 20: order must be one of "given", "uncertain", not "random"',
    ),
    (
        changed("bidi", "evaluation"),
        'line 10: unknown key "evaluation", which belongs under [training]',
    ),
    (changed("bidi = ", "licence = 4 #"), 'line 10: licence must be text in "quotes", not 4'),
    (f"{WHOLE}[suggestions]\nlearner = 1", "line 22: learner must be true or false"),
    (
        f'{WHOLE}[suggestions]\nmodel = "../x"',
        "line 22: model must be the name of an installed spaCy pipeline",
    ),
    (f"{WHOLE}[training]\nevaluation = 2", "line 22: evaluation must be a share from 0 to 1"),
    (
        changed("lease_minutes", "lease"),
        'line 20: unknown key "lease" (did you mean "lease_minutes"',
    ),
    (
        changed('["amina", "juma"]', '"amina"'),
        'line 18: team must be a list, ["amina", "juma"], not',
    ),
    (changed('"juma"]', "3]"), 'line 18: team must hold names in "quotes", not 3'),
    (changed('"juma"]', '"amina"]'), 'line 18: team: "amina" stands twice'),
    (
        changed('"juma"]', '"Adé"]'),
        'line 18: team: "Adé" cannot be an annotator\'s name (write "Ade")',
    ),
    (changed('["asha"]', '["../x"]'), 'line 19: reviewers: "../x" cannot be an annotator\'s name'),
    (
        changed("LOC =", '"L C" ='),
        'line 14: the label "L C" has white space, which would end the tag',
    ),
    (changed("LOC =", '"L|C" ='), 'line 14: the label "L|C" has a |'),
    (changed("LOC =", '"" ='), 'line 14: the label "" is empty'),
    (changed("LOC =", '"\\u202e" ='), "line 14: the label"),
    (
        changed("LOC =", '"é" = ""\n"e\u0301" ='),
        'line 15: the label "e\u0301" looks the same as anoth',
    ),
    (
        changed('LOC = ""', "LOC = 3"),
        'line 14: the label "LOC" must be text, "", or { about = "", key',
    ),
    (
        changed('LOC = ""', 'LOC = "\\n"'),
        'line 14: the text of the label "LOC" has the control charact',
    ),
    (changed("about =", "abuot ="), 'line 13: unknown key "abuot" (did you mean "about"?)'),
    (changed('"firms"', "1"), 'line 13: about of the label "ORG" must be text in "quotes", not 1'),
    (
        changed('"o"', '"x"'),
        'line 13: key of the label "ORG": "x" is a command: choose a digit 1-9 or',
    ),
    (changed('"o"', '"0"'), 'line 13: key of the label "ORG": "0" opens the list of labels'),
    (changed('"o"', "1"), 'line 13: key of the label "ORG" must be text in "quotes", not 1'),
    (
        changed('LOC = ""', '[labels.LOC]\nkey = "o"'),
        'line 15: the labels "ORG" and "LOC" have the same key "o"',
    ),
    (changed("LOC", "PER"), "line 14: the same key stands twice"),
    (changed("[routing]", "[labels]"), "line 16: "),
    (changed('"swa"', "swa"), "line 3: invalid value (column 12)"),
    (changed("page = 5", "page"), "line 6: "),
    (changed("page = 5", 'page = "'), "line 6: "),
    (changed("lease_minutes = 45", "lease_minutes ="), "line 20: invalid value"),
    (WHOLE + "x = [", "line 21: "),
    (changed("page = 5", "a.b.c.d.e.f.g.h.i = 5"), 'line 6: unknown key "a"'),
    (changed("page = 5", "a" + ".a" * 9000 + " = 5"), "line 6: a key of more than 8 parts"),
    (
        'language = "sw"\n[labels]\n'
        + "".join(f'{key.upper()} = {{ key = "{key}" }}\n' for key in "asdfghjkl"),
        "line 2: labels have taken 9 of the 16 letters of the hints, which need 8",
    ),
    ('language = "sw"\nnew_labels = false', "line 2: there are no labels, and new_labels = false"),
]


@pytest.mark.parametrize(("text", "words"), FAULTS, ids=[words[:40] for _, words in FAULTS])
def test_faults_are_named_with_their_line(
    written: Callable[[str], Path], text: str, words: str
) -> None:
    with pytest.raises(TonemarkError) as caught:
        read_project(written(text))
    assert caught.value.title.startswith(f"project.toml, {words}")
    assert "; line" not in caught.value.title  # nothing else is wrong
    assert len(caught.value.title) < 400
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["labels = [", 'language = "sw', 'labels = ["PER", "LOC"'])
def test_what_is_not_closed_is_answered_for_lists_and_texts(
    written: Callable[[str], Path], text: str
) -> None:
    with pytest.raises(TonemarkError) as caught:
        read_project(written(text))
    assert '["one", "two"]' in caught.value.remedy
    assert "closed" in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("", "project.toml: language is missing"),
        (
            'labels = ["PER"]\nlanguage = "sw"',
            "project.toml, line 1: labels must be a table, [labels]",
        ),
        ('language = "sw"\nrouting = 1', "project.toml, line 2: routing must be a table"),
        ("x = " + "[" * 100_000, "project.toml has brackets within brackets"),
        ("x = " + "1" * 5000, "project.toml has a number of thousands of digits"),
    ],
)
def test_other_faults(written: Callable[[str], Path], text: str, title: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        read_project(written(text))
    assert caught.value.title.startswith(title)


def test_one_error_names_all_faults_in_the_order_of_lines(written: Callable[[str], Path]) -> None:
    text = 'nmae = "x"\npage = 99\n[routing]\nteam = [\n"a b",\n3]\n[labels]\n"|" = { key = "?" }\n'
    with pytest.raises(TonemarkError) as caught:
        read_project(written(text))
    parts = caught.value.title.removeprefix("project.toml: ").split("; ")
    assert [part.partition(":")[0] for part in parts] == [
        'language is missing (write language = "sw", or the like)',
        *("line 1", "line 2", "line 4", "line 4", "line 8", "line 8"),
    ]
    assert str(written(text)) in caught.value.remedy


def test_twenty_thousand_faults_are_counted(written: Callable[[str], Path]) -> None:
    with pytest.raises(TonemarkError, match="and 19901 more"):
        read_project(written("".join(f"k{at} = 1\n" for at in range(20_000))))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'language = "sw"\nname = "\xff"', "project.toml, line 2: this is not UTF-8"),
        ('language = "sw"'.encode("utf-16"), "project.toml, line 1: this is not UTF-8"),
        (b"#" * (FILE_LIMIT + 1), "is over 1024 KiB"),
    ],
)
def test_what_is_no_text_is_refused(
    written: Callable[[bytes], Path], data: bytes, words: str
) -> None:
    with pytest.raises(TonemarkError) as caught:
        read_project(written(data))
    assert words in caught.value.title


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: None, "There is no folder"),
        (lambda folder: folder.mkdir(), "is not a project: it has no project.toml"),
        (lambda folder: folder.write_text("x"), "is not a folder"),
        (lambda folder: (folder / "project.toml").mkdir(parents=True), "is not a file"),
        (lambda folder: (folder.mkdir(), os.mkfifo(folder / "project.toml")), "is not a file"),
        (lambda folder: folder.symlink_to(folder), "cannot be read"),
    ],
)
def test_where_there_is_no_project(tmp_path: Path, make: Callable[[Path], Any], words: str) -> None:
    folder = tmp_path / "my project"
    make(folder)
    with pytest.raises(TonemarkError) as caught:
        read_project(folder)
    assert words in caught.value.title
    if not folder.exists() and not folder.is_symlink():
        new = f"tonemark new '{folder}' --lang CODE --labels A,B"
        assert new in caught.value.remedy


def test_guidelines_do_not_leave_by_a_symbolic_link(written: Callable[[str], Path]) -> None:
    folder = written('language = "sw"\nguidelines = "g.md"')
    (folder / "g.md").symlink_to("/etc/hostname")
    with pytest.raises(TonemarkError, match="inside the project's folder"):
        read_project(folder)
    (folder / "g.md").unlink()
    (folder / "g.md").symlink_to("real.md")
    assert read_project(folder).guidelines == folder.resolve() / "real.md"


# Noticing a change


def test_a_change_is_noticed(written: Callable[[str], Path]) -> None:
    folder = written(WHOLE)
    project = read_project(folder)
    assert not project_changed(project)
    status = (folder / "project.toml").stat()
    os.utime(folder / "project.toml", ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert project_changed(project)
    project = add_label(folder, "NEW")
    assert not project_changed(project)
    (folder / "project.toml").unlink()
    assert project_changed(project)


def test_reading_is_light() -> None:
    script = "import sys, tonemark.corpus.project; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    heavy = {"tomlkit", "textual", "spacy", "srsly", "difflib", "json", "hashlib", "tempfile"}
    heavy |= {"tonemark.toml_lines", "tonemark.corpus.project_template"}
    assert not heavy & set(loaded)
    assert project_module.__name__ in loaded
