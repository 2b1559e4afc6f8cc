"""What is to be known before a model is trained, in plain words: what stops it, what would spoil
it, and what it will be made of; each with what to do and the documents that are meant. Counts
nothing itself, and knows no screen.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.files import typed
from tonemark.text import counted, short
from tonemark.training.material import SCARCE, Asked
from tonemark.training.preflight.finding import Finding, Kind
from tonemark.training.preflight.places import KEPT, Place, Places
from tonemark.training.preflight.survey import Part, Survey, survey

FEW_SPANS = 100
"""Spans to score on below which scores are rough: of so many, an F1 of 0.8 is known to 0.08 either
way (1.96 * sqrt(0.8 * 0.2 / 100))."""

NAMED = 10
"""Labels, or annotators, that a sentence names."""


def check(
    project: Project,
    store: Store,
    asked: Asked = Asked(),  # noqa: B008
    *,
    called: Path | None = None,
    progress: Callable[[int], None] = lambda documents: None,
) -> tuple[Finding, ...]:
    """What is to be known of a project before a model is trained on what is asked, in the order of
    its weight. `called` is its folder as the user calls it, for commands; `progress` is told how
    many documents were looked at."""
    return findings(survey(project, store, asked, progress=progress), called)


def findings(found: Survey, called: Path | None = None) -> tuple[Finding, ...]:
    """The same of a survey that was made."""
    folder = typed(called or found.project.folder)
    return (*_stopping(found, folder), *_spoiling(found, folder), *_known(found, folder))


def can_begin(found: Iterable[Finding]) -> bool:
    """Whether nothing stops a training."""
    return not any(each.stops for each in found)


# What stops it


def _stopping(found: Survey, folder: str) -> Iterator[Finding]:
    asked, training = found.asked, found.training
    if found.no_tokens:
        use = f"    tonemark tokenizers use {folder} NAME"
        remedy = f"{found.no_tokens.remedy}\nAnother tokenizer for the project:\n{use}".lstrip()
        words = f"The tokens cannot be made: {found.no_tokens.title}"
        yield Finding("tokenizer", 1, words, remedy, stops=True)
    if not found.documents:
        remedy = f"Add texts:\n    tonemark add {folder} FILE"
        yield Finding("no_documents", 0, "The project has no documents.", remedy, stops=True)
        return
    if not found.answers:
        words = f"Nobody has answered any of the {counted(found.documents, 'document')}."
        yield Finding("no_answers", 0, words, _label_first(folder), stops=True)
        return
    if asked.annotator is not None and asked.annotator not in found.annotators:
        words = f'"{short(asked.annotator, 40)}" has no answers in this project.'
        remedy = f"Annotators who have: {some(found.annotators)}."
        yield Finding("no_annotator", 1, words, remedy, stops=True)
        return
    known = {label.name for label in found.project.labels} | found.labels.keys()
    if missing := [label for label in asked.labels if label not in known]:
        is_one = len(missing) == 1
        words = f"{some(missing)} {'is no label' if is_one else 'are no labels'} of the project."
        remedy = f"Its labels: {some(label.name for label in found.project.labels)}."
        yield Finding("no_label", len(missing), words, remedy, stops=True)
    standing = training.documents + found.evaluation.documents
    if not standing:
        yield _nothing_left(found, folder)
    elif not training.spans and found.evaluation.spans:
        words = (
            f"All {counted(found.evaluation.spans, 'span')} are in the evaluation share, which"
            " teaches nothing."
        )
        remedy = f"Label more, or lower evaluation under [training] in {folder}/project.toml."
        yield Finding("no_training", found.evaluation.spans, words, remedy, stops=True)
    elif not training.spans:
        of = f" with {some(asked.labels)}" if asked.labels else ""
        words = f"There is no span{of} in the {counted(standing, 'document')} to learn from."
        places = tuple(found.without_spans.first)
        yield Finding("no_spans", 0, words, _label_first(folder), places, stops=True)
    elif not training.teaching and not found.no_tokens:
        yield _none_taught(found, folder)
    elif found.texts == 1:
        words = "There is one text to learn from, and none to score a model on."
        remedy = _label_first(folder)
        yield Finding("one_text", 1, words, remedy, stops=True)


def _none_taught(found: Survey, folder: str) -> Finding:
    """Why no model could learn from any of the spans that there are."""
    cut, blank = found.cutting, found.blank_edges
    why, remedies = [], []
    if cut.count:
        why.append(f"{cut.count:,} begin or end inside a token")
        remedies.append(f"Make a tokenizer that does not:\n    tonemark tokenizers learn {folder}")
    if blank.count:
        why.append(f"{blank.count:,} have white space at an edge")
        remedies.append("Move those edges with . and , on the page, or import the spans without.")
    words = f"Nothing can be learnt from {counted(found.training.spans, 'span')}: of all spans"
    words += f" {' and '.join(why)}."
    places = (*cut.first, *blank.first)[:KEPT]
    return Finding(
        "none_taught", found.training.spans, words, "\n".join(remedies), places, stops=True
    )


def _nothing_left(found: Survey, folder: str) -> Finding:
    """Why no answer stands."""
    left = {reason: places.count for reason, places in found.left_out.items() if places.count}
    said = ", ".join(f"{count:,} {LEFT_OUT.get(reason, reason)}" for reason, count in left.items())
    words = f"Of {counted(found.documents, 'document')} none is left to learn from: {said}."
    if "differing" in left:
        remedy = f"Settle what annotators differ on:\n    tonemark review {folder}"
    elif "without_gold" in left:
        remedy = f"Review documents, or leave --gold out:\n    tonemark review {folder}"
    else:
        remedy = f"Accept what can be labelled:\n    tonemark annotate {folder}"
    places = tuple(place for each in found.left_out.values() for place in each.first)
    return Finding("nothing_left", sum(left.values()), words, remedy, places[:NAMED], stops=True)


LEFT_OUT = {
    "differing": "on which annotators differ",
    "rejected": "rejected",
    "ignored": "ignored",
    "unanswered": "not answered",
    "without_gold": "without gold",
}
"""Why a document is left out, in words."""


# What would spoil it


def _spoiling(found: Survey, folder: str) -> Iterator[Finding]:
    if found.unreadable:
        many = len(found.unreadable)
        words = f"{counted(many, 'document')} cannot be read from the store: left out."
        remedy = f"What is wrong, and what to do:\n    tonemark doctor {folder}"
        places = tuple(Place(0, key) for key in found.unreadable[:NAMED])
        yield Finding("damaged", many, words, remedy, places)
    yield from _of(
        "cutting", found.cutting, "span",
        "{} begin or end inside a token: no model learns from them.",
        "{} begins or ends inside a token: no model learns from it.",
        "Move its edge with . and , (' for single characters), or split the token with t s; where"
        " many are so, the tokenizer wants a rule:"
        f"\n    tonemark tokenizers learn {folder}",
    )  # fmt: skip
    yield from _of(
        "blank_edges", found.blank_edges, "span",
        "{} have white space at an edge: no model learns from them.",
        "{} has white space at an edge: no model learns from it.",
        "Move its edge with . and , on the page.",
    )  # fmt: skip
    if not found.project.overlapping:
        yield from _of(
            "overlapping", found.overlapping, "span",
            "{} overlap another, and this project's spans may not.",
            "{} overlaps another, and this project's spans may not.",
            "Delete one of the two with -; or set overlapping = true in"
            f" {folder}/project.toml.",
        )  # fmt: skip
    yield from _of(
        "differing", found.left_out.get("differing"), "document",
        "Annotators differ on {}, and nobody has settled it: left out.", None,
        f"Settle them, or let a rule do what it can:\n    tonemark review {folder}"
        f"\n    tonemark review {folder} --auto majority",
    )  # fmt: skip
    yield from _of(
        "unlike", found.unlike, "document",
        "{} have the same text as another and other labels or answers: a model learns both.",
        "{} has the same text as another and other labels or another answer: a model learns both.",
        "Open both, and make them alike.",
    )  # fmt: skip
    yield from _of(
        "in_both", found.in_both, "document",
        "{} have a text that is learnt and scored: scores come out too high.",
        "{} has a text that is learnt and scored: scores come out too high.",
        f"Drop one of the two:\n    tonemark drop {folder} --document KEY --yes",
    )  # fmt: skip
    yield from _of(
        "pieces_in_both", found.pieces_in_both, "text",
        "{} are there whole and in pieces, one learnt and the other scored: scores come out too"
        " high.",
        "{} is there whole and in pieces, one learnt and the other scored: scores come out too"
        " high.",
        f"Drop the whole, or its pieces:\n    tonemark drop {folder} --document KEY --yes",
    )  # fmt: skip
    yield from _scarce(found, folder)
    yield from _unknown(found, folder)


def _of(
    kind: Kind, places: Places | None, what: str, many: str, one: str | None, remedy: str
) -> Iterator[Finding]:
    """A finding of places, if there are any; in `many` and `one` the braces are for how many."""
    if places and places.count:
        words = (one if one and places.count == 1 else many).format(counted(places.count, what))
        yield Finding(kind, places.count, words, remedy, tuple(places.first))


def _scarce(found: Survey, folder: str) -> Iterator[Finding]:
    labels = found.training.labels
    scarce = sorted(
        ((label, labels[label]) for label in found.labels if labels[label] < SCARCE),
        key=lambda each: (each[1], each[0]),
    )
    if not scarce:
        return
    said = some(f"{label} {count:,}" for label, count in scarce)
    are = "label has" if len(scarce) == 1 else "labels have"
    words = f"{len(scarce):,} {are} under {SCARCE} examples to learn from: {said}."
    remedy = (
        f"Label more of them, or learn without (--labels). Names that you have in a list are"
        f" suggested:\n    tonemark gazetteer add {folder} FILE --label {shlex.quote(scarce[0][0])}"
    )
    places = tuple(place for label, _ in scarce for place in found.labels[label].first)
    yield Finding("scarce", len(scarce), words, remedy, places)


def _unknown(found: Survey, folder: str) -> Iterator[Finding]:
    known = {label.name for label in found.project.labels}
    unknown = [label for label in sorted(found.labels) if label not in known]
    if not unknown:
        return
    are = "is" if len(unknown) == 1 else "are"
    said = some(f"{label} ({counted(found.label_count(label), 'span')})" for label in unknown)
    words = f"Used, and not among the labels of the project, {are} {said}."
    remedy = (
        f"Add a line to [labels] in {folder}/project.toml, or rename:"
        f"\n    tonemark relabel {folder} {_argument(unknown[0])} NEW"
    )
    places = tuple(place for label in unknown for place in found.labels[label].first)
    yield Finding("unknown_labels", len(unknown), words, remedy, places)


# What is only to be known


def _known(found: Survey, folder: str) -> Iterator[Finding]:
    standing = found.training.documents + found.evaluation.documents
    if standing:
        yield _parts(found, folder)
        yield from _labels(found)
    if standing > found.without_spans.count:
        yield from _note(
            "without_spans", found.without_spans,
            "Nothing is labelled in {} that were accepted: a model learns that from them, too.",
            "Nothing is labelled in {} that was accepted: a model learns that from it, too.",
            "Open some: where a name was overlooked, label it.",
        )  # fmt: skip
    reasons: tuple[tuple[Kind, str, str], ...] = (
        ("rejected", "{} were rejected, the text itself being faulty: left out.", "was"),
        ("ignored", "{} were ignored: left out.", "was"),
        ("unanswered", "{} are not answered yet.", "is"),
        ("without_gold", "{} have no gold: left out, as --gold asks.", "has"),
    )
    for reason, many, one in reasons:
        single = many.replace(many.split()[1], one, 1)
        yield from _note(reason, found.left_out.get(reason), many, single)
    if found.answers:
        yield _annotators(found, folder)


def _note(
    kind: Kind, places: Places | None, many: str, one: str, remedy: str = ""
) -> Iterator[Finding]:
    for each in _of(kind, places, "document", many, one, remedy):
        yield replace(each, note=True)


def _parts(found: Survey, folder: str) -> Finding:
    """How many documents there are to learn from and to score on."""
    training, evaluation, share = found.training, found.evaluation, found.project.evaluation
    words = f"To learn from: {_size(training)}."
    remedy = ""
    if found.way != "evaluation":
        if share:
            words += f" None of them is in the evaluation share ({share:.4g}) yet."
        else:
            words += " None is kept to score on."
            remedy = (
                "To keep a tenth that no model ever learns from, set evaluation = 0.1 under"
                f" [training] in {folder}/project.toml."
            )
        if found.sizes:
            words += (
                f" Each of {counted(len(found.sizes), 'part')} is scored by a model of the others:"
                f" {', '.join(f'{each:,}' for each in found.sizes)} documents."
            )
        return Finding("parts", training.documents, words, remedy, note=True)
    words += f" To score on (evaluation = {share:.4g}): {_size(evaluation)}."
    if evaluation.spans < FEW_SPANS:
        remedy = (
            f"Scores on fewer than {FEW_SPANS} spans are rough. The share takes documents as they"
            " are answered; a larger one is set by evaluation under [training] in"
            f" {folder}/project.toml."
        )
    return Finding("parts", training.documents, words, remedy, note=True)


def _size(part: Part) -> str:
    return f"{counted(part.documents, 'document')} with {counted(part.spans, 'span')}"


def _labels(found: Survey) -> Iterator[Finding]:
    """What is told of labels that is no fault: that there is but one, and which were never used."""
    learnt = list(found.training.labels)
    if len(learnt) == 1:
        words = f"All spans to learn from are {learnt[0]}: a model finds these, and nothing else."
        remedy = "If that is not all that you want, label examples of the other labels, too."
        places = tuple(found.labels[learnt[0]].first)
        yield Finding("one_label", 1, words, remedy, places, note=True)
    wanted = found.asked.labels or [label.name for label in found.project.labels]
    unused = [label for label in wanted if label not in found.labels]
    if unused and learnt:
        are = "was" if len(unused) == 1 else "were"
        words = f"Never used {are} {some(unused)}."
        remedy = "Label examples of what you need; take the others out of project.toml."
        yield Finding("unused_labels", len(unused), words, remedy, note=True)


def _annotators(found: Survey, folder: str) -> Finding:
    """Who answered, and on how many documents answers can be compared."""
    names = found.annotators
    if len(names) == 1:
        words = f"All answers are of {some(names)}: how far people agree is not known."
        remedy = (
            "To know it, let others answer a part, too: overlap = 2 and overlap_share = 0.1 under"
            f" [routing] in {folder}/project.toml."
        )
        return Finding("annotators", 1, words, remedy, note=True)
    said = some(f"{name} {count:,}" for name, count in names.most_common())
    have = "have" if found.answered_twice > 1 else "has"
    several = counted(found.answered_twice, "document") if found.answered_twice else "no document"
    twice = f"{several} {have} several answers"
    words = f"{len(names):,} annotators answered: {said}; {twice}."
    remedy = f"How far they agree:\n    tonemark agreement {folder}" if found.answered_twice else ""
    return Finding("annotators", len(names), words, remedy, note=True)


# Words


def _label_first(folder: str) -> str:
    return f"Label some first; a hundred documents make a model:\n    tonemark annotate {folder}"


def _argument(word: str) -> str:
    """A word as a command's argument is typed: with dashes before it, it would be an option."""
    return f"{'-- ' * word.startswith('-')}{shlex.quote(word)}"


def some(names: Iterable[str]) -> str:
    """The first of some names, and how many more there are."""
    all_of_them = list(names)
    more = len(all_of_them) - NAMED
    said = ", ".join(short(name, 60) for name in all_of_them[:NAMED])
    return f"{said} and {more:,} more" if more > 0 else said
