"""The door: bytes in, checked events or reasons out."""
