"""What may be asked of an open trip and wait (records.ASKED_*): what each takes, and comes to.

Changes no trip: that is trip.py.
"""

from firmware.logic.const import const
from shared_protocol.records import (
    ASKED_END,
    ASKED_END_COMMAND,
    ASKED_END_COMMAND_WITHOUT_KEYS,
    ASKED_END_TECHNICIAN,
    ASKED_PAUSE,
    END_BADGE_HELD,
    END_COMMAND,
    END_TECHNICIAN,
)

END_REASON = {
    ASKED_END: END_BADGE_HELD,
    ASKED_END_COMMAND: END_COMMAND,
    ASKED_END_COMMAND_WITHOUT_KEYS: END_COMMAND,
    ASKED_END_TECHNICIAN: END_TECHNICIAN,
}
"""What is asked -> the reason of the trip's end; a pause is no end."""

HIS_BADGE = (ASKED_PAUSE, ASKED_END)
"""What the driver's badge asks for: the doors follow it where nobody can see the ignition."""

OWN_ENDS = (ASKED_END, ASKED_END_COMMAND, ASKED_END_COMMAND_WITHOUT_KEYS)

# An engine left running, in READY, or a line that is stuck: so long still by a trusted speed, or
# without one neither moved nor cranked.
_LEFT_ON_STILL_MS = const(600_000)
_LEFT_ON_QUIET_MS = const(1_800_000)
_TECHNICIAN_STILL_MS = const(60_000)
_TECHNICIAN_QUIET_MS = const(600_000)


def may_be(what: int, keys_in: bool) -> bool:
    """Whether the keys are where they must be for what is asked."""
    return keys_in or what not in (ASKED_END, ASKED_END_COMMAND)


def waited_enough(what: int, motion, waited_ms: int) -> bool:
    """Whether the ignition has been left on for so long that what is asked waits no more.

    `waited_ms`: since it was asked. Who stood for an hour before asking may still switch off; of a
    technician it is enough that nobody drives.
    """
    still_ms, quiet_ms = motion.still_ms, motion.quiet_ms
    if what == ASKED_END_TECHNICIAN:
        is_over = still_ms >= _TECHNICIAN_STILL_MS or quiet_ms >= _TECHNICIAN_QUIET_MS
    else:
        is_over = min(still_ms, waited_ms) >= _LEFT_ON_STILL_MS
        is_over = is_over or min(quiet_ms, waited_ms) >= _LEFT_ON_QUIET_MS
    return is_over and not motion.off
