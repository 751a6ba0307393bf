"""What is on record of the people: their rights to book, their directorates through time."""
