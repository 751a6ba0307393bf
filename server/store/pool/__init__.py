"""What the pool is made of besides its cars, in the database; one file a noun, as above."""
