"""The desk: signals in, messages out."""
