"""Who may use the car now: badges, grants, trip, relay, doors, commands."""
