"""The weekly page at work: collected from the store, kept as sent, and sent on time."""
