"""Statistics of early warning: what is usual, how far from it is a warning, and what it may cost."""
