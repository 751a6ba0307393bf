"""Imports the application's modules leaf first, so that no import nests in another.

Each nested import takes the chip's C stack, of which there are 15 kB, on top of what the loader
takes. `load()` does it; a test compares the list with what the modules themselves import.
"""

LEAF_FIRST = (
    "firmware.board",
    "firmware.logic.const",
    "firmware.drivers.at_channel",
    "shared_protocol.errors",
    "shared_protocol.limits",
    "shared_protocol.codec",
    "shared_protocol.records",
    "firmware.drivers.relay",
    "firmware.drivers.a76xx",
    "firmware.drivers.contact",
    "firmware.drivers.doors",
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
    "firmware.logic.access.flash_table",
    "shared_protocol.messages",
    "firmware.logic.access.card_keys",
    "firmware.logic.access.commands",
    "firmware.logic.access.door_lock",
    "firmware.logic.access.grants",
    "firmware.logic.access.immobiliser",
    "firmware.logic.access.badge_decision",
    "firmware.logic.access.trip",
    "firmware.logic.clock",
    "firmware.logic.link.journal",
    "firmware.logic.link.keys",
    "firmware.logic.link.uplink",
    "firmware.logic.road.nmea",
    "firmware.logic.state_version",
    "firmware.logic.road.odometer",
    "firmware.logic.road.whereabouts",
    "firmware.drivers.pn532",
    "firmware.logic.access.ev2",
    "shared_protocol.badges",
    "firmware.tasks.badge",
    "firmware.tasks.gnss",
    "firmware.logic.link.modem_states",
    "shared_protocol.framing",
    "shared_protocol.noise",
    "shared_protocol.session",
    "firmware.tasks.link",
    "firmware.tasks.recorder",
    "firmware.logic.access.signals",
    "firmware.tasks.signals",
    "firmware.tasks.supervisor",
    "firmware.logic.access.forgotten",
    "firmware.tasks.vehicle",
    "firmware.tasks.watchdog",
    "firmware.application",
)


def load() -> None:
    """Import them all."""
    for name in LEAF_FIRST:
        __import__(name)
