"""The child process in which a pipeline suggests: texts come in, its spans go out.

It is started by `modelling.Modelling`. Nowhere else is spaCy loaded, and what the pipeline brings.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonemark.suggester.child import begin, received, send

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

ASKED = struct.Struct("<d")
"""Before a text, inside its message: seconds of processor time that it may take."""

CONFIDENCE = "confidence"
"""`span._.confidence`, as our own component has it (`training.component`)."""


def main(alive: str, name: str, path: str, loading: str) -> None:
    """Load the pipeline in a folder, or without one the installed one of that name, and answer
    texts until the pipe ends.

    `alive` is as in `child.begin`, `loading` the seconds in which it must be loaded.
    """
    asked, answers = begin(int(alive))
    signal.alarm(int(loading))
    try:
        nlp = _loaded(name, path)
    except MemoryError:
        os._exit(1)
    except Exception as error:
        send(answers, json.dumps({"fault": _said(error)}).encode())
        return
    signal.alarm(0)
    send(answers, b"{}")
    while message := received(asked):
        # By the system, not by Python: a loop in C lets no handler run.
        signal.setitimer(signal.ITIMER_PROF, ASKED.unpack_from(message)[0])
        answer = found_by(nlp, message[ASKED.size :].decode())
        signal.setitimer(signal.ITIMER_PROF, 0)
        send(answers, json.dumps(answer).encode())


def _loaded(name: str, path: str) -> Language:
    if path:
        from spacy.util import load_model_from_path

        return load_model_from_path(Path(path))
    from tonemark.plugins import loaded
    from tonemark.training.suggesting import installed

    plugin = next(each for each in installed() if each.name == name)
    made: Language = loaded(plugin).load()
    return made


def found_by(nlp: Language, text: str) -> dict[str, Any]:
    """The spans of a text, each start, end (code points), label and score, None where none is told;
    or in words why there are none."""
    try:
        doc = nlp(text)
        if doc.text != text:
            return {"fault": "the pipeline changed the text"}
        return {"spans": [*_entities(doc), *_groups(doc)]}
    except MemoryError:
        os._exit(1)
    except Exception as error:  # of this text: the others have theirs
        return {"fault": _said(error)}


def _entities(doc: Doc) -> list[list[Any]]:
    return [_row(span, _confidence(span)) for span in doc.ents]


def _groups(doc: Doc) -> list[list[Any]]:
    """The spans of all groups of `doc.spans`; span categorizers tell scores beside them."""
    found = []
    for group in doc.spans.values():
        told = group.attrs.get("scores")
        scores = [None] * len(group) if told is None else list(told)
        if len(scores) != len(group):
            scores = [None] * len(group)
        found += [_row(span, score) for span, score in zip(group, scores, strict=True)]
    return found


def _confidence(span: Span) -> float | None:
    return span._.get(CONFIDENCE) if span.has_extension(CONFIDENCE) else None


def _row(span: Span, score: Any) -> list[Any]:
    told = None if score is None else min(1.0, max(0.0, float(score)))
    return [span.start_char, span.end_char, span.label_, told]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


if __name__ == "__main__":
    main(*sys.argv[1:5])
    os._exit(0)  # a thread that other people's code began waits for nobody
