"""The formats, a folder a family: how each is read and written, and what it can hold."""
