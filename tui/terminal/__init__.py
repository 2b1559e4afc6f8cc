"""The terminal looked at from outside: what it says of itself, what it answers, what it sends."""
