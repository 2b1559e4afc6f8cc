"""The formats that are read and written, and what each cannot hold: `formats`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tonemark.cli.opening import json_option, say, say_json
from tonemark.cli.telling import columns, set_in
from tonemark.errors import TonemarkError

if TYPE_CHECKING:
    from tonemark.exchange.base import Format
    from tonemark.exchange.registry import Unusable


@click.command("formats", epilog="Example: tonemark formats conllu")
@click.argument("name", metavar="[NAME]", required=False)
@json_option
def formats_command(name: str | None, as_json: bool) -> int:
    """List the formats of add and export: what each is, and what its files cannot hold.

    With NAME, that one alone, and more of it. What a file cannot hold, export keeps beside it in
    FILE.tonemark, and add restores it from there. Formats of other packages are in the list, too;
    one that cannot be used is named with its fault, and the exit code is then 1.
    """
    from tonemark.exchange.registry import format_named, listed

    if name is not None:
        chosen = format_named(name)
        if as_json:
            say_json(as_object(chosen))
        else:
            say(*_whole(chosen))
        return 0
    found, unusable = _usable(*listed())
    if as_json:
        say_json({
            "formats": [as_object(each) for each in found],
            "unusable": [{"name": each.name, "fault": str(each.fault)} for each in unusable],
        })  # fmt: skip
    else:
        _list(found, unusable)
    return int(bool(unusable))


def _usable(found: list[Format], unusable: list[Unusable]) -> tuple[list[Format], list[Unusable]]:
    """Those of which all can be told; one that fails while it is asked cannot be used either."""
    from tonemark.exchange.losses import cannot_hold
    from tonemark.exchange.registry import Unusable

    told = []
    for each in found:
        try:
            cannot_hold(each)
        except TonemarkError as fault:
            unusable.append(Unusable(each.name, fault))
        else:
            told.append(each)
    return told, unusable


def _list(found: list[Format], unusable: list[Unusable]) -> None:
    from tonemark.exchange.losses import access, cannot_hold, place

    width = columns(sys.stdout) or 80
    names = [each.name for each in found] + [each.name for each in unusable]
    room = max(map(len, names)) + 2
    for each in found:
        facts = f"{access(each)} · {place(each)} · {each.unit}"
        say(*set_in(facts, width, f"{each.name:<{room}}", indent=room))
        lead = " " * room
        say(*set_in(each.about, width, lead, indent=room))
        if lost := cannot_hold(each):
            say(*set_in(f"cannot hold: {'; '.join(lost)}", width, lead, indent=room + 2))
    note = "What a file cannot hold of documents and answers stands beside it, in FILE.tonemark."
    say("", *set_in(f"{note} One format whole: tonemark formats NAME", width, "", indent=0))
    for bad in unusable:
        told = f"cannot be used. {bad.fault.title} {bad.fault.remedy}"
        say(*set_in(told, width, f"{bad.name:<{room}}", indent=room))


def _whole(chosen: Format) -> Iterator[str]:
    """One format, all that it says of itself."""
    from tonemark.exchange.losses import access, held, left_to_sidecar, place, refused

    width = columns(sys.stdout) or 80
    facts = [
        ("is", chosen.about),
        ("can be", access(chosen).replace("write", "written").replace(", ", " and ")),
        ("on disk", place(chosen)),
        ("offsets", f"count {chosen.unit}"),
    ]
    yield chosen.name
    for what, told in facts:
        yield from set_in(told, width, f"  {what:<9}", indent=11)
    for title, lines in (
        ("holds", held(chosen)),
        ("refuses at export, or maps with --map,", refused(chosen) if chosen.writable else []),
        ("leaves to the sidecar", left_to_sidecar(chosen) if chosen.writable else []),
        ("loses", list(chosen.cannot)),
    ):
        if lines:
            yield f"  {title}"
        for line in lines:
            yield from set_in(line, width, "    - ", indent=6)
    yield from _commands(chosen)


def _commands(chosen: Format) -> Iterator[str]:
    """How it is read and written."""
    from tonemark.exchange.losses import example_name

    name = example_name(chosen, "habari")
    if chosen.readable:
        yield f"    tonemark add habari {name} --format {chosen.name}"
    if chosen.writable:
        yield f"    tonemark export habari --format {chosen.name} -o {name}"


def as_object(chosen: Format) -> dict[str, Any]:
    """A format for `--json`: its fields, and what it cannot hold in words."""
    from tonemark.exchange.losses import cannot_hold

    return {
        "name": chosen.name,
        "about": chosen.about,
        "read": chosen.readable,
        "write": chosen.writable,
        "suffixes": list(chosen.suffixes),
        "folder": bool(chosen.read_folder or chosen.write_folder),
        "unit": chosen.unit,
        "on_tokens": chosen.on_tokens,
        "overlaps": chosen.overlaps,
        "versions": chosen.versions,
        "holds": sorted(chosen.holds),
        "cannot": list(chosen.cannot),
        "cannot_hold": cannot_hold(chosen),
    }
