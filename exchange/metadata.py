"""Metadata of a record: which names in it are ours and what may stand under them, and what is no
metadata at all. Knows no file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tonemark.corpus.pieces import PIECE, parsed_piece
from tonemark.refusals import Refused, quoted

GIVEN = "_given"
"""The key of a record's metadata under which the fields stand that are not of the format."""

OURS = frozenset((GIVEN, PIECE))
"""The keys of metadata that are ours."""


def as_metadata(value: Any) -> dict[str, Any]:
    """The value of a field `meta`, as an object: nothing where it is null, and what is none stands
    in one."""
    if value is None:
        return {}
    return dict(value) if isinstance(value, dict) else {"meta": value}


def checked_metadata(
    meta: dict[str, Any],
    warnings: list[str],
    where: str = '"meta"',
    *,
    ours: frozenset[str] = OURS,
) -> dict[str, Any]:
    """Metadata without what stands under a name of ours and is not as we write it, or whose name is
    not among `ours`: what the format keeps elsewhere."""
    wrong = [
        name
        for name in (GIVEN, PIECE)
        if name in meta and not (name in ours and _is_right(name, meta[name]))
    ]
    warnings += [f'the field "{name}" of {where} is left out: the name is ours' for name in wrong]
    return {name: value for name, value in meta.items() if name not in wrong}


def _is_right(name: str, value: Any) -> bool:
    return isinstance(value, dict) if name == GIVEN else parsed_piece(value) is not None


_STRETCHED = ("label", "labels", "entities", "annotations", "result", "ner", "spans")
"""Fields under which programs write labelled stretches."""

_LABELS = ("labels", "hypertextlabels", "paragraphlabels")
_SPANS = 'JSON Lines have them as "spans": [{"start": 0, "end": 3, "label": "PER"}]'
_DOCCANOS = frozenset(("label", "labels", "entities", "annotations"))


def refuse_stretches(fields: Mapping[str, Any]) -> None:
    """Raise Refused where labelled stretches of a text would become metadata: they are of another
    format, which the reason names."""
    for name in _STRETCHED:
        if hint := holder(name, fields.get(name)):
            raise Refused(f"{quoted(name)} holds labelled stretches, which would be lost: {hint}")


def holder(name: str, value: Any) -> str:
    """Which format has such a list under that name, in words; empty where it is none of labelled
    stretches."""
    if name not in _STRETCHED or not isinstance(value, list) or not value:
        return ""
    first = value[0]
    places: Any = ()
    if isinstance(first, list) and len(first) == 3:
        places = first[:2]
        hint = "--format doccano" if name in _DOCCANOS else _SPANS
    elif isinstance(first, dict) and "start_offset" in first:
        places = first["start_offset"], first.get("end_offset")
        hint = "--format doccano"
    elif isinstance(first, dict) and isinstance(first.get("value"), dict):
        places = first["value"].get("start"), first["value"].get("end")
        hint = "--format label-studio, which has them in annotations"
    elif isinstance(first, dict):
        places = first.get("start"), first.get("end")
        is_minimal = any(isinstance(first.get(each), list) for each in _LABELS)
        hint = "--format label-studio-min" if is_minimal else _SPANS
    is_place = len(places) == 2 and all(type(each) is int for each in places)
    return hint if is_place else ""
