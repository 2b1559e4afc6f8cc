"""doccano's JSON Lines, all in `lines`."""
