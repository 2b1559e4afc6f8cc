"""CSV and TSV: a text a row, or a span a row."""
