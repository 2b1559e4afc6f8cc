"""How good a model is: counts, figures with intervals, errors, and what would help it most."""
