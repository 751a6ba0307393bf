"""The words of a scenario's steps, and what may stand behind each. Reads and plays nothing.

play.py, phone_steps.py and expectations.py have a method for each.
"""

from collections.abc import Collection

from simulator.devices import gnss, pn532, wires
from simulator.devices.modem import faults as modem_faults
from simulator.play.panel import EVENTS
from simulator.play.reasons import ENDS, REFUSALS
from simulator.road.roads import PLACES

NAMES: dict[str, Collection[str]] = {
    "MODEM_FAULT": modem_faults.FAULTS,
    "GNSS_FAULT": gnss.FAULTS,
    "READER_FAULT": pn532.FAULTS,
    "RELAY_FAULT": wires.FAULTS,
    "PLACE": PLACES,
    "EVENT": EVENTS,
    "REFUSAL": REFUSALS,
    "END": ENDS,
}
"""What an argument in capitals may be."""

WORDS: dict[str, tuple[str, ...]] = {
    "badge": ("DRIVER|stranger",),
    "hold": ("DRIVER",),
    "clone": ("DRIVER",),
    "ignition": ("on|off",),
    "crank": (),
    "stall": (),
    "door": ("open|shut",),
    "keys": ("taken|back",),
    "fuel card": ("taken|back",),
    "battery": ("NUMBER", "V"),
    "relay": ("RELAY_FAULT|well",),
    "drive": ("PLACE",),
    "coverage": ("on|off",),
    "sky": ("on|off",),
    "modem": ("MODEM_FAULT|well",),
    "gnss": ("GNSS_FAULT|well",),
    "reader": ("READER_FAULT|well",),
    "power": ("cut", "NUMBER"),
    "brown-out": (),
    "override": ("on|off",),
    "server": ("kill|start|backup|restore",),
    "key": ("rotate",),
    "command": ("inhibit|cancel|end-trip|end-trip-without-keys",),
    "book": ("DRIVER", "TIME", "TIME"),
    "cannot book": ("DRIVER", "TIME", "TIME"),
    "book equipped": ("DRIVER", "TIME", "TIME", "EQUIPMENT"),
    "cannot book equipped": ("DRIVER", "TIME", "TIME", "EQUIPMENT"),
    "cancel": ("DRIVER",),
    "rate": ("DRIVER", "1|2|3|4|5"),
    "report": ("DRIVER", "damage"),
    "answer": ("DRIVER",),
    "read": ("DRIVER",),
    "move": ("DRIVER", "to", "PLATE"),
    "extend": ("DRIVER", "to", "TIME"),
    "cannot extend": ("DRIVER", "to", "TIME"),
    "out of service": ("TIME", "TIME"),
    "revoke": ("DRIVER",),
    "licence": ("DRIVER",),
    "commute": ("NUMBER", "days", "NUMBER", "trips"),
    "wait": (),
    "expect start": ("allowed|refused",),
    "expect engine": ("running|stopped",),
    "expect doors": ("locked|unlocked",),
    "expect trips": ("NUMBER",),
    "expect refusals": ("NUMBER",),
    "expect refusal": ("REFUSAL",),
    "expect signal": ("EVENT",),
    "expect signal refused": ("REFUSAL",),
    "expect end": ("END",),
    "expect driver": ("DRIVER",),
    "expect site": ("right|wrong",),
    "expect occupants": ("NUMBER",),
    "expect assurance": ("low|high",),
    "expect unanswered": ("NUMBER",),
    "expect unread": ("NUMBER",),
    "expect use": ("service|private",),
    "expect places": ("NUMBER",),
    "expect warned": ("DRIVER", "still_out|out_of_service|wrong_car"),
    "expect late": ("NUMBER", "minutes"),
    "expect mileage": ("within", "NUMBER", "%"),
    "expect all": ("stored",),
    "expect lost": ("none|some",),
    "expect key": ("NUMBER",),
    "expect heap": ("within", "NUMBER", "bytes"),
}
"""Action -> what its arguments are; `|` separates what may stand there."""

ON_THE_PHONE = (
    *("book", "cannot book", "book equipped", "cannot book equipped", "cancel", "move", "extend"),
    *("cannot extend", "expect warned", "rate", "report", "answer", "read"),
)
"""Actions on a phone; their first argument says whose."""
