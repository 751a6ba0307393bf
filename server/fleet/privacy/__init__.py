"""What is kept of people, for what, until when. Never here: SQL, pages."""
