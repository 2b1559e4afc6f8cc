"""How well a tokenizer does against tokens that people checked: `tokenizers score`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tonemark.cli.gold import read_gold
from tonemark.cli.opening import DIRECTORY, json_option, say, say_json
from tonemark.cli.telling import columns, set_in
from tonemark.cli.tokenizing import tokenizer_chosen, tokenizer_options
from tonemark.text import short

SHOWN = 15
"""Kinds of mistakes that are shown: the commonest."""


@click.command("score", epilog="Example: tonemark tokenizers score --lang yo gold.jsonl")
@click.argument("gold", type=DIRECTORY, metavar="GOLD")
@tokenizer_options
@json_option
def score_command(gold: Path, lang: str | None, tokenizer: str | None, as_json: bool) -> int:
    """Score a tokenizer against gold: texts with the tokens that they should have.

    GOLD is a .txt file as tonemark tokenize shows it, its bars corrected; or JSON Lines, a line
    {"text": ..., "tokens": [{"start": 0, "end": 3}, ...]} a sentence, offsets in code points.
    """
    from tonemark.tokenizers.score import Score, WhiteSpace, WordsAndSigns, score

    chosen = tokenizer_chosen(lang, tokenizer)
    texts, refused = read_gold(gold)
    sentences = [(each.text, each.tokens) for each in texts]
    found = score(sentences, chosen)
    if as_json:
        say_json(
            {
                "tokenizer": chosen.name,
                "version": chosen.version,
                "sentences": found.sentences,
                "tokens": found.gold,
                "precision": round(found.precision, 6),
                "recall": round(found.recall, 6),
                "f1": round(found.f1, 6),
                "sentence_accuracy": round(found.sentence_accuracy, 6),
                "tokens_per_second": round(found.tokens_per_second),
                "refused": refused,
            }
        )
        return int(bool(refused))
    rivals = [(each.name, score(sentences, each)) for each in (WhiteSpace(), WordsAndSigns())]
    say(f"{found.sentences:,} texts, {found.gold:,} gold tokens")
    say(f"{'':<24}precision  recall    F1     texts right")
    rows: list[tuple[str, Score]] = [(chosen.name, found), *rivals]
    for name, each in rows:
        say(
            f"{short(name, 22):<24}{each.precision:.4f}     {each.recall:.4f}    {each.f1:.4f}"
            f" {each.sentence_accuracy:>8.1%}"
        )
    say(f"{chosen.name}: {found.tokens_per_second:,.0f} tokens a second")
    if found.missed:
        say("", "What it does otherwise, commonest first (| parts tokens):")
        width = columns(sys.stdout)
        for (wanted, given), count in found.missed.most_common(SHOWN):
            told = f"{_token(given)}  should be  {_token(wanted)}"
            say(*set_in(told, width, f"  {count:>5}  ", indent=9))
    return int(bool(refused))


def _token(text: str) -> str:
    return short(text, 40) if text else "(no token)"
