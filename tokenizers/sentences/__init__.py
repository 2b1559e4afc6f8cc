"""Where sentences and paragraphs end."""
