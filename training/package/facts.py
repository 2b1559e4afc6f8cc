"""What a model card tells, gathered: from the model's files, the project and its store."""

from __future__ import annotations

import time
from importlib.metadata import version as own_version
from typing import Any

from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.review.accepted import LeftOut, accepted, accepts, commonest, who_accepted
from tonemark.review.report import Gathering, agreement
from tonemark.training.package.card import About, shown_scores
from tonemark.training.package.carried_code import OURS
from tonemark.training.runs.folders import Run
from tonemark.training.runs.telling import options
from tonemark.training.scores.report import scores_of, taught


def about_model(
    project: Project,
    store: Store,
    run: Run,
    *,
    package: str,
    version: str,
    requirements: tuple[str, ...],
) -> About:
    """What the card tells of a model of a project: of what it learnt from, and not of what the
    project has become since."""
    asked = options(run.about)
    of_one = "--annotator" in asked
    try:
        scores = shown_scores(scores_of(run))
    except TonemarkError:
        scores = {}
    return About(
        project=project.name,
        package=package,
        version=version,
        model=run.name,
        kind=run.words("kind"),
        why=run.words("why"),
        language=run.words("language") or project.language,
        tokenizer=run.words("tokenizer"),
        tokenizer_version=run.words("tokenizer_version"),
        labels={label.name: label.about for label in project.labels},
        taught=taught(run),
        documents=int(run.figure("documents")),
        annotators=int(run.figure("annotators")),
        agreement={} if of_one else agreement_of(project, store),
        scored_on=run.words("scored_on"),
        scores=scores,
        seconds=run.figure("seconds"),
        licence=project.licence,
        made=time.strftime("%Y-%m-%d", time.localtime(run.made)),
        tonemark=own_version(OURS),
        requirements=requirements,
        asked=tuple(asked),
        overlapping=run.about.get("overlapping") is True,
    )


def agreement_of(project: Project, store: Store) -> dict[str, Any]:
    """The figures of agreement of the project as it is, as `agreement` gives them; empty where
    no two annotators accepted the same document."""
    number = commonest(accepts(store))
    if not number:
        return {}
    gathered = Gathering(who_accepted(store))
    tokenizer = tokenizer_of(project, loads_code=True)
    for each in accepted(store, tokenizer, number, LeftOut()):
        gathered.add(each.document.key, each.document.text, each.works)
    if not gathered.sums.documents:
        return {}
    found = agreement(gathered)
    shown = found.to_json()
    return {
        "documents": found.documents,
        "f1": shown["f1"]["mean"],
        "fleiss": shown["fleiss"],
        "alpha": shown["alpha"],
    }
