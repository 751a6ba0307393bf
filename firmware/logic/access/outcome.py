"""What comes of a badge or of a wish: what the car does, what is signalled, what is recorded.

Only its words; trip.py decides, and the box does it.
"""

from collections import namedtuple

from shared_protocol.records import Refusal

Outcome = namedtuple("Outcome", ("enable_cause", "door", "signal", "records"))
"""What to do, in this order: relay (0: leave it), doors, signal, then what to record."""

CAUSE_GRANT = 1
CAUSE_TECHNICIAN = 2
CAUSE_PARKED = 3
CAUSE_COMMAND = 4
CAUSE_CONTACT = 5  # seen on the feedback contact: the sealed override, or a hand

DOOR_LEAVE = 0
DOOR_UNLOCK = 1
DOOR_LOCK = 2

SIGNAL_STARTED = "started"
SIGNAL_RESUMED = "resumed"
SIGNAL_PAUSED = "paused"
SIGNAL_ENDED = "ended"
SIGNAL_PENDING = "pending"
SIGNAL_HANDOVER = "handover"
SIGNAL_NOTED = "noted"
SIGNAL_OCCUPANT = "occupant"
SIGNAL_RELEASED = "released"
SIGNAL_DOOR_OPEN = "door_open"
SIGNAL_LEARNED = "learned"
SIGNAL_REFUSED = "refused {}"  # with the reason's number

NOTHING = Outcome(0, DOOR_LEAVE, "", ())


def signal_of(outcome: Outcome, door_open: bool) -> str:
    """The signal of an outcome: of doors that are to be locked, first whether one is open.

    One that is silent stays so: it would cut off what is being said of the wish that waits.
    """
    is_told = outcome.door == DOOR_LOCK and outcome.signal
    return SIGNAL_DOOR_OPEN if door_open and is_told else outcome.signal


def refusal_of(tag: bytes, reason: int) -> Outcome:
    """A badge is refused for that reason, of records.REFUSED_*."""
    return Outcome(0, DOOR_LEAVE, SIGNAL_REFUSED.format(reason), (Refusal(tag, reason),))
