"""A label under another name in a whole project: in its file and in its store, both or neither.

Knows no screen; what it means to the tables is told in rows.py.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.archive import has_archive, note_altered
from tonemark.corpus.closed_pages import closed, lose_windows
from tonemark.corpus.project import read_project, relabelled
from tonemark.corpus.project_file import locked, read_text, write
from tonemark.corpus.relabelling.rows import Relabelled, is_used, relabel_rows, uses_of
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError


class Renaming(NamedTuple):
    """What a renaming would do: what has the old label; whether project.toml has it, and has the
    new one; and what has the new one already, which the old becomes one with."""

    uses: Relabelled
    in_file: bool
    new_in_file: bool
    met: Relabelled

    @property
    def merges(self) -> bool:
        """Whether two labels become one."""
        return self.new_in_file or any(self.met)


def renaming_of(store: Store, folder: Path, old: str, new: str) -> Renaming:
    """What renaming a label would do. Raises TonemarkError where it cannot be done."""
    if old == new:
        raise TonemarkError(f'"{old}" is its name already.', "Name the new one behind the old.")
    text = relabelled(folder, old, new)
    names = {label.name for label in read_project(folder).labels}
    uses = uses_of(store.db, old)
    if text is None and not any(uses) and not is_used(store.db, old):
        raise TonemarkError(
            f'There is no label "{old}" in this project.',
            f"Its labels are: {', '.join(sorted(names))}.",
        )
    return Renaming(uses, text is not None, new in names, uses_of(store.db, new))


def relabel(store: Store, folder: Path, old: str, new: str) -> Relabelled:
    """Call a label otherwise, everywhere.

    One transaction of the store, inside which the file is replaced last: killed in between, the
    file has the new name and the store the old one, and doing it again ends it. Raises
    TonemarkError, and changes nothing, where somebody has a page open.
    """
    store.check_writable()
    with locked(folder):
        before, _ = read_text(folder)
        after = relabelled(folder, old, new)
        is_written = False
        try:
            with closed(folder, lambda *_: True, f"{old} keeps its name") as left_over:
                with store.transaction() as db:
                    left_over.fold(db)
                    lose_windows(db)
                    found = relabel_rows(db, old, new)
                    note_altered(db)
                    if has_archive(db):
                        # What is laid aside follows when it is brought back.
                        db.execute(
                            "UPDATE dropped SET renamed = json_insert(renamed, '$[#]',"
                            " json_array(?, ?))",
                            (old, new),
                        )
                    if after is not None:
                        is_written = True
                        write(folder, after)
                is_written = False  # both are
        except BaseException:
            if is_written:  # the store has refused: neither is changed
                with contextlib.suppress(TonemarkError):
                    write(folder, before)
            raise
    return found
