"""What the relay's feedback contact means: whether it is news, and whose doing.

The contact is believed, never the pulse that was given. Moves nothing and records nothing.
"""

from firmware.logic.access.immobiliser import PULSE_ENABLE
from firmware.logic.access.outcome import CAUSE_COMMAND, CAUSE_GRANT, CAUSE_PARKED, CAUSE_TECHNICIAN
from shared_protocol.records import Relay


class Feedback:
    """Attribute to read: `shown`, what the contact showed when it was last told (RELAY_*)."""

    def __init__(self, contact: int):
        """Begin at what the contact shows at boot, which is no news."""
        self.shown = contact

    def seen(self, contact: int, cause: int, owed: bool = False) -> tuple:
        """What to record of what the contact shows after a cause of outcome.CAUSE_*.

        A technician's release is told also when the start was enabled already, and a pulse that
        was `owed` also when the contact shows no change.
        """
        if contact == self.shown and cause != CAUSE_TECHNICIAN and not owed:
            return ()
        self.shown = contact
        return (Relay(contact, cause),)


def cause_of(pulse: int, inhibit_pending: bool) -> int:
    """Whose doing a pulse of the immobiliser's own step is, CAUSE_*."""
    if pulse == PULSE_ENABLE:  # once more, for the badge whose pulse moved nothing
        return CAUSE_GRANT
    return CAUSE_COMMAND if inhibit_pending else CAUSE_PARKED
