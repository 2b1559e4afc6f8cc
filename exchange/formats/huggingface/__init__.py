"""A data set of Hugging Face's: tokens and tags in a folder. Open `dataset.py` first; `card.py` is
its README.md."""
