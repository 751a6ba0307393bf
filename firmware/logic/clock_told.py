"""How the clock's records put milliseconds: in whole seconds that fit the wire, and what is news.

What they are told of is clock.py's.
"""


def size_of(off_s: int) -> int:
    """How often it doubles from a minute: small changes are no news."""
    size = 0
    while off_s >= 60 << size:
        size += 1
    return size


def seconds_of(off_ms: int) -> int:
    """Whole seconds that fit the wire."""
    return max(-0x7FFFFFFF, min(0x7FFFFFFF, (off_ms + 500) // 1000))
