"""Filling a project's gazetteers: `gazetteer add`, from files, from CLDR, from accepted answers."""

from __future__ import annotations

import contextlib
import os
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tonemark.cli.opening import (
    DIRECTORY,
    WrongValue,
    json_option,
    open_project,
    say_json,
    value_of,
)
from tonemark.cli.outcomes import Outcome, passed_over, tell
from tonemark.errors import TonemarkError
from tonemark.files import typed

if TYPE_CHECKING:
    from tonemark.corpus.gazetteers import Added, NewEntry
    from tonemark.corpus.project import Project
    from tonemark.corpus.store import Store
    from tonemark.patterns.entries import Rules
    from tonemark.patterns.oddities import Oddities
    from tonemark.patterns.reading import Item

CLDR = "cldr"
"""The gazetteer of names out of CLDR, where --name gives it no other."""

NAME_LENGTH = 100
"""Code points that the name of a gazetteer may have."""


@click.command(
    "add",
    epilog="Example: tonemark gazetteer add habari places.txt --label LOC. Adding a file again adds"
    " nothing.",
)
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("files", type=DIRECTORY, metavar="[FILE|-]...", nargs=-1)
@click.option("--label", metavar="L", help="The label of entries that come without one.")
@click.option("--name", metavar="NAME", help="What to call the gazetteer; by default as the file.")
@click.option("--map", "maps", multiple=True, metavar="OLD=NEW",
              help="Take label OLD for NEW; may be given again.")  # fmt: skip
@click.option("--format", "form", metavar="F", help="jsonl, csv, tsv, list; by suffix.")
@click.option(
    "--cldr",
    "topics",
    is_flag=False,
    flag_value="all",
    metavar="[WHAT]",
    help="Unicode's names in the project's language: countries,cities,languages.",
)
@click.option(
    "--from",
    "other",
    type=DIRECTORY,
    metavar="PROJECT",
    help="The names in the accepted answers of a project; may be DIR itself.",
)
@json_option
def add_command(
    folder: Path,
    files: tuple[Path, ...],
    label: str | None,
    name: str | None,
    maps: tuple[str, ...],
    form: str | None,
    topics: str | None,
    other: Path | None,
    as_json: bool,
) -> int:
    """Add names and patterns from FILEs: JSON Lines, CSV, TSV, lists of a name a line; - for
    standard input.

    JSON Lines are as Prodigy and spaCy have them: {"label": "LOC", "pattern": "Dar es Salaam"}, the
    pattern a name or a list of spaCy's token dictionaries; or {"label", "regex"}. What cannot be
    taken is refused with its line and reason; the rest goes in.
    """
    if not files and topics is None and other is None:
        raise click.UsageError("Name files, or give --cldr or --from PROJECT.")
    if topics and _is_path(topics):
        # click takes the word behind --cldr for its value, whatever it is.
        files, topics = (*files, Path(topics)), "all"
    project, store = open_project(folder)
    rules = _rules(project, label, maps)
    with value_of("--name"):
        checked_name(name)
    outcomes = [
        *(_from_file(folder, store, path, name, form, rules, hidden=as_json) for path in files),
        *([_from_cldr(project, folder, store, topics, name, rules)] if topics else []),
        *([_from_answers(project, store, other, name, rules, as_json)] if other else []),
    ]
    if as_json:
        from tonemark.cli.building_gazetteers import built

        if any(each.report.added for each in outcomes):
            built(project, store, hidden=True)
        told = [each.as_json() for each in outcomes]
        counts = {key: sum(each[key] for each in told) for key in ("new", "known", "refused_count")}
        say_json({**counts, "gazetteers": told})
    else:
        tell(outcomes)
        if any(each.report.added for each in outcomes):
            from tonemark.cli.building_gazetteers import built

            built(project, store, hidden=False)
    return int(any(e.failure or e.stopped or e.report.refused_count for e in outcomes))


def _is_path(topics: str) -> bool:
    from tonemark.patterns.cldr import TOPICS

    wanted = {"all", *TOPICS}
    return not {each.strip() for each in topics.split(",")} & wanted and os.path.exists(topics)


def _rules(project: Project, label: str | None, maps: tuple[str, ...]) -> Rules:
    """Raises click's BadParameter where a label is none of the project's."""
    from tonemark.patterns.entries import Rules, unknown_label
    from tonemark.patterns.folding import folding_of

    labels = tuple(each.name for each in project.labels)

    def known(name: str, option: str) -> str:
        if name not in labels:
            told = unknown_label(name, labels).split(": perhaps --map")[0]
            error = TonemarkError(f"{told}.", "Labels stand in project.toml, under [labels].")
            raise WrongValue(error, option)
        return name

    mapped = {}
    for each in maps:
        old, sign, new = each.rpartition("=")
        if not sign or not old:
            error = TonemarkError(f'"{each}" is not OLD=NEW.', "For example: --map PERSON=PER")
            raise WrongValue(error, "--map")
        mapped[old] = known(new, "--map")
    return Rules(
        labels, folding_of(project), known(label, "--label") if label is not None else "", mapped
    )


def checked_name(name: str | None) -> None:
    """Raises TonemarkError where a gazetteer cannot be called so."""
    from tonemark.corpus.gazetteers import ACCEPTED

    if name is None:
        return
    if name == ACCEPTED:
        raise TonemarkError(
            f'"{ACCEPTED}" is the gazetteer of what annotators taught.', "Choose another name."
        )
    if not name.strip() or not name.isprintable() or len(name) > NAME_LENGTH:
        raise TonemarkError(
            f'"{name[:NAME_LENGTH]}" cannot be the name of a gazetteer.',
            f"It has 1 to {NAME_LENGTH} characters that print.",
        )


def _from_file(
    folder: Path,
    store: Store,
    path: Path,
    name: str | None,
    form: str | None,
    rules: Rules,
    *,
    hidden: bool,
) -> Outcome:
    from tonemark.cli.progress import Progress
    from tonemark.corpus.documents import source_name
    from tonemark.corpus.gazetteers import ACCEPTED
    from tonemark.corpus.reports import Report
    from tonemark.patterns.oddities import Oddities
    from tonemark.patterns.reading import (
        FORMS,
        encoding_seen,
        form_of,
        form_seen,
        in_utf8,
        opened,
        read_entries,
    )  # fmt: skip

    if form is not None and form not in FORMS:
        error = TonemarkError(f'"{form}" is no format.', f"They are {', '.join(FORMS)}.")
        raise WrongValue(error, "--format")
    given = next((each for each in FORMS if each == form), None) or form_of(path)
    is_piped = str(path) == "-"
    own = "standard input" if is_piped else source_name(path.name)
    own = f"{own} (file)" if own == ACCEPTED else own
    outcome = Outcome(name or own, own if is_piped else path.name, Report())
    encoding = ""
    try:
        with opened(path) as stream:
            encoding = encoding_seen(stream)
            chosen = given or form_seen(stream)
            odd = Oddities(is_list=chosen == "list")
            bar = Progress(path, hidden=hidden or is_piped)
            bar.watch(stream)
            with bar as progress:
                items = read_entries(stream, chosen, own, rules)
                _put(store, outcome, items, odd, progress)
    except TonemarkError as error:
        outcome.failure = error
    report = outcome.report
    if encoding and (outcome.failure or report.refused_count):
        file = "FILE" if is_piped else typed(path)
        outcome.notes.append(f"{own} is probably {encoding}: {in_utf8(encoding, file)}")
    if outcome.failure:
        return outcome
    if notes := odd.told():
        called = typed(Path(outcome.name))
        outcome.notes += notes
        outcome.notes.append(
            "if these are none, take them away again: tonemark gazetteer remove"
            f" {typed(folder)} {called}"
        )
    elif not (report.added or report.already_there or report.refused_count):
        outcome.notes.append(f"nothing stands in {own}")
    return outcome


def _put(
    store: Store,
    outcome: Outcome,
    items: Iterator[Item],
    odd: Oddities,
    progress: Callable[[int], None],
) -> None:
    """Write what is read, a chunk at a time, and note what is refused."""
    from tonemark.corpus.gazetteers import CHUNK, add_entries
    from tonemark.refusals import Refusal

    lines: deque[int] = deque(maxlen=CHUNK)
    given = 0

    def entries() -> Iterator[NewEntry]:
        nonlocal given
        for item in items:
            if isinstance(item, Refusal):
                outcome.report.refuse(item.line, item.reason)
            else:
                lines.append(item.line)
                given += 1
                if item.entry.kind == "name":
                    odd.look(item.entry.pattern)
                yield item.entry

    added = add_entries(store, outcome.name, entries(), progress)
    _count(outcome, added)
    if added.full:
        # A chunk is read before it is written: the first line that was left out is in it.
        outcome.stopped = lines[added.new + added.known - given]


def _count(outcome: Outcome, added: Added) -> None:
    outcome.report.added = added.new
    outcome.report.already_there = added.known


def _from_cldr(
    project: Project, folder: Path, store: Store, topics: str, name: str | None, rules: Rules
) -> Outcome:
    """Names out of CLDR; a topic that none of the project's labels is for is passed over."""
    from tonemark.corpus.gazetteers import NewEntry, add_entries
    from tonemark.corpus.reports import Report
    from tonemark.patterns.cldr import TOPICS, cldr_names, label_for, locale_of
    from tonemark.refusals import Refused

    asked = [each.strip() for each in topics.split(",") if each.strip()]
    if strange := [each for each in asked if each not in ("all", *TOPICS)]:
        error = TonemarkError(f"CLDR has no {strange[0]} here.", f"It has {', '.join(TOPICS)}.")
        raise WrongValue(error, "--cldr")
    outcome = Outcome(name or CLDR, "CLDR", Report())
    otherwise = (
        f"Add a file of names:\n    tonemark gazetteer add {typed(folder)} FILE --label LABEL"
    )
    entries: list[NewEntry] = []
    try:
        for topic in TOPICS:
            if "all" not in asked and topic not in asked:
                continue
            # --label PLACE makes places of countries: of languages only where those are asked for.
            is_meant = topic in asked or topic != "languages"
            label = (rules.label if is_meant else "") or label_for(topic, rules.labels)
            if not label:
                outcome.notes.append(
                    f"{topic}: left out, for no label of the project says that it is theirs; say"
                    f" which: --cldr {topic} --label LABEL"
                )
                continue
            try:
                found = cldr_names(project.language, topic)
            except TonemarkError as error:
                raise TonemarkError(error.title, otherwise) from None
            if not found:
                outcome.notes.append(f"{topic}: CLDR has none in {locale_of(project.language)}")
            for each in found:
                with contextlib.suppress(Refused):  # what nothing is left of under the folds
                    entries.append(NewEntry(label, rules.checked_name(each)))
            if found:
                outcome.notes.append(f"{topic}: {len(found):,} names, as {label}")
        if entries:
            _count(outcome, add_entries(store, outcome.name, entries))
        else:
            outcome.failure = TonemarkError("Nothing was added from CLDR.", otherwise)
    except TonemarkError as error:
        outcome.failure = error
    return outcome


def _from_answers(
    project: Project, store: Store, other: Path, name: str | None, rules: Rules, hidden: bool
) -> Outcome:
    from tonemark.cli.building_gazetteers import Line
    from tonemark.corpus.documents import source_name
    from tonemark.corpus.gazetteers import ACCEPTED, add_entries
    from tonemark.corpus.project import read_project
    from tonemark.corpus.project_file import PROJECT_FILE
    from tonemark.corpus.reports import Report
    from tonemark.corpus.store import STORE_FILE, Store
    from tonemark.patterns.answered import Passed, answered_entries

    outcome = Outcome(name or "", str(other), Report())
    try:
        try:
            theirs = read_project(other)
        except TonemarkError as error:
            if os.path.lexists(other / PROJECT_FILE):
                raise
            raise TonemarkError(error.title, "Name the folder of the project.") from None
        own = source_name(theirs.name)
        outcome.name = name or (f"{own} (project)" if own == ACCEPTED else own)
        is_own = theirs.folder == project.folder
        source = store if is_own else Store(theirs.folder / STORE_FILE, reading=True)
        passed = Passed()
        with Line(f"names of {own[:30]}", hidden=hidden) as line:
            # Of the larger share: it has the documents of the smaller one.
            evaluation = max(project.evaluation, theirs.evaluation)
            entries = answered_entries(source, store, rules, passed, evaluation=evaluation)
            added = add_entries(store, outcome.name, _distinct(entries), line.update)
        _count(outcome, added)
        outcome.notes += passed_over(passed, other)
        if added.full:
            outcome.notes.append("the project is full: what follows was left out")
        outcome.report.refused_count = passed.spans.total()
    except TonemarkError as error:
        outcome.failure = error
    return outcome


REMEMBERED = 500_000
"""Entries of answers that are told from equal ones; a name of a later document is known then."""


def _distinct(entries: Iterator[NewEntry]) -> Iterator[NewEntry]:
    """Each entry once: a name that stands a thousand times in the answers is not known a thousand
    times."""
    seen: set[NewEntry] = set()
    for entry in entries:
        if entry not in seen:
            if len(seen) < REMEMBERED:
                seen.add(entry)
            yield entry
