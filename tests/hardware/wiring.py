"""What is wired to what: the box's connectors and the board's two headers, way by way.

Pins come from firmware/board.py by their names, so that a picture or a table of the hardware guide
cannot keep a pin that the firmware has left. The ways are this guide's own choice.
"""

from typing import NamedTuple

from firmware.board import BOARDS, CAN_PINS_KEPT_FREE, Board, Uart

BOARD = BOARDS["lilygo_t_sim7670g_s3"]


class Way(NamedTuple):
    """One way of a connector: what its wire is, and the pin of board.py behind it, if any.

    `pins` are names as `ignition` or `gnss_uart.tx`; a second one is the same wire by another name.
    """

    number: int
    wire: str
    pins: tuple[str, ...] = ()

    @property
    def is_used(self) -> bool:
        """Whether a wire of ours ends here."""
        return self.wire != "empty"


# No two connectors have as many ways, so that no plug fits another's place.
CONNECTORS = {
    "X1": (
        Way(1, "12 V, terminal 30, behind the fuse"),
        Way(2, "ground, terminal 31"),
        Way(3, "12 V behind Q1, to K3 and K4"),
    ),
    "X2": (
        Way(1, "start wire, ignition switch's side", ("crank",)),
        Way(2, "start wire, starter's side"),
    ),
    "X3": (
        Way(1, "ignition, terminal 15", ("ignition",)),
        Way(2, "unlock, pulls to ground", ("door_unlock",)),
        Way(3, "lock, pulls to ground", ("door_lock",)),
        Way(4, "door contact, plus side", ("door_contact",)),
        Way(5, "door contact, ground side", ("door_contact",)),
        Way(6, "12 V for the door contact"),
        Way(7, "3.3 V to the key holder"),
        Way(8, "key holder, back", ("key_holder",)),
    ),
    "X4": (
        Way(1, "5 V to the reader"),
        Way(2, "ground"),
        Way(3, "SDA, or D0 (Wiegand)", ("reader_sda", "wiegand_d0")),
        Way(4, "SCL, or D1 (Wiegand)", ("reader_scl", "wiegand_d1")),
        Way(5, "IRQ (PN532 only)", ("reader_irq",)),
        Way(6, "empty"),
    ),
    "X5": (
        Way(1, "green light", ("led_green",)),
        Way(2, "red light", ("led_red",)),
        Way(3, "buzzer, 5 V"),
        Way(4, "buzzer, pulled to ground", ("buzzer",)),
        Way(5, "ground of the lights"),
    ),
    "X6": (
        Way(1, "5 V to the receiver"),
        Way(2, "ground"),
        Way(3, "to the receiver's RXD", ("gnss_uart.tx",)),
        Way(4, "from the receiver's TXD", ("gnss_uart.rx",)),
    ),
}

NAMES = {
    "X1": "supply",
    "X2": "start wire",
    "X3": "ignition, doors, keys",
    "X4": "badge reader",
    "X5": "lights and buzzer",
    "X6": "satellite receiver",
}

# Pins whose wires stay inside the box, with what is there.
INSIDE = {
    "relay_enable": "coil E: enables",
    "relay_inhibit": "coil I: inhibits",
    "relay_sense": "contact 2 of K1",
    "battery_adc": "battery divider",
}

# The two headers in the maker's schematic (T-SIM7670G-S3, V1.1), way 1 first; numbers are GPIOs.
HEADERS: dict[str, tuple[int | str, ...]] = {
    "U5": ("V_BAT", 21, 14, 13, 12, 46, 8, 16, 15, 7, 6, 5, 4, "RST", "GND", "3V3"),
    "U6": (43, 44, "3V3", "GND", 1, 2, 42, 41, 40, 39, 38, 0, 48, 47, "GND", "VBUS"),
}
RAILS = {"VBUS": "5 V in", "3V3": "3.3 V out", "GND": "ground"}


def pins_of(board: Board) -> dict[str, int]:
    """Every pin of a board by its name, as `modem_uart.tx` or `relay_enable`."""
    pins = {}
    for name, value in zip(board._fields, board, strict=True):
        if isinstance(value, Uart):
            pins[f"{name}.tx"], pins[f"{name}.rx"] = value.tx, value.rx
        elif isinstance(value, int) and not name.endswith("_ms"):
            pins[name] = value
    return pins


def gpio(name: str) -> str:
    """How a picture calls a pin of board.py: `GPIO 42`."""
    return f"GPIO {pins_of(BOARD)[name]}"


def of_way(way: Way) -> str:
    """The pin behind a way of a connector, `GPIO 42`; empty where there is none."""
    (pin,) = {gpio(name) for name in way.pins} or {""}
    return pin


def of_header(what: int | str) -> str:
    """What of ours is connected to a way of a header: a rail, a circuit in the box, or `X3.2`."""
    if isinstance(what, str):
        return RAILS.get(what, "")
    if what in CAN_PINS_KEPT_FREE:
        return "kept for CAN"
    names = {name for name, pin in pins_of(BOARD).items() if pin == what}
    for name, circuit in INSIDE.items():
        if name in names:
            return circuit
    return ", ".join(
        f"{connector}.{way.number}"
        for connector, ways in CONNECTORS.items()
        for way in ways
        if names.intersection(way.pins)
    )
