"""The text of project.toml: how a new one is written, and where a new label goes in an old one.

Knows what the keys mean to people; what is allowed in them is checked by `project`.
"""

from __future__ import annotations

from collections.abc import Sequence

from tonemark.toml_lines import Statement, statements, toml_key, toml_string

_TEMPLATE = """\
# The project file of Tonemark: which text, which labels, which people.
# Change it with any editor; what stands behind a # is for people only.

version = 1
{name}
{language}
{tokenizer}
{guidelines}
{page}
overlapping = false          # true: spans may overlap ("+", then a label, adds a span)
new_labels = true            # may annotators add labels, with the key 0?
new_rules = true             # may they add rules to the tokenizer, with t p after a correction?
bidi = "auto"                # right-to-left text: "auto", "logical", "visual" or "list"
# licence = "CC-BY-4.0"      # of your annotations: a packaged model states it

# One label a line, in the order of their keys 1 to 9, with what it is for (or nothing: "").
# A label may choose a key, a digit or one of a s d f g h j k l w e r u i o p:
#   ORG = {{ about = "firms, ministries, clubs", key = "o" }}
[labels]
{labels}
[routing]
{overlap}
{overlap_share}
{team}
reviewers = []               # who may review, besides annotating
lease_minutes = 30           # minutes until a document that nobody touches goes to another
order = "given"              # or "uncertain": first what the learner is least sure of

# What gazetteers and patterns suggest (tonemark gazetteer). folds: what names are compared
# without; without the line, what suits the language: tonemark gazetteer show DIR tells.
[suggestions]
# folds = ["case", "nfc", "apostrophes", "hyphens"]
threshold = 0.5              # an entry right in fewer of its occurrences suggests no more
doubt = 0.75                 # right in fewer, it is drawn as doubtful, and Space goes there
blind = 0.0                  # share of the documents on which nothing is suggested, to compare
learner = true               # does it learn from what was answered, and suggest on the next pages?
model = ""                   # also suggest: a model trained here ("model-1"), a spaCy pipeline

[training]
evaluation = 0.0             # share that teaches nothing, to score models on: 0.1 once you have 500
"""

_COMMENT_COLUMN = 29


def new_project_text(
    *,
    name: str,
    language: str,
    tokenizer: str,
    labels: Sequence[str],
    guidelines: str | None,
    page: int,
    overlap: int,
    overlap_share: float,
    team: Sequence[str],
) -> str:
    """The text of a new project.toml, commented. The values are written as they are, unchecked."""
    people = ", ".join(toml_string(person) for person in team)
    file = toml_string("guidelines.md" if guidelines is None else guidelines)
    return _TEMPLATE.format(
        name=f"name = {toml_string(name)}",
        language=_line(f"language = {toml_string(language)}", "BCP 47, e.g. sw, hmn, ff-Adlm"),
        tokenizer=_line(f"tokenizer = {toml_string(tokenizer)}", "what cuts the text into tokens"),
        guidelines=_line(
            f"{'# ' if guidelines is None else ''}guidelines = {file}",
            "a file in this folder, shown by the keys t g",
        ),
        page=_line(f"page = {page}", "documents that share a page, 1 to 20"),
        labels="".join(f'{toml_key(label)} = ""\n' for label in labels),
        overlap=_line(f"overlap = {overlap}", "annotators that each document goes to"),
        overlap_share=_line(
            f"overlap_share = {overlap_share}", "share of them that does; the others go to one"
        ),
        team=_line(f"team = [{people}]", "empty: anyone; else only these and the reviewers"),
    )


def _line(setting: str, comment: str) -> str:
    return f"{setting.ljust(_COMMENT_COLUMN - 1)} # {comment}"


def with_label(text: str, name: str, about: str = "", chosen: str | None = None) -> str:
    """The text of a project.toml with a label more, the last of [labels]; all else stays. `about`
    says what it is for, `chosen` is its key.

    The new line follows the last label in the way that one is written: under `[labels]`, as a
    `[labels.NAME]`, as `labels.NAME = ...`, or in an inline table. tomlkit is not used: it puts the
    line behind the comments of the table that comes next, and dotted keys in the wrong order
    (0.15.2).
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    key = toml_key(name)
    value = toml_string(about)
    if chosen:
        value = f"{{ about = {value}, key = {toml_string(chosen)} }}"
    last: Statement | None = None
    for statement in statements(text):
        if statement.path[0] == "labels":
            last = statement
    if last is None:
        gap = "" if not text or text.endswith("\n") else newline
        return f"{text}{gap}{newline}[labels]{newline}{key} = {value}{newline}"
    if last.table == () and last.path == ("labels",):
        before, after = text[: last.end - 1].rstrip(" \t"), text[last.end - 1 :]
        return f"{before}{'' if before.endswith('{') else ', '}{key} = {value}{after}"
    end = text.find("\n", last.end)
    before, after = (text[: end + 1], text[end + 1 :]) if end >= 0 else (text + newline, "")
    if last.table == ("labels",):
        new = f"{key} = {value}"
    elif last.table == ():
        new = f"labels.{key} = {value}"
    else:
        new = f"{newline}[labels.{key}]{newline}about = {toml_string(about)}"
        new += f"{newline}key = {toml_string(chosen)}" if chosen else ""
    return f"{before}{new}{newline}{after}"
