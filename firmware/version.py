"""What this firmware calls itself, and the earliest time it believes. Nothing else."""

VERSION = "0.1.0"

# A receiver that has rolled over reports a date 1024 weeks (19.6 years) back: anything before this
# floor is moved forward by whole rollovers. It lies years before the build, so that older logs can
# be replayed, and must be moved before August 2029, when a rolled-over date would reach it.
TIME_FLOOR_S = 1_262_304_000  # 2010-01-01
