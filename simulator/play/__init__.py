"""Scenarios: their words, what people do, and what is expected of box and server."""
