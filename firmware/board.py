"""Pins, UARTs and pulse lengths of each supported board: data only, imported by the host too.

docs/hardware.md explains the choices; tests/firmware/test_hardware_doc.py compares the two.
"""

from collections import namedtuple

Uart = namedtuple("Uart", ("number", "tx", "rx", "baud", "rx_buffer_bytes", "tx_buffer_bytes"))

Board = namedtuple(
    "Board",
    (
        "modem_uart",
        "modem_pwrkey",  # high pulls the modem's key line down through a transistor
        "modem_reset",  # active low
        "modem_dtr",
        "modem_ri",  # low: it has something to say; wakes, so a pin of the RTC (0 to 21)
        "gnss_uart",
        "reader_sda",
        "reader_scl",
        "reader_irq",  # low: it has an answer; wakes, so a pin of the RTC too
        "wiegand_d0",  # the reader's two lines, where a Wiegand reader is fitted instead
        "wiegand_d1",
        "relay_enable",  # latching coil, active high
        "relay_inhibit",  # latching coil, active high
        "relay_sense",  # feedback contact: 1 = start enabled
        "relay_pulse_ms",
        "door_unlock",  # active high
        "door_lock",  # active high
        "door_pulse_ms",
        "ignition",  # 1 = on; the optocoupler's inversion is undone in hardware
        "crank",  # 1 = the driver asks the starter to turn, whether the relay lets him or not
        "door_contact",  # 1 = a wired door or the boot is open
        "key_holder",  # 1 = the keys, and the fuel card, are in their holder
        "battery_adc",  # the car's battery through a divider
        "battery_divider",  # volts of the battery for a volt at the pin
        "led_green",
        "led_red",
        "buzzer",
    ),
)


def _s3_board(gnss_baud: int) -> Board:
    return Board(
        # A frame and its AT framing go out in one piece, and arrive in one piece.
        modem_uart=Uart(1, 11, 10, 115200, 1280, 1280),
        modem_pwrkey=18,
        modem_reset=17,
        modem_dtr=9,
        modem_ri=3,
        # Half a second of a 10 Hz receiver's sentences at 115200 baud.
        gnss_uart=Uart(2, 15, 16, gnss_baud, 1024, 256),
        reader_sda=40,
        reader_scl=41,
        reader_irq=21,
        wiegand_d0=40,
        wiegand_d1=41,
        relay_enable=6,
        relay_inhibit=7,
        relay_sense=8,
        relay_pulse_ms=50,
        door_unlock=14,
        door_lock=13,
        door_pulse_ms=300,
        ignition=42,
        crank=5,
        door_contact=48,
        key_holder=2,
        battery_adc=1,
        battery_divider=11.0,
        led_green=39,
        led_red=38,
        buzzer=47,
    )


BOARDS = {
    "lilygo_t_sim7670g_s3": _s3_board(gnss_baud=9600),
    "host": _s3_board(gnss_baud=115200),
}

CAN_PINS_KEPT_FREE = (4, 12)  # its RXD and TXD, for OBD over a CAN transceiver


def outputs_low_at_reset(board: Board) -> tuple[int, ...]:
    """The pins that must be driven low before anything else runs: they move relays and doors."""
    return (
        board.relay_enable,
        board.relay_inhibit,
        board.door_unlock,
        board.door_lock,
        board.buzzer,
        board.led_green,
        board.led_red,
        board.modem_pwrkey,
    )


def outputs_high_at_reset(board: Board) -> tuple[int, ...]:
    """The pins that must be driven high: low would reset the modem."""
    return (board.modem_reset,)


def outputs_held_through_resets(board: Board) -> tuple[int, ...]:
    """The coils' pins: held at their level while the chip resets, when others float."""
    return (board.relay_enable, board.relay_inhibit)
