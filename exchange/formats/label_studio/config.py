"""The labelling configuration of a project of Label Studio's, with the labels of one of ours.

Format: labelstud.io/tags/labels, labelstud.io/tags/text.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from tonemark.corpus.labels import Label
from tonemark.exchange.base import WriteOptions
from tonemark.exchange.formats.label_studio.regions import CONTROL, OBJECT

SUFFIX = ".config.xml"
"""What stands after the stem of the file whose labels it has."""

_COLOURS = (
    *("#1f77b4", "#d62728", "#2ca02c", "#ff7f0e", "#9467bd", "#8c564b", "#e377c2", "#17becf"),
    *("#bcbd22", "#7f7f7f", "#003f5c", "#a05195", "#665191", "#f95d6a", "#2f4b7c", "#ffa600"),
)


def configuration(options: WriteOptions) -> dict[str, bytes]:
    """The file beside an export: nothing where the project has no labels.

    Regions begin and end with any character (granularity symbol): its words end at white space,
    and a name inside a word, or in a script without spaces, could not be marked.
    """
    if not options.labels:
        return {}
    labels = "\n".join(f"    {_label(label, at)}" for at, label in enumerate(options.labels))
    xml = (
        "<View>\n"
        f'  <Labels name="{CONTROL}" toName="{OBJECT}">\n{labels}\n  </Labels>\n'
        f'  <Text name="{OBJECT}" value="${OBJECT}" granularity="symbol"/>\n'
        "</View>\n"
    )
    return {SUFFIX: xml.encode()}


def label_fault(label: str) -> str:
    """Why Label Studio would not have `label`, in words that follow it; empty where it does."""
    if label.startswith("$"):
        return "begins with $, which Label Studio takes for a field of the task"
    return ""


def _label(label: Label, place: int) -> str:
    written = f"<Label value={quoteattr(label.name)} background={quoteattr(_colour(place))}"
    return f"{written} hint={quoteattr(label.about)}/>" if label.about else f"{written}/>"


def _colour(place: int) -> str:
    return _COLOURS[place % len(_COLOURS)]
