"""How far a project is: counts by annotator and by label, for the dashboard and `status`.

`status` counts everyone's spans: it is a reviewer's command. What an annotator sees at work is
counted for her own eyes (`annotator`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tonemark.corpus.annotators import is_reviewing
from tonemark.corpus.evidence import NOTHING_SHOWN, Astray, astray
from tonemark.corpus.model_suggestions import IS_SHOWN
from tonemark.corpus.records import ANSWERS
from tonemark.corpus.store import Store


@dataclass(frozen=True, slots=True)
class AnnotatorProgress:
    """One annotator's counts: answers by kind, spans in accepted documents, pages begun."""

    name: str
    accept: int = 0
    reject: int = 0
    ignore: int = 0
    begun: int = 0
    spans: int = 0

    @property
    def answered(self) -> int:
        """Documents with an answer of any kind."""
        return self.accept + self.reject + self.ignore


@dataclass(frozen=True, slots=True)
class Progress:
    """A project's counts. `finished` are the documents whose places are all answered; `suggestions`
    says how those of gazetteers and patterns fared."""

    documents: int = 0
    finished: int = 0
    with_suggestions: int = 0
    annotators: tuple[AnnotatorProgress, ...] = ()
    labels: dict[str, int] = field(default_factory=dict)
    suggestions: Astray = NOTHING_SHOWN


def progress(store: Store, team: Sequence[str] = (), annotator: str | None = None) -> Progress:
    """The counts of a project; every member of `team` is listed, at work or not.

    Spans and labels are counted in the accepts of all, or in those of `annotator` alone, to whom
    others' work on documents that are still hers to answer must not show (DESIGN.md, promise 5).
    Extra answers count among the answers, spans and labels of whoever gave them: she did the work;
    `finished` does without them. What reviewers have open is not counted.
    """
    db = store.db
    accepts = "a.current AND a.answer = 'accept' AND (:own IS NULL OR a.annotator = :own)"
    own = {"own": annotator}
    answers: dict[str, dict[str, int]] = {name: {} for name in team}
    for name, answer, count in db.execute(
        "SELECT annotator, answer, count(*) FROM annotations WHERE current GROUP BY 1, 2"
    ):
        if answer in ANSWERS:  # damaged, it is any other
            answers.setdefault(str(name), {})[answer] = count
    for name, count in db.execute(
        "SELECT annotator, count(*) FROM claims WHERE state <> 'answered' OR reopened GROUP BY 1"
    ):
        if is_reviewing(str(name)):
            continue
        answers.setdefault(str(name), {})["begun"] = count
    for name, count in db.execute(
        "SELECT a.annotator, count(*) FROM annotations a JOIN spans s ON s.annotation = a.id"
        f" WHERE {accepts} GROUP BY 1",
        own,
    ):
        answers.setdefault(str(name), {})["spans"] = count
    labels = {
        str(label): count
        for label, count in db.execute(
            "SELECT s.label, count(*) FROM annotations a JOIN spans s ON s.annotation = a.id"
            f" WHERE {accepts} GROUP BY 1 ORDER BY 2 DESC, 1",
            own,
        )
    }
    (finished,) = db.execute(
        "SELECT count(*) FROM (SELECT document, count(*) AS n FROM annotations"
        " WHERE current AND NOT extra GROUP BY 1) a"
        " JOIN documents d ON d.id = a.document WHERE a.n >= d.places"
    ).fetchone()
    (suggested,) = db.execute(
        f"SELECT count(DISTINCT document) FROM suggestions s WHERE {IS_SHOWN}"
    ).fetchone()
    return Progress(
        store.document_count(),
        finished,
        suggested,
        tuple(AnnotatorProgress(name, **counts) for name, counts in sorted(answers.items())),
        labels,
        astray(store),
    )
