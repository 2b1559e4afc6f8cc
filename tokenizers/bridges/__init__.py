"""Other people's tokenizers here, and ours in spaCy."""
