"""Columns of tokens and tags: CoNLL-2003, columns of one or several annotators, CoNLL-U."""
