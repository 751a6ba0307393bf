"""The migrations of what boxes tell of themselves and of their cars; one file each, as above."""
