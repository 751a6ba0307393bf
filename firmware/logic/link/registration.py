"""What a modem says of its registration: the state's field by the standard. Asks nothing.

3GPP TS 27.007, 7.2, 10.1.20, 10.1.22: an answer is <n>,<stat> and a message of the modem's own is
<stat>; either is followed, as the mode <n> has it, by the place in quotes, the access technology
and causes. Any of these fields may be empty.
"""

from firmware.logic.const import const

REGISTERED = (1, 5, 9, 10)
"""At home and roaming; 9 and 10 the same, where calls would go another way."""
REFUSED = (3, 6, 7, 8, 11)
"""Denied, or let in for short messages and emergencies only: what a wrong access point leads to."""

_HIGHEST = const(11)


def registration_state(told: bytes) -> int:
    """<stat> of what follows `+CEREG:` or `+CGREG:`, -1 when there is none."""
    fields = told.split(b",")
    for field in (fields[1:2] or (b"",))[0], fields[0]:
        if field.isdigit() and int(field) <= _HIGHEST:
            return int(field)
    return -1
