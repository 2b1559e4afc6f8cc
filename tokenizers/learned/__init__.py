"""Words over syllables, learned from examples."""
