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
from pathlib import Path
from typing import Any

from figures import Figure
from learn import ALL, CORPORA, LANGUAGES, MEASURED
from material import Corpus, environment_in, read_gold, read_raw, tonemark

from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.tokenizers.languages import language_tag

LATE = 1.1
"""Times its budget that a training may take, or LATE_SECONDS more."""

LATE_SECONDS = 3.0

WITHIN = 0.01
"""How far below the row of the CRF a score may lie."""

SAVING = 15.0
"""Seconds that spaCy has to save its network."""

LOOKED_AT = 100
"""Sentences of its own that spaCy's default network is looked at with: dev has words that nobody
may use."""


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where a target is missed."""
    options = _parser().parse_args(arguments)
    # A shell has what it starts in the background ignore it, and all that is started there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    done = list(_done(options.out)) if options.out else []
    rows = []
    try:
        for case in _cases(options):
            row = next((each for each in done if _same(each, case)), None)
            if row is None:
                row = measured(options, **case)
                if options.out:
                    with options.out.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps(row) + "\n")
            rows.append(row)
            if not options.json:
                print(_line(row), flush=True)
    except TonemarkError as error:
        print(f"{error.title} {error.remedy}", file=sys.stderr)
        return 1
    figures = list(_figures(rows))
    if options.json:
        print(json.dumps({"rows": rows, "figures": [each.to_json() for each in figures]}))
    else:
        print(*(each.line() for each in figures), sep="\n")
    return int(not all(each.holds for each in figures))


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
    processor, ended after so many seconds; None where nothing is there by then."""
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
        stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:  # fmt: skip
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # it saves what it has
            try:
                process.wait(SAVING)
            except subprocess.TimeoutExpired:
                process.kill()
    best = folder / "out" / "model-best"
    return best if best.exists() else None


def _cpu(before: os.times_result) -> float:
    now = os.times()
    return (now.children_user + now.children_system) - (
        before.children_user + before.children_system
    )


def _cases(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    for sentences in options.sentences:
        for seconds in options.time:
            for seed in options.seeds:
                for language in options.lang:
                    yield {
                        "language": language, "sentences": sentences, "seconds": seconds,
                        "seed": seed,
                    }  # fmt: skip


def _same(row: dict[str, Any], case: dict[str, Any]) -> bool:
    return all(row["time" if key == "seconds" else key] == case[key] for key in case)


def _done(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        yield from map(json.loads, path.read_text("utf-8").splitlines())


def _figures(rows: Sequence[dict[str, Any]]) -> Iterator[Figure]:
    for row in rows:
        what = f"{row['language']} {row['sentences'] or 'all'} {row['time']} s"
        before = MEASURED.get((row["language"], row["sentences"]))
        if before:
            yield Figure(f"{what}: F1", row["f1"], ">=", round(before.crf - WITHIN, 3))
        late = max(LATE * row["time"], row["time"] + LATE_SECONDS)
        yield Figure(f"{what}: seconds", row["wall"], "<=", round(late, 1), "s")
    for seconds in dict.fromkeys(row["time"] for row in rows):
        few = {
            row["language"]: (row["f1"], before.clusters)
            for row in rows
            if row["time"] == seconds and row["seed"] == 0 and row["sentences"] == 100
            and (before := MEASURED.get((row["language"], 100))) and before.clusters
        }  # fmt: skip
        if len(few) > 1:
            mean, clusters = (sum(each) / len(few) for each in zip(*few.values(), strict=True))
            named = " ".join(few)
            yield Figure(
                f"100 sentences, {seconds} s, mean of {named}", round(mean, 4), ">=",
                round(clusters, 4),
            )  # fmt: skip


def _line(row: dict[str, Any]) -> str:
    before = MEASURED.get((row["language"], row["sentences"]))
    told = f" | before: spaCy {before.spacy} CRF {before.crf} {before.clusters}" if before else ""
    rival = f" spaCy now {row['spacy']:.3f}" if "spacy" in row else ""
    return (
        f"{row['language']} {row['sentences'] or 'all'} {row['time']} s seed {row['seed']}:"
        f" {row['f1']:.3f} ({row['kind']}; {row['candidates']}){rival}{told}"
        f" | {row['wall']} s, {row['cpu']} s of CPU, load {row['load']}"
    )


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
    _listed(parser, "--seeds", (0,), int, "0,1,2")
    parser.add_argument("--out", type=Path, help="rows that stand in this file are not run again")
    parser.add_argument("--no-rival", dest="rival", action="store_false", help="without spaCy's")
    parser.add_argument("--json", action="store_true")
    return parser


def _listed(
    parser: argparse.ArgumentParser, name: str, default: Sequence[Any], kind: Any, shown: str
) -> None:
    parser.add_argument(
        name, default=default, metavar=shown, type=lambda value: [*map(kind, value.split(","))]
    )
