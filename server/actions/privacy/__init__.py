"""What people, and the server by itself, do with what is kept of people."""
