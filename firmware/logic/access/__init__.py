"""Who may use the car now: badges, grants, relay, doors, commands."""
