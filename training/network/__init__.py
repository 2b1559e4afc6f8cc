"""spaCy's own network, trained by spaCy's own loop in processes of its own."""
