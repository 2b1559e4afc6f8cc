"""What a format holds and cannot hold, in words, from what the format says of itself.

The one place of these words: the list of formats, the pages of docs and the reports have them here.
"""

from __future__ import annotations

from collections.abc import Mapping

from tonemark.exchange.base import HELD, Format, Held

WORDS: dict[Held, str] = {
    "text": "the text to the code point, white space too",
    "keys": "keys of documents",
    "metadata": "metadata",
    "tokens": "which the tokens are, corrected ones too",
    "annotators": "who annotated, and when",
    "answers": "answers: accept, reject, ignore, gold, none",
    "comments": "comments and flags",
    "settings": "the tokenizer, what labels are for, guidelines",
}
"""What may travel besides spans and labels."""

SHORT: dict[Held, str] = {
    "text": "white space",
    "keys": "keys",
    "metadata": "metadata",
    "tokens": "tokens",
    "annotators": "who annotated",
    "answers": "other answers than accept",
    "comments": "comments",
    "settings": "settings",
}
"""The same for a list."""

SPANS = "spans and labels"
"""What every format holds, but those that say that they cannot."""

VERSIONS = "several annotators side by side"

SHAPES = (
    *("Per", "PER2", "PER_X", "PER-X", "PER.X", "PER:X", "PER/X", "PER=X", "PER,X", "PER&X"),
    *("O", "B-PER", "ክልል"),
)
"""Labels of every shape that some reader is known to mangle."""


def access(format: Format) -> str:
    """Whether a format is read, written, or both."""
    ways = [word for word, can in (("read", format.readable), ("write", format.writable)) if can]
    return ", ".join(ways)


def example_name(format: Format, stem: str) -> str:
    """What a file of it may be called."""
    if format.read_folder or format.write_folder or not format.suffixes:
        return f"{stem}-{format.name}"
    return f"{stem}{format.suffixes[0]}"


def place(format: Format) -> str:
    """What it is on disk: its suffixes, or a folder."""
    if format.write_folder or not (format.write or format.read):
        return " ".join(("a folder", *format.suffixes))
    return " ".join(format.suffixes) or "any suffix"


def held(format: Format) -> list[str]:
    """What travels in its files."""
    found = [] if SPANS in format.cannot else [SPANS]
    found += [WORDS[name] for name in HELD if name in format.holds]
    return [*found, VERSIONS] if format.versions else found


def refused(format: Format) -> list[str]:
    """What it cannot say of spans: an export refuses it, or maps it on request."""
    found = []
    if format.on_tokens:
        found.append("spans that begin or end inside a token")
    if not format.overlaps:
        found.append("spans that overlap")
    if shapes := mangled(format):
        found.append(f"labels such as {', '.join(shapes)}")
    return found


def mangled(format: Format) -> list[str]:
    """Of SHAPES, the labels that its own readers would mangle."""
    fault = format.label_fault
    return [shape for shape in SHAPES if fault and fault(shape)]


def left_to_sidecar(format: Format, words: Mapping[Held, str] = WORDS) -> list[str]:
    """What its files do not hold, and the sidecar beside them does."""
    found = [words[name] for name in HELD if name not in format.holds]
    return found if format.versions else [*found, VERSIONS]


def cannot_hold(format: Format) -> list[str]:
    """All that it cannot hold, in few words."""
    return [*refused(format), *left_to_sidecar(format, SHORT), *format.cannot]
