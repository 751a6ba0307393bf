"""Imports the application's modules leaf first, so that no import nests in another.

Each nested import takes the chip's C stack, of which there are 15 kB, on top of what the loader
takes. `load()` does it; a test compares the list with what the modules themselves import.
"""

LEAF_FIRST = (
    "firmware.board",
    "firmware.drivers.pulse",
    "firmware.logic.const",
    "firmware.logic.link.modem_states",
    "firmware.drivers.a76xx",
    "firmware.drivers.at_channel",
    "firmware.drivers.doors",
    "shared_protocol.errors",
    "shared_protocol.x25519",
    "shared_protocol.crypto_native",
    "shared_protocol.crypto",
    "firmware.drivers.entropy",
    "firmware.drivers.flash_store",
    "firmware.drivers.ignition",
    "firmware.drivers.panel",
    "firmware.drivers.serial",
    "firmware.drivers.ublox",
    "firmware.drivers.uptime",
    "firmware.version",
    "firmware.identity",
    "firmware.logic.access.card",
    "shared_protocol.limits",
    "shared_protocol.codec",
    "shared_protocol.records",
    "shared_protocol.messages",
    "shared_protocol.sets",
    "firmware.logic.access.held_set",
    "firmware.logic.access.card_keys",
    "firmware.logic.access.commands",
    "firmware.logic.access.grants",
    "firmware.logic.access.immobiliser",
    "firmware.logic.access.badge_decision",
    "firmware.logic.road.whereabouts",
    "firmware.logic.access.trip",
    "firmware.logic.clock",
    "firmware.logic.link.journal",
    "firmware.logic.link.keys",
    "firmware.logic.link.uplink",
    "firmware.logic.road.nmea",
    "firmware.logic.road.odometer",
    "firmware.logic.state_version",
    "firmware.logic.access.ev2",
    "shared_protocol.badges",
    "firmware.tasks.badge",
    "firmware.tasks.gnss",
    "shared_protocol.framing",
    "shared_protocol.noise",
    "shared_protocol.session",
    "firmware.tasks.link",
    "firmware.tasks.recorder",
    "firmware.logic.access.signals",
    "firmware.tasks.signals",
    "firmware.tasks.supervisor",
    "firmware.logic.access.door_lock",
    "firmware.logic.access.feedback",
    "firmware.logic.access.forgotten",
    "firmware.logic.road.rest",
    "firmware.tasks.vehicle",
    "firmware.tasks.watchdog",
    "firmware.application",
)


def load() -> None:
    """Import them all."""
    for name in LEAF_FIRST:
        __import__(name)
