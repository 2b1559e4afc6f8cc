"""What a project lacks for training, in plain words, before anything is trained."""
