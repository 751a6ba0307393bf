"""How long a request to a box is worth carrying out; the box decides when that is safe.

Never here: queuing, sending.
"""

from collections.abc import Mapping

from server.fleet.model import Command, CommandKind

ENDS_TRIP: frozenset[CommandKind] = frozenset({"end-trip", "end-trip-without-keys"})
# Who ends a trip from afar means the one they see now; a box that hears of it an hour later may
# carry somebody else.
END_TRIP_VALID_S = 15 * 60
VALID_S: Mapping[CommandKind, int] = {
    "inhibit": 24 * 3600,
    "cancel": 24 * 3600,
    "end-trip": END_TRIP_VALID_S,
    "end-trip-without-keys": END_TRIP_VALID_S,
}


def is_awaited(order: Command, kind: CommandKind) -> bool:
    """Say whether the last order is this very one, undecided: asking twice is asking once."""
    return order.kind == kind and order.state in ("queued", "pending")
