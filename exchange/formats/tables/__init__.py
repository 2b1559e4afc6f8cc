"""CSV and TSV. Open `reading.py` first, a table of texts; `spans.py` is the one with a row a span,
read and written, and `apart.py` tells which of its documents have rows that do not stand together.
"""
