"""Back-test: the live engine and the live desk on a history, and how early they would have known."""
