"""One module a format: how it is read and written, and what it can hold."""
