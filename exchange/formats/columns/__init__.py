"""Columns of tokens and tags: CoNLL-2003, columns of one or several annotators, CoNLL-U. Open
`conll.py` first: `layout.py` tells it which columns hold tags, `conll2003.py` is a way to write its
rows, and `conllu.py` stands by itself."""
