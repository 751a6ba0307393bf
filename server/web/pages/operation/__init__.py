"""Pages about the server itself. Never here: cars, trips, people."""
