"""People and directorates in the database: put on record, moved through time, leaving."""
