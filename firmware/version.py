"""What this firmware calls itself, and the earliest time it believes. Nothing else."""

VERSION = "0.1.0"

# A receiver that has rolled over reports a date 1024 weeks (19.6 years) back: anything before this
# floor is moved forward by whole rollovers, so it must be moved before August 2042. It lies a few
# years before the build; an identity file may name another, as the replay of an old log does.
TIME_FLOOR_S = 1_672_531_200  # 2023-01-01
