"""A project's own profile: made with its first rule, extended, never broken by half a change."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from tonemark.corpus.project import (
    create_project,
    project_changed,
    read_project,
    set_tokenizer,
)
from tonemark.corpus.project_file import PROJECT_FILE
from tonemark.corpus.project_rules import OWN_PROFILE, add_rules, follow
from tonemark.errors import TonemarkError
from tonemark.tokenizers.profiles.own_rules import Rule
from tonemark.tokenizers.registry import load_tokenizer

HAUJ = Rule("hauj lwm", ("hauj lwm",))
TSEV = Rule("tsev kho mob", ("tsev kho mob",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return create_project(tmp_path / "p", language="hmn", labels=["PER"]).folder


def cut(folder: Path, text: str) -> list[str]:
    project = read_project(folder)
    tokenizer = load_tokenizer(project.tokenizer, project.folder)
    return [text[start:end] for start, end in tokenizer.tokenize(text)]


def test_the_first_rule_makes_the_profile_and_names_it(folder: Path) -> None:
    before = (folder / PROJECT_FILE).read_text()
    project = read_project(folder)
    assert not project_changed(project)
    after = add_rules(project, [HAUJ])
    assert (after.tokenizer, project_changed(project)) == (OWN_PROFILE, True)
    changed = (folder / PROJECT_FILE).read_text()
    assert changed == before.replace('tokenizer = "general"', f'tokenizer = "{OWN_PROFILE}"')
    assert 'base = "general"\n' in (folder / OWN_PROFILE).read_text()
    assert cut(folder, "ua hauj lwm") == ["ua", "hauj lwm"]


def test_the_next_rule_changes_the_profile_alone_and_is_noticed(folder: Path) -> None:
    first = add_rules(read_project(folder), [HAUJ])
    file = (folder / PROJECT_FILE).read_bytes()
    version = load_tokenizer(OWN_PROFILE, folder).version
    with (folder / OWN_PROFILE).open("a") as stream:
        stream.write("# by hand\n")
    second = add_rules(first, [TSEV, HAUJ])
    assert (folder / PROJECT_FILE).read_bytes() == file
    assert project_changed(first)
    assert not project_changed(second)
    assert load_tokenizer(OWN_PROFILE, folder).version != version
    text = (folder / OWN_PROFILE).read_text()
    assert ("version = 3\n" in text, text.endswith("# by hand\n")) == (True, True)
    assert cut(folder, "tsev kho mob hauj lwm") == ["tsev kho mob", "hauj lwm"]
    same = (folder / OWN_PROFILE).stat().st_mtime_ns
    add_rules(second, [HAUJ])
    assert (folder / OWN_PROFILE).stat().st_mtime_ns == same


def test_a_profile_of_another_name_is_extended(folder: Path) -> None:
    (folder / "hmong.toml").write_text('base = "hmn"\n')
    set_tokenizer(folder, "hmong.toml")
    assert (
        add_rules(read_project(folder), [Rule("zzz yyy", ("zzz yyy",))]).tokenizer == "hmong.toml"
    )
    assert not (folder / OWN_PROFILE).exists()
    assert cut(folder, "zzz yyy") == ["zzz yyy"]


def test_what_a_killed_process_left_is_taken_up(folder: Path) -> None:
    project = read_project(folder)
    add_rules(project, [HAUJ])
    set_tokenizer(folder, "general")  # as it is before project.toml names the profile
    add_rules(read_project(folder), [TSEV])
    assert cut(folder, "tsev kho mob hauj lwm") == ["tsev kho mob", "hauj lwm"]


def test_a_strangers_profile_of_that_name_is_left_alone(folder: Path) -> None:
    (folder / OWN_PROFILE).write_text('base = "yo"\n')
    with pytest.raises(TonemarkError, match=r"adds to yo, but project\.toml names") as found:
        add_rules(read_project(folder), [HAUJ])
    assert "tonemark tokenizers use" in found.value.remedy
    assert (folder / OWN_PROFILE).read_text() == 'base = "yo"\n'


def broken(path: Path) -> None:
    path.write_text('[phrases]\nwords = "a b"\n')


def linked(path: Path) -> None:
    outside = path.parent.parent / "outside.toml"
    outside.write_text("version = 1\n")
    path.symlink_to(outside)


def piped(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (broken, "tokenizer.toml, line 2: words must be a list"),
        (linked, "tokenizer.toml leads out of the project's folder"),
        (piped, "cannot be read: it is not a file"),
    ],
)
def test_a_faulty_profile_is_told_and_stays(folder: Path, spoil: object, says: str) -> None:
    assert callable(spoil)
    set_tokenizer(folder, OWN_PROFILE)
    spoil(folder / OWN_PROFILE)
    with pytest.raises(TonemarkError, match=says):
        add_rules(read_project(folder), [HAUJ])
    with pytest.raises(TonemarkError, match=says):
        load_tokenizer(OWN_PROFILE, folder)


def test_a_rule_that_would_not_hold_is_not_written(folder: Path) -> None:
    project = add_rules(read_project(folder), [TSEV])
    text = (folder / OWN_PROFILE).read_text()
    longer = Rule("x hauj", ("x hauj",))
    inside = Rule("tsev kho mob zoo", ("tsev", "kho mob zoo"))
    add_rules(project, [longer])
    with pytest.raises(TonemarkError, match="another one makes it tsev kho mob"):
        add_rules(project, [inside])
    assert "kho mob zoo" not in (folder / OWN_PROFILE).read_text()
    assert text != (folder / OWN_PROFILE).read_text()


def _add(folder: Path, names: list[str]) -> None:
    for name in names:
        add_rules(read_project(folder), [Rule(f"{name} zoo", (f"{name} zoo",))])


def test_processes_that_add_rules_at_once_lose_none(folder: Path) -> None:
    names = [[f"a{i}" for i in range(8)], [f"b{i}" for i in range(8)]]
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_add, args=(folder, each)) for each in names]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    text = (folder / OWN_PROFILE).read_text()
    assert all(f'"{name} zoo"' in text for each in names for name in each)
    assert "version = 17\n" in text


@pytest.mark.parametrize(
    "written",
    [
        'version = 1\nlanguage = "hmn"\n[labels]\nPER = ""\n',
        '# ours\nlanguage = "hmn" # Hmong\n\n[labels]\nPER = "people"\n',
        'tokenizer = \'yo\'   # that of Yorùbá\r\nlanguage = "yo"\r\n[labels]\r\nPER = ""\r\n',
        'labels.PER = ""\nlanguage = "yo"',
    ],
)
def test_another_tokenizer_is_named_and_all_else_stays(tmp_path: Path, written: str) -> None:
    (tmp_path / PROJECT_FILE).write_bytes(written.encode())
    before = read_project(tmp_path)
    after = set_tokenizer(tmp_path, "hmn")
    assert after.tokenizer == "hmn"
    assert (after.labels, after.language) == (before.labels, before.language)
    text = (tmp_path / PROJECT_FILE).read_bytes().decode()
    for line in written.splitlines():
        assert line in text or line.startswith("tokenizer")
    assert "Yorùbá" in text or "Yorùbá" not in written


def test_a_name_that_cannot_be_one_is_not_written(folder: Path) -> None:
    before = (folder / PROJECT_FILE).read_bytes()
    with pytest.raises(TonemarkError, match="tokenizer must be the name"):
        set_tokenizer(folder, "../outside.toml")
    assert (folder / PROJECT_FILE).read_bytes() == before


def test_a_window_that_is_older_than_the_project_file_undoes_no_choice(folder: Path) -> None:
    window = read_project(folder)
    set_tokenizer(folder, "hmn-syllables")
    assert add_rules(window, [HAUJ]).tokenizer == OWN_PROFILE
    assert 'base = "hmn-syllables"\n' in (folder / OWN_PROFILE).read_text()
    path = folder / PROJECT_FILE
    path.write_text(path.read_text().replace("new_rules = true", "new_rules = false"))
    before = (folder / OWN_PROFILE).read_text()
    with pytest.raises(TonemarkError, match="takes no new rules"):
        follow(window, [])
    assert (folder / OWN_PROFILE).read_text() == before
