"""The card (README.md) of a Hugging Face data set: written, and of what it says splits and tags
read back, line by line and never as YAML. Format: huggingface.co/docs/hub/datasets-cards."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import regex

from tonemark.errors import TonemarkError
from tonemark.exchange.base import WriteOptions
from tonemark.files import read_at_most

_LIMIT = 4 << 20
_NAME = regex.compile(r"""^ +['"]?(\d+)['"]?: (.+?) *$""")
_PATH = regex.compile(r"^ +path: (data/[^/]+) *$")
_SPLIT = regex.compile(r"^ +- split: (.+?) *$")
_COLUMN = regex.compile(r"^( *)- name: (.+?) *$")
TAGS = ("ner_tags", "tags", "ner")
"""The columns that may hold the tags: the first that is there."""


def card(options: WriteOptions, paths: Mapping[str, str], labels: Sequence[str]) -> str:
    """The card of a data set whose splits are the values of `paths`, in IOB2 of `labels`.

    Every word of ours in it is quoted as JSON quotes it, which YAML reads alike.
    """
    tags = ["O", *(f"{prefix}-{label}" for label in labels for prefix in "BI")]
    language, _, rest = options.language.partition("-")
    lines = ["---"]
    if language:
        lines += ["language:", f"- {_quoted(language)}"]
    if rest:
        lines += ["language_bcp47:", f"- {_quoted(options.language)}"]
    if options.dataset:
        lines.append(f"pretty_name: {_quoted(options.dataset)}")
    lines += ["task_categories:", "- token-classification"]
    lines += ["configs:", "- config_name: default", "  data_files:"]
    for path, split in paths.items():
        lines += [f"  - split: {_quoted(split)}", f"    path: {_quoted(path)}"]
    lines += ["dataset_info:", "- config_name: default", "  features:"]
    lines += ["  - name: id", "    dtype: string"]
    lines += ["  - name: tokens", "    sequence: string"]
    lines += ["  - name: ner_tags", "    sequence:", "      class_label:", "        names:"]
    lines += [f"          '{number}': {_quoted(tag)}" for number, tag in enumerate(tags)]
    lines += ["  - name: starts", "    sequence: int32", "  - name: text", "    dtype: string"]
    lines += ["---", "", f"# {plain(options.dataset) or 'Data set'}", ""]
    lines += [
        "Spans as tags in IOB2. `tokens` are words, cut where there is white space in them;",
        "`starts` says where each begins in `text`, in code points. `ner_tags` is null where a",
        "document has no answer. No licence is stated.",
        "",
    ]
    told = {each.name: each.about for each in options.labels}
    for label in labels:
        about = plain(told.get(label, ""))
        lines.append(f"- `{label}`{f': {about}' if about else ''}")
    return "".join(f"{line}\n" for line in lines)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def plain(value: str) -> str:
    """A text on one line of Markdown, its marks taken for what they are."""
    return regex.sub(r"([\\`*_\[\]<>#|&])", r"\\\1", " ".join(value.split()))


def read_card(path: Path) -> str:
    """The text of a card, or of another small file beside the data; empty where there is none.

    Raises TonemarkError where it has more than 4 MiB, or cannot be read.
    """
    if not path.is_file():
        return ""
    refusal = TonemarkError(f"{path} has more than {_LIMIT >> 20} MiB.")
    return read_at_most(path, _LIMIT, refusal).decode("utf-8", "replace")


def _head(text: str) -> list[str]:
    """The lines of the card's head."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    if not lines or lines[0].strip() != "---":
        return []
    end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
    return lines[1:end]


def paths_of(text: str) -> dict[str, str]:
    """The data files that a card names, each with its split; none that leave `data`."""
    found: dict[str, str] = {}
    split = ""
    for line in _head(text):
        if match := _SPLIT.match(line):
            split = _word(match[1])
        elif (match := regex.match(r"^ +path: (.+?) *$", line)) and split:
            path = _word(match[1])
            if _PATH.match(f" path: {path}"):
                found[path] = split
    return found


def named_tags(text: str) -> tuple[str, ...]:
    """The words of a card's tags by their numbers, from 0; none where one is missing."""
    names: dict[int, str] = {}
    column, inside = "", False
    for line in _head(text):
        if match := _COLUMN.match(line):
            column, inside = _word(match[2]), False
        elif line.strip() == "names:":
            inside = column in TAGS and not names
        elif inside and (match := _NAME.match(line)) and len(match[1]) < 6:
            names[int(match[1])] = _word(match[2])
        else:
            inside = False
    if sorted(names) != list(range(len(names))):
        return ()
    return tuple(names[number] for number in range(len(names)))


def _word(value: str) -> str:
    """A plain, a single- or a double-quoted word of YAML."""
    if value[:1] == '"':
        try:
            found = json.loads(value)
        except ValueError:
            return value
        return found if isinstance(found, str) else value
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    return value
