"""Label Studio's JSON, JSON_MIN and labelling configuration; `tasks` is where to begin."""
