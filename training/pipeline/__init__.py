"""What was learnt as components of a spaCy pipeline."""
