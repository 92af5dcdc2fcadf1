"""The log: one ordered sequence of chunks, and nothing is folded that is not in it."""
