"""Rules for the project's tokenizer, made of the corrections on a page."""

from __future__ import annotations

from tonemark.corpus.project_rules import add_rules
from tonemark.text import short
from tonemark.tokenizers.own_rules import Rule
from tonemark.tui.page.correcting import corrected_last
from tonemark.tui.page.replies import Reply, said
from tonemark.tui.screens.typed_labels import TypedLabels
from tonemark.tui.screens.ways import Result


class NewRules(TypedLabels[Result]):
    """A screen on which the last correction can be made a rule."""

    def _command_rule(self) -> None:
        """For all documents that are opened from now on: the page in view stays as it is."""
        rules = corrected_last(self.desk.page) if self.desk.page else []
        if not self.desk.project.new_rules:
            self.say("this project takes no new rules (new_rules in project.toml)")
        elif not rules:
            self.say("split or join a token first: no correction here can be a rule")
        else:
            self.reply(lambda: self._new_rules(rules))

    def _new_rules(self, rules: list[Rule]) -> Reply:
        self.desk.check_writable()
        self.use_project(add_rules(self.desk.project, rules))
        made = short(", ".join(map(str, rules)), 24)
        return said(f"rule made: {made} · in pages to come; undo keeps it")
