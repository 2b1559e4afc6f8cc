"""The command line: the verbs, how errors are told, and `tonemark DIR`.

Verbs are loaded when they are called: none without a screen imports Textual.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from tonemark.cli.late import LateGroup
from tonemark.errors import TonemarkError
from tonemark.text import visible

VERBS = {
    "new": "tonemark.cli.projects",
    "add": "tonemark.cli.adding",
    "annotate": "tonemark.cli.working",
    "open": "tonemark.cli.working",
    "review": "tonemark.cli.reviewing",
    "status": "tonemark.cli.reporting",
    "agreement": "tonemark.cli.agreement",
    "export": "tonemark.cli.exporting",
    "formats": "tonemark.cli.formats",
    "check": "tonemark.cli.checking_files",
    "train": "tonemark.cli.training",
    "scores": "tonemark.cli.showing_scores",
    "model": "tonemark.cli.models",
    "package": "tonemark.cli.packaging",
    "join": "tonemark.cli.joining",
    "tokenize": "tonemark.cli.tokenizing",
    "tokenizers": "tonemark.cli.tokenizing",
    "gazetteer": "tonemark.cli.gazetteers",
    "match": "tonemark.cli.matching",
    "drop": "tonemark.cli.dropping",
    "relabel": "tonemark.cli.relabelling",
    "doctor": "tonemark.cli.doctor",
    "recent": "tonemark.cli.projects",
    "demo": "tonemark.cli.projects",
}
"""Where each verb is: the function of its name, followed by an underscore where Python needs it."""

IMPLIED = ("open", "recent")
"""What `tonemark DIR` and `tonemark` alone mean; not listed in the help."""


class Verbs(LateGroup):
    """The verbs, loaded late; a folder in the place of a verb opens it."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """A first word that is no verb is a project's folder."""
        if args[0] not in VERBS and not args[0].startswith("-"):
            if not Path(args[0]).exists():
                meant = self.meant(ctx, args[0])
                ctx.fail(f"{args[0]} is neither a command nor a project's folder.{meant}")
            args = ["open", *args]
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    places=VERBS,
    implied=IMPLIED,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="tonemark DIR opens a project. Try: tonemark demo",
)
@click.version_option(package_name="tonemark", message="tonemark %(version)s")
@click.pass_context
def tonemark(ctx: click.Context) -> None:
    """Annotate spans by keyboard, in a terminal, in any language."""
    if ctx.invoked_subcommand is None:
        command = tonemark.get_command(ctx, "recent")
        assert command is not None
        ctx.invoke(command)


def run(arguments: Sequence[str]) -> int:
    """Run a command line; the exit code: 0 done, 1 refused or failed, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # an encoding without our letters
            stream.reconfigure(errors="backslashreplace")
    try:
        result = tonemark.main(list(arguments), prog_name="tonemark", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.Abort:
        click.echo("stopped", err=True)
        return 1
    except click.ClickException as error:
        click.echo(visible_error(error), err=True)
        return error.exit_code
    except TonemarkError as error:
        say_error(error)
        return 1
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe has gone: nothing is left to tell it
        return 1
    except OSError as error:
        say_error(_refused(error))
        return 1
    except Exception as error:
        if "sqlite3" not in sys.modules:
            raise
        from tonemark.corpus.store_file import in_words

        told = in_words(error)
        if told is None:
            raise
        say_error(told)
        return 1
    return result if isinstance(result, int) else 0


def _refused(error: OSError) -> TonemarkError:
    """What the system refused, where no room has told it better: a name too long, a full disk."""
    why = error.strerror or str(error)
    if error.filename is None:
        return TonemarkError(f"The output could not be written: {why}.")
    return TonemarkError(f"{os.fsdecode(error.filename)}: {why}.")


def say_error(error: TonemarkError) -> None:
    """Print an error: what is wrong, then what to do."""
    from tonemark.cli.opening import with_folder
    from tonemark.cli.telling import columns, set_in

    width = columns(sys.stderr)
    for title in error.title.split("\n"):
        for line in set_in(title, width, "tonemark: "):
            click.echo(line, err=True)
    for line in set_in(with_folder(error.remedy), width, "  ") if error.remedy else ():
        click.echo(line, err=True)


def visible_error(error: click.ClickException) -> str:
    """Wrong usage, in words."""
    from tonemark.cli.opening import WrongValue
    from tonemark.cli.telling import columns, set_in

    usage = ""
    if isinstance(error, click.UsageError) and error.ctx:
        usage = f"{error.ctx.get_usage()}\n"
    width = columns(sys.stderr)
    told = [*set_in(visible(error.format_message()), width, "tonemark: ")]
    if isinstance(error, WrongValue) and error.remedy:
        told += set_in(error.remedy, width, "  ")
    return usage + "\n".join(told)
