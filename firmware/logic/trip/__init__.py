"""Whose trip it is, and when it begins, pauses, changes hands and ends."""
