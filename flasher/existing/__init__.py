"""A board that is a box already: whose it is, and asking it for its bench test."""
