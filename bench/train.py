"""Trains models by the program itself, of projects made as a user makes them, and scores them on
the whole test file, beside spaCy's default network in the same time and what was measured before.

A project has the first sentences of train, shuffled with seed 0 or another, labelled; the others
without labels, and raw text. No word of dev or test is in it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from learn import ALL, CORPORA, LANGUAGES
from material import Corpus, environment_in, read_gold, read_raw, tonemark
from train_report import figures, line, table

from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.tokenizers.languages import language_tag

SAVING = 15.0
"""Seconds that spaCy has to save its network."""

SEEDS = (0, 1, 2)
"""Of the shuffles of train."""

SEEDED = (100, 120)
"""Sentences and seconds of the case that is measured with all of them."""

LOOKED_AT = 100
"""Sentences of its own that spaCy's default network is looked at with: dev has words that nobody
may use."""


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where a target is missed."""
    options = _parser().parse_args(arguments)
    # A shell has what it starts in the background ignore it, and all that is started there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    done = list(_done(options.out)) if options.out else []
    rows, failed = done if options.report else [], False
    for case in () if options.report else _cases(options):
        row = next((each for each in done if _same(each, case)), None)
        if row is None:
            try:
                row = measured(options, **case)
            except TonemarkError as error:
                failed = True
                print(f"{case}: {error.title} {error.remedy}", file=sys.stderr, flush=True)
                continue
            if options.out:
                _keep(options.out, row)
        rows.append(row)
        if not options.json:
            print(line(row), flush=True)
    found = list(figures(rows))
    if options.json:
        print(json.dumps({"rows": rows, "figures": [each.to_json() for each in found]}))
    else:
        print(*table(rows), *(each.line() for each in found), sep="\n")
    return int(failed or not all(each.holds for each in found))


def measured(
    options: argparse.Namespace, language: str, sentences: int, seconds: int, seed: int
) -> dict[str, Any]:
    """One model, and its rival: what they scored and how long they took."""
    with tempfile.TemporaryDirectory(prefix="tonemark-train-") as name:
        folder = Path(name)
        environment = environment_in(folder)
        train = read_gold(options.corpora / "ner" / language / "train.conll")
        test = read_gold(options.corpora / "ner" / language / "test.conll")
        shuffled = list(train.records)
        random.Random(seed).shuffle(shuffled)
        labelled = shuffled[: sentences or None]
        raw = options.corpora / "raw" / f"{language}.jsonl"
        texts = [*shuffled[len(labelled) :], *(read_raw(raw) if raw.exists() else ())]
        project = folder / "project"
        make_project(project, language, train, labelled, texts, environment)
        began, spent = time.monotonic(), os.times()
        told = trained(project, seconds, environment)
        wall, cpu = time.monotonic() - began, _cpu(spent)
        pipeline = project / "models" / told["model"] / "pipeline"
        right = score(pipeline, test)
        row = {
            "language": language, "sentences": sentences, "time": seconds, "seed": seed,
            **right, "kind": told["kind"], "why": told["why"], "own_f1": told["f1"],
            "candidates": told["candidates"], "wall": round(wall, 1), "cpu": round(cpu, 1),
            "load": round(os.getloadavg()[0], 1),
        }  # fmt: skip
        if options.rival:
            model = default_network(folder / "rival", train, labelled, seconds)
            row["spacy"] = score(model, test)["f1"] if model else 0.0
        return row


def make_project(
    project: Path,
    language: str,
    corpus: Corpus,
    labelled: Sequence[Record],
    texts: Sequence[Record],
    environment: dict[str, str],
) -> None:
    """A project as a user makes it: labelled sentences brought with their answers, texts added."""
    tag, names = language_tag(language), ",".join(corpus.labels)
    tonemark(environment, "new", project, "--lang", tag, "--labels", names)
    for name, records in (("labelled", labelled), ("texts", texts)):
        path = project.parent / f"{name}.jsonl"
        with path.open("w", encoding="utf-8") as stream:
            for record in records:
                item: dict[str, Any] = {"text": record.text}
                if record.tokens is not None:
                    item["tokens"] = [{"start": each[0], "end": each[1]} for each in record.tokens]
                if name == "labelled":
                    item["spans"] = [span._asdict() for span in corpus.gold[str(record.key)]]
                    item["answer"] = "accept"
                stream.write(json.dumps(item, ensure_ascii=False) + "\n")
        given = ("--annotators", "gold") if name == "labelled" else ()
        if records:
            tonemark(environment, "add", project, path, *given)


def trained(project: Path, seconds: int, environment: dict[str, str]) -> dict[str, Any]:
    """Train, and what the program says of it on its last line."""
    command = [sys.executable, "-m", "tonemark", "train", str(project), "--time", f"{seconds}s"]
    done = subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise TonemarkError(f"train failed ({done.returncode}): {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    about = json.loads((project / "models" / told["model"] / "model.json").read_text())
    return {**about, **told}


def score(pipeline: Path, test: Corpus) -> dict[str, Any]:
    """Exact spans, micro, on the tokens of the file."""
    from spacy.tokens import Doc
    from spacy.util import load_model_from_path

    from tonemark.tokenizers.bridges.spacing import words_and_spaces

    nlp = load_model_from_path(pipeline)
    right = found = gold = 0
    for record in test.records:
        words, spaces = words_and_spaces(record.text, record.tokens or ())
        doc = nlp(Doc(nlp.vocab, words=words, spaces=spaces))
        wanted = set(map(tuple, test.gold[str(record.key)]))
        given = {(each.start_char, each.end_char, each.label_) for each in doc.ents}
        right, found, gold = right + len(wanted & given), found + len(given), gold + len(wanted)
    return {
        "f1": round(2 * right / max(1, found + gold), 4),
        "precision": round(right / max(1, found), 4),
        "recall": round(right / max(1, gold), 4),
    }


def default_network(
    folder: Path, corpus: Corpus, labelled: Sequence[Record], seconds: int
) -> Path | None:
    """What `spacy train` makes of the same sentences with spaCy's own default config for a
    processor, on as many of them, ended after so many seconds; None where nothing is there by
    then. Its last state, not the best one so far: that is from a look some time ago."""
    import spacy
    from spacy.tokens import Doc, DocBin

    from tonemark.tokenizers.bridges.spacing import words_and_spaces

    folder.mkdir()
    vocab = spacy.blank("xx").vocab
    docs = []
    for record in labelled:
        words, spaces = words_and_spaces(record.text, record.tokens or ())
        doc = Doc(vocab, words=words, spaces=spaces)
        spans = [doc.char_span(*each) for each in corpus.gold[str(record.key)]]
        doc.set_ents([each for each in spans if each is not None], default="outside")
        docs.append(doc)
    DocBin(docs=docs).to_disk(folder / "train.spacy")
    DocBin(docs=docs[:LOOKED_AT]).to_disk(folder / "dev.spacy")
    run = [sys.executable, "-m", "spacy"]
    settings = ["--lang", "xx", "--pipeline", "ner", "--optimize", "efficiency"]
    made = subprocess.run(
        [*run, "init", "config", "config.cfg", *settings], cwd=folder, capture_output=True,
        text=True,
    )  # fmt: skip
    if made.returncode:
        raise TonemarkError(f"spacy init config failed: {made.stdout[-500:]}{made.stderr[-1500:]}")
    given = ["--paths.train", "train.spacy", "--paths.dev", "dev.spacy", "--output", "out"]
    for part in ("train", "dev"):  # the tokens of the file, as ours has them
        given += [f"--corpora.{part}.gold_preproc", "true"]
    with subprocess.Popen(
        [*run, "train", "config.cfg", *given], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # it saves what it has
            try:
                process.wait(SAVING)
            except subprocess.TimeoutExpired:
                process.kill()
    made_there = (folder / "out" / name for name in ("model-last", "model-best"))
    return next((each for each in made_there if (each / "meta.json").exists()), None)


def _cpu(before: os.times_result) -> float:
    now = os.times()
    return (now.children_user + now.children_system) - (
        before.children_user + before.children_system
    )


def _cases(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """What is to be measured: that first which says most. One seed, unless others are named, and
    three of the case that hangs most on which sentences they are."""
    for number in range(max(map(len, (options.seeds or (), SEEDS)))):
        for sentences in options.sentences:
            for seconds in options.time:
                seeds = options.seeds or (SEEDS if (sentences, seconds) == SEEDED else SEEDS[:1])
                if number < len(seeds):
                    for language in options.lang:
                        yield {
                            "language": language, "sentences": sentences, "seconds": seconds,
                            "seed": seeds[number],
                        }  # fmt: skip


def _same(row: dict[str, Any], case: dict[str, Any]) -> bool:
    return all(row["time" if key == "seconds" else key] == case[key] for key in case)


def _done(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file; a line that was cut off when the bench was killed is none."""
    if path.exists():
        for each in path.read_text("utf-8").splitlines():
            with suppress(ValueError):
                yield json.loads(each)


def _keep(path: Path, row: dict[str, Any]) -> None:
    with path.open("ab+") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            if stream.read() != b"\n":
                stream.write(b"\n")
        stream.write(json.dumps(row).encode() + b"\n")


def _size(value: str) -> int:
    return ALL if value == "all" else int(value)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench train",
        description="Trains models of labelled sentences and scores them on the test file.",
        epilog="Example: ./run bench train --lang swa --sentences 100 --time 30",
    )
    parser.add_argument("--corpora", type=Path, default=CORPORA, metavar="DIR")
    _listed(parser, "--lang", LANGUAGES, str, "swa,yor")
    _listed(parser, "--sentences", (100, ALL), _size, "100,all")
    _listed(parser, "--time", (30, 120), int, "30,120")
    _listed(parser, "--seeds", None, int, "0,1,2")
    parser.add_argument(
        "--out", type=Path, help="rows are added to this file; those that stand there are not run"
    )
    parser.add_argument(
        "--report", action="store_true", help="run nothing: tell of the rows that stand in --out"
    )
    parser.add_argument("--no-rival", dest="rival", action="store_false", help="without spaCy's")
    parser.add_argument("--json", action="store_true")
    return parser


def _listed(
    parser: argparse.ArgumentParser, name: str, default: Sequence[Any] | None, kind: Any, shown: str
) -> None:
    parser.add_argument(
        name, default=default, metavar=shown, type=lambda value: [*map(kind, value.split(","))]
    )
