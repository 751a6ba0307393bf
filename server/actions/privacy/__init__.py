"""What people, and the server by itself, do with what is known of people."""
