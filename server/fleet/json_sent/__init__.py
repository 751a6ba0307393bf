"""JSON that somebody sends: its text, and the places in it. Knows nothing of a fleet."""
