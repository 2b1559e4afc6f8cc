"""Rules for the project's tokenizer, made of the corrections on a page."""

from __future__ import annotations

from collections.abc import Sequence

from tonemark.corpus.project_rules import follow
from tonemark.corpus.settling import Correction
from tonemark.text import short
from tonemark.tokenizers.profiles.own_rules import Rule
from tonemark.tui.page.correcting import corrections
from tonemark.tui.page.keys import MORE
from tonemark.tui.page.replies import Reply, said
from tonemark.tui.screens.typed_labels import TypedLabels
from tonemark.tui.screens.ways import Result


class NewRules(TypedLabels[Result]):
    """A screen on which the last correction can be made a rule, and its rule taken back."""

    def _command_rule(self) -> None:
        """For all documents that are opened from now on: the page in view stays as it is."""
        found = corrections(self.desk.page) if self.desk.page else []
        if not self.desk.project.new_rules:
            self.say("this project takes no new rules (new_rules in project.toml)")
        elif not found:
            self.say("split or join a token first: no correction here can be a rule")
        else:
            self.reply(lambda: self._new_rules(found))

    def _new_rules(self, found: list[Correction]) -> Reply:
        self.desk.check_writable()
        project, made, gone, there = follow(self.desk.project, found)
        self.use_project(project)
        if made and gone:
            return said(f"rule made: always {_named(made)}, no longer {_named(gone)}")
        if made:
            keys = " ".join(self.table.key_of(action) for action in (MORE, "rule"))
            back = f"{self.table.key_of('undo')}, {keys} takes it back"
            return said(f"rule made: always {_named(made)} from now on · {back}")
        if gone:
            return said(f"rule taken back: {_named(gone)} · for the pages to come")
        if there:
            return said(f"this rule is there already: {_named(there)}")
        return said("split or join a token first: no correction here can be a rule")


def _named(rules: Sequence[Rule]) -> str:
    return short(", ".join(map(str, rules)), 18)
