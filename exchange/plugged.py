"""A format of another package: looked at before it is used and while it is; what is wrong is told
with the name of the package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar, get_args

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Stretch, lies_in
from tonemark.errors import TonemarkError
from tonemark.exchange.base import HELD, Format, Given, Unit
from tonemark.exchange.checks import checked_key, checked_label, checked_text
from tonemark.exchange.rows import ExportRow
from tonemark.plugins import Plugin, failure
from tonemark.refusals import Refusal, Refused, quoted

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")
_Arguments = ParamSpec("_Arguments")


def checked_format(found: Any, plugin: Plugin) -> Format:
    """What an entry point names, as a format of its name. Raises TonemarkError where it is none, or
    says of itself what no format can be."""
    if not isinstance(found, Format):
        error: Exception = TypeError(f"{plugin.target} is no tonemark.exchange.base.Format")
        raise failure(plugin, "is no format", error)
    if fault := _fault(found):
        raise failure(plugin, "is no format", ValueError(fault))
    return _guarded(found, plugin)


def _fault(given: Format) -> str:
    """What is wrong with what a format says of itself, in words; empty where nothing is."""
    units = get_args(Unit)
    if not isinstance(given.about, str) or not given.about.strip():
        return "`about` says in a few words what it is"
    for name in ("suffixes", "cannot"):
        value = getattr(given, name)
        if not isinstance(value, tuple) or not all(isinstance(each, str) for each in value):
            return f"`{name}` is a tuple of strings"
    for suffix in given.suffixes:
        if not suffix.startswith(".") or suffix != suffix.lower():
            return f"{suffix!r} in `suffixes` is not in lower case, with a dot before it"
    if given.unit not in units:
        return f"`unit` is {given.unit!r}, none of {', '.join(units)}"
    if not isinstance(given.holds, frozenset) or not given.holds <= frozenset(HELD):
        return f"`holds` is not a frozenset of {', '.join(HELD)}"
    if not given.readable and not given.writable:
        return "it can be neither read nor written"
    return ""


def _guarded(format: Format, plugin: Plugin) -> Format:
    """The format, its readers and writers watched: what their code raises is told with the package,
    and a record that no reader of ours would give is refused."""
    read, read_folder = format.read, format.read_folder
    write, write_folder = format.write, format.write_folder
    misfits = format.misfits
    return replace(
        format,
        name=plugin.known_as,
        recognises=_recognising(format.recognises),
        recognises_folder=_recognising(format.recognises_folder),
        label_fault=_watched(plugin, format.label_fault),
        borders=_watched(plugin, format.borders),
        companions=_watched(plugin, format.companions),
        misfits=misfits and _watched(plugin, lambda row: list(misfits(row))),
        read=read and (lambda at, options: _records(plugin, lambda: read(at, options))),
        read_folder=read_folder
        and (lambda at, options: _records(plugin, lambda: read_folder(at, options))),
        write=write
        and (lambda rows, at, options: _written(plugin, rows, lambda its: write(its, at, options))),
        write_folder=write_folder
        and (
            lambda rows, at, options: _written(
                plugin, rows, lambda its: write_folder(its, at, options)
            )
        ),
    )


def _recognising(function: Callable[[_Given], bool] | None) -> Callable[[_Given], bool] | None:
    """It knows nothing where it fails: the other formats are asked, too."""
    if function is None:
        return None

    def recognises(given: _Given) -> bool:
        try:
            return bool(function(given))
        except Exception:
            return False

    return recognises


def _watched(
    plugin: Plugin, function: Callable[_Arguments, _Result] | None
) -> Callable[_Arguments, _Result] | None:
    if function is None:
        return None

    def watched(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        try:
            return function(*arguments, **named)
        except Exception as error:
            raise failure(plugin, "failed", error) from error

    return watched


def _records(plugin: Plugin, read: Callable[[], Iterator[Given]]) -> Iterator[Given]:
    try:
        for each in read():
            yield each if isinstance(each, Refusal) else _checked(each, plugin)
    except (TonemarkError, OSError):
        raise
    except Exception as error:
        raise failure(plugin, "failed while it read", error) from error


def _written(
    plugin: Plugin,
    rows: Iterable[ExportRow],
    write: Callable[[Iterable[ExportRow]], Iterator[int]],
) -> Iterator[int]:
    """What a writer yields, which must be a count a row: else documents would be missing from the
    file, or counted wrongly."""
    ours: list[Exception] = []
    taken = given = 0

    def passed_on() -> Iterator[ExportRow]:
        nonlocal taken
        try:
            for row in rows:
                taken += 1
                yield row
        except Exception as error:
            ours.append(error)
            raise

    waiting = passed_on()
    try:
        for records in write(waiting):
            given += 1
            if type(records) is not int or records < 0:
                raise TypeError(f"its writer yields {quoted(records)}, no count of records")
            if given > taken:
                raise TypeError("its writer yields more than once a document")
            yield records
        if given < taken or any(True for _ in waiting):
            raise TypeError(f"its writer yields {given:,} counts, and was given more documents")
    except (TonemarkError, OSError):
        raise
    except Exception as error:
        if error in ours:  # of the store, say: no fault of the package
            raise
        raise failure(plugin, "failed while it wrote", error) from error


def _checked(given: Any, plugin: Plugin) -> Given:
    """A record, or the refusal of one whose text or offsets cannot be. Raises TypeError where it is
    no record at all."""
    if not isinstance(given, Record):
        raise TypeError(f"its reader gives a {type(given).__name__}, no Record and no Refusal")
    stretches: list[Stretch] = [*given.suggestions]
    stretches += [span for each in given.annotations for span in each.spans]
    try:
        length = len(checked_text(given.text))
        checked_key(given.key, "the key")
        for each in stretches:
            checked_label(each.label)
            _check_place("span", each.start, each.end, length)
        for start, end in given.tokens or ():
            _check_place("token", start, end, length)
    except Refused as refused:
        return Refusal(given.line, str(refused))
    return given


def _check_place(what: str, start: Any, end: Any, length: int) -> None:
    if not lies_in(start, end, length):
        place = f"{quoted(start)}-{quoted(end)}"
        raise Refused(f"the {what} {place} lies outside the text, which has {length} characters")
