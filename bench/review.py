"""Plays adjudication through the real review screen: what three annotators said of sentences, and a
gold that is asked for on each on which they differ.

The program is started as people start it, its screen is read, and the gold that it exports is
compared with the one asked for. What is imported of it are the rules of a page, to look for the
fewest keys on: the screen is compared with them (drift). `--rehearse` plays on those rules alone.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from material import PROGRAM, environment_in, tonemark, word_counts
from review_cases import Case, compare, make_project, published, read_columns, ruled
from review_report import Played, Run, held, lines_of, told
from reviewer import Annotating, Asked, Reviewing, Step, settle
from terminal import Terminal, lost, to_its_end

from tonemark.corpus.annotations import answers_among
from tonemark.corpus.project import Project, label_keys
from tonemark.corpus.records import ANSWERS, Record
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import sentence_rules_with, tokens_of
from tonemark.errors import TonemarkError
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.page.keys import key_table
from tonemark.tui.page.layout import window
from tonemark.tui.page.render import render
from tonemark.tui.page.review_keys import ReviewKeyboard
from tonemark.tui.page.review_view import ReviewView

CORPORA = Path(__file__).resolve().parents[2] / "shared" / "corpora"

LANGUAGES = {"amh": "am", "yor": "yo"}
"""The languages of a corpora folder that several people tagged, each with its tag."""

GOLDS = ("published", "ruled")

REVIEWER = "oracle"

SEED = 6

PATIENCE = 20.0
"""Seconds that a document may take to appear."""

SHOWN = 5
"""Faults that are told one by one."""


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where a gold came out other than asked for, a bound on keys
    was missed, or the screen was not what the rules say."""
    options = _parser().parse_args(arguments)
    begun = time.monotonic()
    runs: list[Run] = []
    try:
        for language in options.language or list(LANGUAGES):
            for asked in options.golds or GOLDS:
                with tempfile.TemporaryDirectory(prefix="tonemark-bench-") as name:
                    runs.append(play_one(options, language, asked, Path(name)))
    except TonemarkError as error:
        print(f"{error.title} {error.remedy}", file=sys.stderr)
        return 1
    figures = [figure for run in runs for figure in held(run)]
    report = {
        "rehearsed": options.rehearse,
        "runs": {run.name: told(run) for run in runs},
        "figures": [figure.to_json() for figure in figures],
        "seconds": round(time.monotonic() - begun, 1),
    }
    for run in runs:
        for fault in (run.drift + run.faults)[: 2 * SHOWN]:
            print(f"{run.name}: {fault}", file=sys.stderr)
    if options.json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        print(*lines_of(report, figures), sep="\n")
    return int(not all(figure.holds for figure in figures))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench review",
        description="Plays adjudication through the real review screen and counts the keys.",
        epilog="Example: ./run bench review --language amh --golds published --limit 20",
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA, metavar="DIR")
    parser.add_argument("--language", action="append", choices=LANGUAGES, help="[all]")
    parser.add_argument("--golds", action="append", choices=GOLDS, help="[both]")
    parser.add_argument("--limit", type=int, metavar="N", help="play the first N documents of each")
    parser.add_argument(
        "--seed", type=int, default=SEED, help="of the golds by rule  [%(default)s]"
    )
    parser.add_argument(
        "--rehearse", action="store_true", help="on the rules of the page, without a terminal"
    )
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def play_one(options: argparse.Namespace, language: str, asked: str, folder: Path) -> Run:
    """Make one project, settle its differences, export, compare."""
    cases = read_columns(options.corpora / "agreement" / f"{language}.conll")
    if asked == "published":
        names = ("train", "dev", "test")
        files = [options.corpora / "ner" / language / f"{name}.conll" for name in names]
        cases = published(cases, files)
    else:
        cases = ruled(cases, options.seed)
    return adjudicate(
        f"{language}, {asked} gold", cases, LANGUAGES[language], folder,
        rehearse=options.rehearse, limit=options.limit,
    )  # fmt: skip


def adjudicate(
    name: str,
    cases: Sequence[Case],
    language: str,
    folder: Path,
    *,
    rehearse: bool = False,
    limit: int | None = None,
    size: tuple[int, int] = (80, 24),
) -> Run:
    """Settle the differences of these sentences, of the first `limit` that differ; what is not as
    asked for is among the faults of the run."""
    environment = environment_in(folder)
    project = make_project(folder, cases, environment, language)
    played = [case for case in cases if case.asked][:limit]
    run = Run(name, len(played))
    tokenizer = load_tokenizer(project.tokenizer)
    records = [
        Record(at, at, case.text, case.key, tokens=case.tokens) for at, case in enumerate(cases, 1)
    ]
    counts = word_counts(records, tokenizer)
    annotating = Annotating(project, counts, sentence_rules_with(tokenizer), size)
    try:
        with closing(Store(project.folder / STORE_FILE)) as store:
            sitting = _Sitting(project, store, tokenizer, annotating, size, run)
            (sitting.rehearse if rehearse else sitting.play)(played, environment)
    except TonemarkError as error:  # what was settled is exported and compared all the same
        run.faults.append(error.title)
    exported = folder / "gold.jsonl"
    tonemark(environment, "export", project.folder, "--gold", "-o", exported)
    faults = compare(played, exported)
    run.equal = len(played) - len(faults)
    run.faults += faults
    return run


class _Sitting:
    """A reviewer at one project, `played` filling up."""

    def __init__(
        self,
        project: Project,
        store: Store,
        tokenizer: Tokenizer,
        annotating: Annotating,
        size: tuple[int, int],
        run: Run,
    ) -> None:
        self.project, self.store, self.tokenizer = project, store, tokenizer
        self.annotating, self.size, self.run = annotating, size, run

    def reviewing(self, case: Case) -> Reviewing:
        """A document as it opens."""
        number = self.store.number_of(case.key)
        assert number
        document = self.store.document(number)
        answers = list(answers_among(self.store, [number], set())[number].values())
        tokens = tokens_of(self.store, document, self.tokenizer)
        return Reviewing(document, tokens, answers, self.project, self.size)

    def steps(self, reviewing: Reviewing, case: Case, asked: Asked) -> Iterator[Step]:
        """The steps that settle a document, noted as they are played; after the last, Enter if it
        is needed."""
        noted: list[Step] = []
        for step in settle(reviewing, asked, self.annotating):
            noted.append(step)
            yield step
        if reviewing.stretches() != asked.spans and not (noted and noted[-1].leaves):
            self.run.faults.append(f"{case.key} ({case.rule}): no keys lead to what is asked for")
        for at, step in enumerate(noted, 1):
            last = at == len(noted) and not step.leaves
            self.run.played.append(Played(step, case.rule, last))

    # Without a terminal

    def rehearse(self, played: Sequence[Case], environment: Mapping[str, str]) -> None:
        """Settle all by the rules of the page at the program's own desk."""
        desk = ReviewDesk(self.project, self.store, REVIEWER, self.tokenizer)
        with closing(desk):
            desk.open_next()
            for case in played:
                assert case.asked
                if not desk.page or desk.page.sheets[0].document.key != case.key:
                    raise TonemarkError(f"The queue has another document than {case.key}.")
                reviewing = self.reviewing(case)
                width, height = window(*self.size)
                table = key_table(label_keys(self.project))
                letters = table.letters
                view = ReviewView(
                    desk.page, desk.reviewed, width=width, height=height, letters=letters,
                    mode=reviewing.view.mode,
                )  # fmt: skip
                keyboard = ReviewKeyboard(view, table)
                view.hints()
                command = ""
                for step in self.steps(reviewing, case, case.asked):
                    for key in (key for action in step.actions for key in action.keys):
                        command = keyboard.press(key).command
                        view.hints()
                if not command:
                    command = keyboard.press("enter").command
                for answer in ANSWERS:
                    if command == answer:
                        desk.answer(answer)
                        break
                else:
                    raise TonemarkError(f"{case.key} ({case.rule}) is not settled by the keys.")

    # In a terminal

    def play(self, played: Sequence[Case], environment: Mapping[str, str]) -> None:
        """Settle all in the running program."""
        folder = self.project.folder
        command = [*PROGRAM, "review", str(folder), "--as", REVIEWER]
        terminal = Terminal(command, environment, *self.size)
        with to_its_end(terminal, PATIENCE):
            for case in played:
                assert case.asked
                reviewing = self.reviewing(case)
                if not self._follow(terminal, reviewing, f"{case.key}, opened", PATIENCE):
                    raise lost(terminal, f"{case.key} did not appear")
                leaves = False
                for step in self.steps(reviewing, case, case.asked):
                    for key in (key for action in step.actions for key in action.keys):
                        terminal.press(key)
                        terminal.settle()
                    leaves = step.leaves
                if not leaves:
                    self._follow(terminal, reviewing, f"{case.key}, settled", 2.0)
                    terminal.press("enter")
            terminal.rest()

    def _follow(self, terminal: Terminal, reviewing: Reviewing, where: str, seconds: float) -> bool:
        """Wait until the screen shows the document that the rehearsal has; whether it does."""
        view = reviewing.view
        drawn = render(view, {name: place for place, name in enumerate(reviewing.names)})
        wanted = ["".join(text for text, _ in runs).rstrip() for runs in drawn[: view.height]]

        def shown(lines: list[str]) -> bool:
            return lines[2 : 2 + len(wanted)] == wanted

        follows = terminal.wait(shown, seconds=seconds)
        if not follows:
            for y, (line, found) in enumerate(zip(wanted, terminal.lines()[2:], strict=False)):
                if line != found:
                    self.run.drift.append(f"drift: {where}, line {3 + y}: {found!r}, not {line!r}")
                    break
        return follows
