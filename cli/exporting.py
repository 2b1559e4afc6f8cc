"""Taking the labels out: `export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json, value_of
from tonemark.files import typed
from tonemark.text import counted


@click.command("export", epilog="Example: tonemark export habari --format jsonl -o habari.jsonl")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.option("--format", "format_", default="jsonl", metavar="F", help="jsonl.", show_default=True)
@click.option("-o", "--output", type=DIRECTORY, metavar="FILE", help="Standard output if left out.")
@click.option("--annotator", "annotator", metavar="NAME", help="All answers of one annotator.")
@click.option("--gold", is_flag=True, help="All gold, and nothing else.")
@click.option("--all", "all_documents", is_flag=True, help="Also the documents without an answer.")
@click.option("--joined", is_flag=True, help="Put texts that add --split cut together again.")
@json_option
def export_command(
    folder: Path,
    format_: str,
    output: Path | None,
    annotator: str | None,
    gold: bool,
    all_documents: bool,
    joined: bool,
    as_json: bool,
) -> int:
    """Write what stands: a document's gold; without one, its only accept, or one that all
    annotators gave alike.

    Documents on which annotators differ, and which nobody settled, are left out and counted; so are
    texts that were rejected or ignored. With --gold those that a reviewer refused are there, with
    that answer, for another project to take. Where nothing is left to write, FILE stays as it was.
    With --joined, a text that was split is written only if every piece of it is, and comes out as
    it went in. Documents that are damaged in the store are left out and named; the exit code is
    then 1.
    """
    from tonemark.corpus.annotators import check_name
    from tonemark.exchange.export import export_project, writer_named

    if as_json and not output:
        raise click.UsageError("--json needs -o FILE: standard output is for the documents.")
    if not output and sys.stdout.isatty():
        # The documents are written as they are, and their bytes could steer the terminal.
        raise click.UsageError("-o FILE is missing: documents are not written to a terminal.")
    if gold and (annotator is not None or all_documents):
        other = "--annotator" if annotator is not None else "--all"
        raise click.UsageError(f"--gold and {other} ask for different documents: give one of them.")
    if annotator is not None:
        check_name(annotator, "--annotator")
    with value_of("--format"):
        writer_named(format_)
    project, store = open_project(folder)
    report = export_project(
        project,
        store,
        format_,
        output or sys.stdout.buffer,
        annotator=annotator,
        all_documents=all_documents,
        joined=joined,
        gold=gold,
    )
    if as_json:
        say_json(report._asdict())
    if not report.written:
        why = "" if any(report) else ": the project has no documents"
        say(f"tonemark: Nothing was written{why}.", *report.left_out(), err=True)
        return 1
    if not output:
        say(*report.left_out(), err=True)
    elif not as_json:
        documents = counted(report.written, "document")
        golden = f", {report.gold:,} of them gold" if report.gold else ""
        if report.gold == report.written == 1:
            golden = ", which is gold"
        say(f"{documents} written to {output}{golden}", *report.left_out())
    if report.damaged:
        say(
            "tonemark: Documents are damaged. What is wrong, and what to do:",
            f"      tonemark doctor {typed(folder)}",
            err=True,
        )
        return 1
    return 0
