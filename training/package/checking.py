"""Whether a package finds what its model finds, where Tonemark is not: loaded in a process of its
own that can import neither Tonemark nor the screen library.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonemark.errors import TonemarkError
from tonemark.text import short

if TYPE_CHECKING:
    from spacy.language import Language

SECONDS = 600.0
"""Seconds after which the process is taken for stuck."""

HIDDEN = ("tonemark", "textual")

_REPORT = "Nothing was written. Please report it: this is a defect of the program."

# spaCy imports the entry points of all that is installed: of what is hidden there must be none.
_CODE = """
import importlib.metadata, json, re, sys
asked = json.load(sys.stdin)
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in asked["hidden"]:
            raise ImportError(name + " is not to be imported")
sys.meta_path.insert(0, Gone())
everything = importlib.metadata.distributions
def shown(**which):
    for each in everything(**which):
        needed = {re.match(r"[A-Za-z0-9_.-]*", line)[0].lower() for line in each.requires or ()}
        if not {(each.name or "").lower(), *needed} & set(asked["hidden"]):
            yield each
importlib.metadata.distributions = shown
sys.path.insert(0, sys.argv[1])
nlp = __import__(asked["package"]).load()
found = []
for text in asked["texts"]:
    doc = nlp(text)
    spans = [*doc.ents, *(span for key in sorted(doc.spans) for span in doc.spans[key])]
    found.append([[span.start_char, span.end_char, span.label_] for span in spans])
imported = [name for name in asked["watched"] if name in sys.modules]
print(json.dumps({"found": found, "imported": imported}))
"""


def spans_of(nlp: Language, text: str) -> list[list[Any]]:
    """What a pipeline finds in a text: entities, then the groups of spans: start, end (code
    points), label."""
    doc = nlp(text)
    spans = [*doc.ents, *(span for key in sorted(doc.spans) for span in doc.spans[key])]
    return [[span.start_char, span.end_char, span.label_] for span in spans]


def compare(
    nlp: Language,
    folder: Path,
    package: str,
    texts: Sequence[str],
    watched: Iterable[str],
    hidden: Sequence[str] = HIDDEN,
) -> set[str]:
    """Load the package in `folder`, where the packages `hidden` and those that need them are not,
    and compare what it finds in texts with what `nlp` finds; the modules among `watched` that it
    imported.

    Raises TonemarkError where it cannot be loaded, or finds something else.
    """
    asked = {
        "package": package,
        "texts": list(texts),
        "watched": sorted(watched),
        "hidden": list(hidden),
    }
    stderr = "it told nothing"
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-W", "ignore", "-B", "-c", _CODE, str(folder.resolve())],
            input=json.dumps(asked), capture_output=True, text=True, cwd="/", check=False,
            timeout=SECONDS,
        )  # fmt: skip
        stderr = done.stderr.strip() or stderr
        found = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        why = stderr.splitlines()[-1]
        raise TonemarkError(
            f"The package could not be loaded without Tonemark: {short(why, 300)}", _REPORT
        ) from None
    for text, there in zip(texts, found["found"], strict=True):
        here = spans_of(nlp, text)
        if here != there:
            raise TonemarkError(
                f"The package finds something else than the model: {here} became {there}.", _REPORT
            )
    return set(found["imported"])
