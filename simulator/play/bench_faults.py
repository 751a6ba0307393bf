"""What may be wrong with a board on a desk and with the car round it, each by its name."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from simulator.devices.car import Car
from simulator.devices.modem.access import Access
from simulator.devices.modem.state import ABSENT, PIN_WANTED

_OTHER_APN = "another.example"
_UNKNOWN_PIN = "2468"
_FLAT_V = 11.4
_FLASHED_BYTES = 120_000  # that a board hears at least while a box is made of it
_PROGRAM_BYTES = 1 << 20
_FILE_SYSTEM_AT = 0x200000


@dataclass(frozen=True)
class Fault:
    """Attributes: `meaning`, for a person; what is another `chip`, `flash_mb` or program on it.

    `pulled`: the cable, at a byte of chance. `befall` does it to the car and its box, which is off.
    """

    meaning: str
    chip: str | None = None
    flash_mb: int | None = None
    pulled: bool = False
    other_program: bool = False
    befall: Callable[[Car], object] = lambda car: None


def at_which_byte(seed: int) -> int:
    """After how many bytes a cable is pulled."""
    return random.Random(seed).randrange(1, _FLASHED_BYTES)


def other_program(size: int) -> bytes:
    """A flash of that size that came with a program of somebody else's."""
    chance = random.Random(size)
    content = bytearray(b"\xff" * size)
    for at in (0, _FILE_SYSTEM_AT):
        content[at : at + _PROGRAM_BYTES] = b"\xe9" + chance.randbytes(_PROGRAM_BYTES - 1)
    return bytes(content)


def _wants_a_pin(car: Car) -> None:
    car.modem.state.pin = _UNKNOWN_PIN
    car.modem.set_sim(PIN_WANTED)


def _wants_another_apn(car: Car) -> None:
    car.modem.state.access = Access(_OTHER_APN)


FAULTS = {
    "cable": Fault("the cable is pulled, once, while the board is written", pulled=True),
    "wrong-chip": Fault("the chip is an ESP32-C3", chip="esp32c3"),
    "small-flash": Fault("the flash has 4 MB", flash_mb=4),
    "unknown-image": Fault("the flash holds a program of somebody else's", other_program=True),
    "wrong-board": Fault("its module has no PSRAM", befall=lambda car: car.box.lose_psram()),
    "silent-modem": Fault(
        "no modem answers where a box's is", befall=lambda car: car.modem.fault("silent")
    ),
    "dead-antenna": Fault(
        "the wire of the satellites' antenna is cut",
        befall=lambda car: car.gnss.fault("antenna_open"),
    ),
    "reversed-relay": Fault(
        "the relay's two coils are swapped", befall=lambda car: car.wires.fault("reversed")
    ),
    "dead-contact": Fault(
        "the relay's feedback wire is broken", befall=lambda car: car.wires.fault("no_feedback")
    ),
    "reader-cable-open": Fault(
        "the badge reader is unplugged", befall=lambda car: car.reader.fault("unplugged")
    ),
    "no-sim": Fault("there is no SIM card", befall=lambda car: car.modem.set_sim(ABSENT)),
    "wrong-apn": Fault("the network lets in another access point", befall=_wants_another_apn),
    "pin": Fault("the SIM card wants a PIN that the box has not", befall=_wants_a_pin),
    "flat-battery": Fault(
        "the car's battery has 11.4 V", befall=lambda car: car.wires.set_battery(_FLAT_V)
    ),
}
