"""Whether a tokenizer, ours or anybody's, keeps what it promises."""
