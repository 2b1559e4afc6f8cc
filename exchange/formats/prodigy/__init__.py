"""JSON Lines: Prodigy's tasks and reviews, and plain records; `reading` is where to begin."""
