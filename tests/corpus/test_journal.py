"""The journal file: whatever was written whole is read back, whatever happens to the rest."""

from __future__ import annotations

import gc
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus import journal as journal_module
from tonemark.corpus.events import Event, Kind
from tonemark.corpus.journal import (
    ClaimHeld,
    ClaimLost,
    Journal,
    encode,
    parse,
    seize,
    taken_path,
)

ANY_TEXT = st.text(st.characters())  # lone surrogates included
KINDS: list[Kind] = ["open", "import", "edit", "undo", "redo", "focus", "answer"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
EVENTS = st.lists(
    st.builds(
        Event,
        st.integers(1),
        st.sampled_from(KINDS),
        st.dictionaries(ANY_TEXT, JSON, max_size=3),
        st.floats(allow_nan=False, allow_infinity=False),
    ),
    max_size=6,
)


def event(number: int) -> Event:
    return Event(number, "edit", {"added": [[0, 4, "PER", ["manual"]]]}, 1.5)


def descriptors() -> int:
    gc.collect()  # what other tests left open must not close in between
    return len(os.listdir("/proc/self/fd"))


@given(EVENTS)
def test_what_is_encoded_is_parsed_as_it_was(events: list[Event]) -> None:
    assert list(parse(b"".join(map(encode, events)))) == events


@given(EVENTS)
def test_a_file_cut_anywhere_holds_the_events_whose_lines_are_whole(events: list[Event]) -> None:
    lines = [encode(each) for each in events]
    data = b"".join(lines)
    ends = [sum(map(len, lines[: n + 1])) for n in range(len(lines))]
    for cut in range(len(data) + 1):
        assert list(parse(data[:cut])) == events[: sum(end <= cut for end in ends)]


@given(EVENTS, st.data())
def test_a_flipped_bit_ends_the_reading_at_its_line(
    events: list[Event], data: st.DataObject
) -> None:
    lines = [encode(each) for each in events or [event(1)]]
    whole = bytearray(b"".join(lines))
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    before = 0
    while sum(map(len, lines[: before + 1])) <= bit // 8:
        before += 1
    assert list(parse(bytes(whole))) == (events or [event(1)])[:before]


def test_a_torn_line_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "1.1.log"
    path.write_bytes(encode(event(1)) + encode(event(2))[:-3])
    journal = Journal(path)
    assert journal.events == [event(1)]
    journal.append(event(3))
    journal.close()
    assert path.read_bytes() == encode(event(1)) + encode(event(3))
    assert os.listdir(tmp_path) == ["1.1.log"]


def test_what_a_bad_disk_cuts_off_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "1.1.log"
    data = b"".join(encode(event(n)) for n in range(1, 5))
    bad = data.replace(b'"n":2', b'"n":3', 1)
    path.write_bytes(bad)
    journal = Journal(path)
    assert journal.events == [event(1)]
    journal.append(event(2))
    journal.close()
    assert path.read_bytes() == encode(event(1)) + encode(event(2))
    assert path.with_suffix(".damaged").read_bytes() == bad


def test_no_key_goes_where_it_would_not_be_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "LIMIT", len(encode(event(1))) * 2)
    journal = Journal(tmp_path / "1.1.log")
    journal.append(event(1))
    journal.append(event(2))
    with pytest.raises(OSError, match="leave the page first"):
        journal.append(event(3))
    journal.close()
    again = Journal(tmp_path / "1.1.log")
    assert again.events == [event(1), event(2)]
    again.close()


@pytest.mark.parametrize("call", ["write", "fdatasync"])
def test_a_refused_write_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "1.1.log"
    journal = Journal(path)
    journal.append(event(1))
    before = path.read_bytes()

    def full(*arguments: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(OSError, match="No space"):
            journal.append(event(2))
    assert path.read_bytes() == before
    journal.append(event(3))
    assert journal.events == list(parse(path.read_bytes())) == [event(1), event(3)]
    journal.close()


def test_a_half_written_line_that_cannot_be_cut_off_is_cut_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "1.1.log"
    journal = Journal(path)
    journal.append(event(1))
    write = os.write

    def half(file: int, data: bytes) -> int:
        return write(file, data[: len(data) // 2])

    def broken(file: int, size: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        patch.setattr(os, "ftruncate", broken)
        with pytest.raises(OSError, match="No space"):
            journal.append(event(2))
        with pytest.raises(OSError, match="Input/output"):
            journal.append(event(2))
    journal.append(event(3))
    journal.close()
    assert list(parse(path.read_bytes())) == [event(1), event(3)]


def test_a_retracted_event_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "1.1.log"
    journal = Journal(path)
    for number in (1, 2):
        journal.append(event(number))
    journal.retract()
    assert path.read_bytes() == encode(event(1))
    journal.append(event(3))
    journal.close()
    assert list(parse(path.read_bytes())) == [event(1), event(3)]


def test_one_process_at_a_time_holds_a_journal_and_the_other_leaks_nothing(
    tmp_path: Path,
) -> None:
    path = tmp_path / "1.1.log"
    journal = Journal(path)
    before = descriptors()
    for _ in range(3):
        with pytest.raises(ClaimHeld):
            Journal(path)
    assert descriptors() == before
    journal.close()
    Journal(path).close()


def test_a_journal_deleted_between_open_and_lock_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "1.1.log"
    other = Journal(path)
    opened = os.open

    def slow(name: object, *arguments: int, **more: int) -> int:
        file = opened(name, *arguments, **more)  # type: ignore[arg-type]
        if name == path:
            other.discard()
        return file

    monkeypatch.setattr(os, "open", slow)
    journal = Journal(path)
    journal.append(event(1))
    journal.close()
    assert list(parse(path.read_bytes())) == [event(1)]


def test_a_seized_journal_takes_no_more_and_is_kept_until_its_events_are_elsewhere(
    tmp_path: Path,
) -> None:
    path = tmp_path / "1.1.log"
    journal = Journal(path)
    journal.append(event(1))
    assert seize(path) == [event(1)]
    with pytest.raises(ClaimLost):
        journal.append(event(2))
    journal.discard()
    assert seize(path) == [event(1)], "a second try finds it again, without the refused key"
    path.touch()
    assert seize(path) == [event(1)], "and nothing writes over it"
    taken_path(path).unlink()
    path.unlink()
    assert seize(path) == []


def test_a_journal_that_cannot_be_deleted_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "1.1.log")
    before = descriptors()

    def refuse(*arguments: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "unlink", refuse)
    journal.discard()
    assert descriptors() == before - 1


@pytest.mark.parametrize(
    ("umask", "folder", "folders", "file"),
    [(0o022, 0o755, 0o755, 0o640), (0o077, 0o700, 0o700, 0o600), (0o022, 0o2770, 0o2775, 0o660)],
)
def test_a_group_that_shares_the_project_can_go_on_with_a_journal(
    tmp_path: Path, umask: int, folder: int, folders: int, file: int
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    project.chmod(folder)
    mode: Callable[[Path], int] = lambda path: stat.S_IMODE(path.stat().st_mode)  # noqa: E731
    before = os.umask(umask)
    try:
        Journal(project / "journal" / "amina" / "1.1.log").close()
    finally:
        os.umask(before)
    assert mode(project / "journal") == mode(project / "journal" / "amina") == folders
    assert mode(project / "journal" / "amina" / "1.1.log") == file
