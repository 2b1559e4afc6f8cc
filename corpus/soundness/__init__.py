"""Whether a project is sound, and what to do where it is not."""
