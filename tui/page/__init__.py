"""A document as rows, hints, keys and styled runs: pure rules that know no screen library."""
