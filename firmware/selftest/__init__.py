"""The bench test: what a new box finds of itself and its car, one check after another."""
