"""What people do about the server itself. Never here: cars, trips, people."""
