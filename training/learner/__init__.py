"""The learner that retrains between two pages: it tells spans from tokens, and knows nothing of
documents, projects or spaCy. A package that `tonemark package` makes has a copy of this folder."""
