"""What a manager does with people and directorates: put on record, move, let book, let leave."""
