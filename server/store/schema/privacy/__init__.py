"""The migrations about what is kept of people."""
