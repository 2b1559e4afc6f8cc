"""brat standoff: a folder of texts and annotations. Open `folder.py` first; `lines.py` has what
stands in an .ann."""
