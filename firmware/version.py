"""What this firmware calls itself, and the earliest time it believes. Nothing else."""

VERSION = "0.1.0"

# A receiver that has rolled over reports a date 1024 weeks (19.6 years) back: anything before this
# floor is moved forward by whole rollovers. Until August 2035 such a date falls below the floor.
TIME_FLOOR_S = 1_451_606_400  # 2016-01-01
