"""brat standoff: a folder of texts and annotations."""
