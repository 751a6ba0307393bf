"""The parts that a car or its box may have or not, each as what it is or what stands for none.

Only what is fitted is loaded. Wires nothing together and decides nothing: application.py does.
"""

from firmware.drivers.ignition import IgnitionInput
from firmware.logic.access.card import TOLD_AS_THEY_COME, CardPresence


def relay(fitted: bool, board):
    """The relay in the start line, or what stands for none."""
    if not fitted:
        from firmware.drivers.not_fitted import NoRelay

        return NoRelay()
    from firmware.drivers.relay import LatchingRelay

    return LatchingRelay(
        enable_pin=board.relay_enable,
        inhibit_pin=board.relay_inhibit,
        sense_pin=board.relay_sense,
        pulse_ms=board.relay_pulse_ms,
    )


def ignition(fitted: bool, board):
    """The ignition line, or what stands for none."""
    if not fitted:
        from firmware.drivers.not_fitted import NoIgnition

        return NoIgnition()
    return IgnitionInput(board.ignition)


def contact(pin_number: int, fitted: bool, *, otherwise: bool):
    """What says whether a contact of the car is closed; `otherwise` where there is none."""
    if not fitted:
        return lambda: otherwise
    from firmware.drivers.contact import Contact

    return Contact(pin_number).closed


def reader(kind: str, board):
    """The badge reader, and what makes sense of it."""
    if kind == "wiegand":
        from firmware.drivers.wiegand import Wiegand

        reader = Wiegand(d0_pin=board.wiegand_d0, d1_pin=board.wiegand_d1)
        return reader, CardPresence(**TOLD_AS_THEY_COME)
    from firmware.drivers.pn532 import Pn532
    from firmware.drivers.pn532_bus import Pn532Bus

    bus = Pn532Bus(sda_pin=board.reader_sda, scl_pin=board.reader_scl, irq_pin=board.reader_irq)
    return Pn532(bus), CardPresence()


def sim_pin(pin: str, state_store):
    """What gives the SIM its PIN, None where it has none."""
    if not pin:
        return None
    from firmware.logic.link.sim_pin import SimPin

    return SimPin(state_store, pin)
