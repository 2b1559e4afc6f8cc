"""JSON Lines: Prodigy's tasks and reviews, and plain records."""
