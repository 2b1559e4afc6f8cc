"""spaCy's DocBin. Open `writing.py` first, which says what a document of ours has in one; then
`records.py`, which reads it. `packing.py`, `unpacking.py` and `inflating.py` know bytes alone."""
