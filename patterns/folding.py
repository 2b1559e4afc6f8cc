"""How the names of a project are compared: the folds that its file or its language chooses, and the
affixes of its language."""

from __future__ import annotations

from tonemark.corpus.project import Project
from tonemark.patterns.folds import Folding, default_folds
from tonemark.tokenizers.registry import affixes_of


def folding_of(project: Project) -> Folding:
    """The folding of a project. Raises TonemarkError where its tokenizer's file is at fault."""
    names = default_folds(project.language) if project.folds is None else project.folds
    return Folding(names, affixes_of(project.tokenizer, project.language, project.folder))
