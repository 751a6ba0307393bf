"""Imports the application's modules leaf first, so that no import nests in another.

Each nested import takes the chip's C stack, of which there are 15 kB, on top of what the loader
takes. `load()` does it; a test compares the list with what the modules themselves import.
"""

import gc
import sys

_PSRAM_BYTES = 4 << 20  # judgements.py of the bench test asks for as much
_MOST_MODULES = 160  # ours, MicroPython's own, and asyncio's, which come when they are first used
LEAF_FIRST = (
    "firmware.board",
    "firmware.drivers.pulse",
    "firmware.logic.const",
    "shared_protocol.errors",
    "shared_protocol.limits",
    "shared_protocol.codec",
    "shared_protocol.records",
    "firmware.logic.link.heartbeat",
    "firmware.logic.link.modem_states",
    "firmware.logic.link.registration",
    "firmware.drivers.modem.attach",
    "firmware.drivers.modem.at_channel",
    "firmware.drivers.modem.a76xx",
    "firmware.drivers.battery",
    "firmware.drivers.doors",
    "shared_protocol.x25519",
    "shared_protocol.crypto_native",
    "shared_protocol.crypto",
    "firmware.drivers.entropy",
    "firmware.drivers.flash_store",
    "firmware.drivers.ignition",
    "firmware.drivers.light_sleep",
    "firmware.drivers.panel",
    "firmware.drivers.serial",
    "firmware.drivers.ublox",
    "firmware.drivers.uptime",
    "firmware.version",
    "firmware.identity",
    "firmware.logic.access.card",
    "shared_protocol.messages",
    "shared_protocol.sets",
    "firmware.logic.access.held_set",
    "firmware.logic.access.card_keys",
    "firmware.logic.access.commands",
    "firmware.logic.road.distance",
    "firmware.logic.access.grants",
    "firmware.logic.road.trusted_speed",
    "firmware.logic.signs.ignition_line",
    "firmware.logic.access.immobiliser",
    "firmware.logic.access.badge_decision",
    "firmware.logic.road.whereabouts",
    "firmware.logic.access.ration",
    "firmware.logic.trip.wishes",
    "firmware.logic.access.outcome",
    "firmware.logic.access.learning",
    "firmware.logic.trip.afar",
    "firmware.logic.trip.state",
    "firmware.logic.road.standing",
    "firmware.logic.trip.handover",
    "firmware.logic.trip.trip",
    "firmware.logic.clock_kept",
    "firmware.logic.clock_told",
    "firmware.logic.clock_source",
    "firmware.logic.clock",
    "firmware.logic.link.segment",
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
    "firmware.tasks.keep",
    "firmware.tasks.link",
    "firmware.tasks.recorder",
    "firmware.logic.access.signals",
    "firmware.tasks.signals",
    "firmware.logic.signs.battery",
    "firmware.logic.signs.contradictions",
    "firmware.logic.signs.startable",
    "firmware.logic.signs.unused",
    "firmware.tasks.signs",
    "firmware.tasks.sleep",
    "firmware.tasks.supervisor",
    "firmware.logic.access.door_lock",
    "firmware.logic.access.feedback",
    "firmware.logic.trip.forgotten",
    "firmware.logic.road.rest",
    "firmware.tasks.orders",
    "firmware.tasks.acts",
    "firmware.tasks.timekeeper",
    "firmware.tasks.settling",
    "firmware.tasks.vehicle",
    "firmware.tasks.watchdog",
    "firmware.fitted",
    "firmware.application",
)


def load() -> None:
    """Import them all, which a board without PSRAM has no memory for, and says so before.

    What loading a module leaves lies among what stays: not collected, it leaves no large block free
    later. A collection takes the chip some 20 ms at that time. The table of modules has its last
    size before the first of them: when it is full it wants a kilobyte and a third in one block.
    The list above is 5 kB, so this module is forgotten at the end; who called it lets go of it.
    """
    import esp32  # not at the top: the host reads the list above

    regions = esp32.idf_heap_info(esp32.HEAP_DATA)
    if max([region[0] for region in regions]) < _PSRAM_BYTES:
        print('bench: {"check": "memory", "outcome": "failed", "failure": "WRONG_BOARD"}')
    for number in range(_MOST_MODULES):
        sys.modules[number] = None  # pyright: ignore[reportArgumentType] and no name to be kept
    for number in range(_MOST_MODULES):
        del sys.modules[number]  # pyright: ignore[reportArgumentType]
    for name in LEAF_FIRST:
        __import__(name)
        gc.collect()
    del sys.modules[__name__]
    del sys.modules["firmware"].imports  # pyright: ignore[reportAttributeAccessIssue] set by import
