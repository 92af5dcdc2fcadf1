"""Summaries for people, as pure functions of what was stored."""
