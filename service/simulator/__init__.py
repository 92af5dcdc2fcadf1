"""Worlds to try the service on: a real marketplace, and a network of dealers that is made up.

Everything here writes event files and the truth beside them; nothing here judges.
"""
