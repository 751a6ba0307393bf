"""The migrations of accounts: passwords, sessions, links; one file each, as above."""
