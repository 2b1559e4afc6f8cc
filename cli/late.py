"""A group of commands that are loaded when they are called: none pays for the others' imports."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LateGroup(click.Group):
    """Commands by name, each in a module of its own: the function NAME_command there."""

    def __init__(
        self, *args: Any, places: Mapping[str, str], implied: tuple[str, ...] = (), **kwargs: Any
    ) -> None:
        """`places` maps a name to its module; the `implied` ones are not listed in the help."""
        super().__init__(*args, **kwargs)
        self.places = places
        self.implied = implied

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names that the help lists."""
        return [name for name in self.places if name not in self.implied]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Load a command."""
        if name not in self.places:
            return None
        command = getattr(importlib.import_module(self.places[name]), f"{name}_command")
        assert isinstance(command, click.Command)
        return command

    def meant(self, ctx: click.Context, name: str) -> str:
        """A question after the command that is nearest to what was typed; empty where none is."""
        import difflib

        near = difflib.get_close_matches(name, self.list_commands(ctx), 1)
        return f" Did you mean {near[0]}?" if near else ""
