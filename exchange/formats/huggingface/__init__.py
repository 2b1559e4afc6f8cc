"""A data set of Hugging Face's: tokens and tags in a folder."""
