"""spaCy's DocBin: written and read without spaCy's own unpacking, which trusts what it reads."""
