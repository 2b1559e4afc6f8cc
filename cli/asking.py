"""Asking before something is done that one may not have meant."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from tonemark.cli.opening import say
from tonemark.errors import TonemarkError


def agreed(yes: bool, what: Sequence[str], nothing: str, question: str) -> None:
    """Say `what` would be done, and ask, unless the answer is `yes` already.

    Raises TonemarkError, which begins with `nothing`, where nobody can be asked, and click's Abort
    where nobody agrees.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise TonemarkError(" ".join((nothing, *what)), "If that is meant, add --yes.")
    say(*what, err=True)
    click.confirm(question, abort=True, err=True)
