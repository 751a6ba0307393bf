"""How long a request to a box is worth carrying out; the box decides when that is safe.

Never here: queuing, sending.
"""

from collections.abc import Mapping

from server.fleet.model.boxes import Command, CommandKind

# Which end is asked for, by whether it is the driver's own and whether the keys do not matter.
END_OF: Mapping[tuple[bool, bool], CommandKind] = {
    (True, False): "end-trip",
    (True, True): "end-trip-without-keys",
    (False, False): "end-from-afar",
    (False, True): "end-from-afar-without-keys",
}
ENDS_TRIP = frozenset(END_OF.values())
ENDS_FROM_AFAR = frozenset(kind for (is_own, _), kind in END_OF.items() if not is_own)
# Who ends a trip from afar means the one they see now; a box that hears of it an hour later may
# carry somebody else.
END_TRIP_VALID_S = 15 * 60
# Somebody else's end waits in the car, too, and is over for both at the same instant.
END_FROM_AFAR_VALID_S = 24 * 3600
# A stolen car may be out of coverage for as long as it is hidden.
THEFT_VALID_S = 365 * 24 * 3600
# Who asks stands at the car with the card; the box waits no longer either.
LEARN_VALID_S = 5 * 60
VALID_S: Mapping[CommandKind, int] = {
    "inhibit": 24 * 3600,
    "cancel": 24 * 3600,
    "end-trip": END_TRIP_VALID_S,
    "end-trip-without-keys": END_TRIP_VALID_S,
    "end-from-afar": END_FROM_AFAR_VALID_S,
    "end-from-afar-without-keys": END_FROM_AFAR_VALID_S,
    "withdraw-end": END_FROM_AFAR_VALID_S,
    "theft": THEFT_VALID_S,
    "withdraw-theft": THEFT_VALID_S,
    "learn": LEARN_VALID_S,
}


def is_awaited(order: Command, kind: CommandKind) -> bool:
    """Say whether the last order is this very one, undecided: asking twice is asking once."""
    return order.kind == kind and order.state in ("queued", "pending")
