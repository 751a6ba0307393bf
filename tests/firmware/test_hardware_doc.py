"""docs/hardware*.md say what firmware/board.py does, and the pins are ones the chip can spare."""

import re
from itertools import takewhile

import pytest

from firmware.board import (
    BOARDS,
    CAN_PINS_KEPT_FREE,
    outputs_held_through_resets,
    outputs_high_at_reset,
    outputs_low_at_reset,
)
from tests.hardware.guide import text
from tests.hardware.wiring import HEADERS, pins_of
from tests.support import ROOT

GUIDE = text("en")
DESIGN = (ROOT / "docs" / "hardware-design.md").read_text("utf-8")
THE_BOARD = BOARDS["lilygo_t_sim7670g_s3"]

STRAPPING = {0, 3, 45, 46}
WIRED_BY_THE_MAKER = {3}  # the modem's RI; 3 straps the choice of JTAG only, and only by eFuse
RTC = set(range(22))
USB = {19, 20}
CONSOLE = {43, 44}  # UART 0: the ROM's messages, the stock image's REPL
ON_THE_HEADERS = {what for ways in HEADERS.values() for what in ways if isinstance(what, int)}
OF_THE_MODEM = {3, 9, 10, 11, 17, 18}
OWN_DIVIDER, OWN_LED = {4, 5}, {12}
PULLED_UP_AT_RESET = {39}  # MTCK, by the chip
FIRST_CONVERTER = set(range(1, 11))
OF_THE_RTC = set(range(22))
FLASH_AND_PSRAM = set(range(26, 38))
NOT_BONDED = {22, 23, 24, 25}


def table(document: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = document.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = section[section.index("\n|") + 1 :].splitlines()
    rows = takewhile(lambda line: line.startswith("|"), lines)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows][2:]


def test_the_documented_pins_are_the_boards() -> None:
    documented = {row[0]: int(row[1]) for row in table(GUIDE, "Pins")}
    assert documented == pins_of(THE_BOARD)


def test_every_board_has_the_same_pins() -> None:
    for board in BOARDS.values():
        assert pins_of(board) == pins_of(THE_BOARD)


def test_the_documented_uarts_are_the_boards() -> None:
    documented = {
        tuple(int(cell) for cell in (*row[:1], *row[2:])) for row in table(DESIGN, "UARTs")
    }
    uarts = (THE_BOARD.modem_uart, THE_BOARD.gnss_uart)
    assert documented == {(u.number, u.tx, u.rx, u.baud, u.rx_buffer_bytes) for u in uarts}


def test_no_pin_and_no_uart_is_used_twice() -> None:
    pins = pins_of(THE_BOARD)
    either_reader = [pins.pop("wiegand_d0"), pins.pop("wiegand_d1")]
    used = [*pins.values(), *CAN_PINS_KEPT_FREE]
    assert len(set(used)) == len(used)
    assert either_reader == [pins["reader_sda"], pins["reader_scl"]], "one connector"
    assert (THE_BOARD.modem_uart.number, THE_BOARD.gnss_uart.number) == (1, 2), "0 is the console"


def test_no_pin_is_one_that_the_chip_needs_itself_or_a_console_reads() -> None:
    used = {*pins_of(THE_BOARD).values(), *CAN_PINS_KEPT_FREE} - WIRED_BY_THE_MAKER
    assert not used & (STRAPPING | USB | CONSOLE | FLASH_AND_PSRAM | NOT_BONDED)


def test_every_wire_of_ours_has_a_pin_of_the_headers_and_the_modem_those_of_its_maker() -> None:
    pins = pins_of(THE_BOARD)
    modem = {number for name, number in pins.items() if name.startswith("modem_")}
    assert modem == OF_THE_MODEM
    assert {*pins.values(), *CAN_PINS_KEPT_FREE} - modem <= ON_THE_HEADERS


def test_what_the_board_has_on_a_pin_spoils_nothing() -> None:
    pins = pins_of(THE_BOARD)
    on_a_divider = {name for name, number in pins.items() if number in OWN_DIVIDER}
    assert on_a_divider <= {"crank"}, "a driven input; no contact and no voltage to be measured"
    assert not OWN_LED & set(pins.values()), "pulls its pin up"
    assert not PULLED_UP_AT_RESET & {
        *outputs_held_through_resets(THE_BOARD),
        THE_BOARD.door_unlock,
        THE_BOARD.door_lock,
    }, "moves something"


def test_the_battery_is_on_the_converter_that_the_radio_leaves_alone() -> None:
    assert THE_BOARD.battery_adc in FIRST_CONVERTER
    (row,) = [row for row in table(GUIDE, "Pins") if row[0] == "battery_adc"]
    assert f"{THE_BOARD.battery_divider:g} V for a volt" in row[3]


def test_what_wakes_the_chip_by_going_low_is_on_pins_of_the_rtc() -> None:
    assert {THE_BOARD.modem_ri, THE_BOARD.reader_irq} <= OF_THE_RTC


def test_the_pulse_lengths_and_free_pins_are_documented() -> None:
    for row in table(GUIDE, "Pins"):
        if row[0].startswith(("relay_enable", "relay_inhibit")):
            assert f"pulse of {THE_BOARD.relay_pulse_ms} ms" in row[3]
        if row[0] in ("door_unlock", "door_lock"):
            assert f"pulse of {THE_BOARD.door_pulse_ms} ms" in row[3]
    free = re.search(r"Kept free for OBD.*: ([\d, ]+)\.", GUIDE)
    assert free is not None
    assert tuple(int(pin) for pin in free[1].split(",")) == CAN_PINS_KEPT_FREE


def test_each_claim_of_a_source_has_it_and_each_source_is_used() -> None:
    body, sources = DESIGN.split("\n## Sources\n")
    listed = re.findall(r"^(\d+)\. ", sources, re.MULTILINE)
    assert listed == [str(number) for number in range(1, len(listed) + 1)]
    assert set(re.findall(r"\[(\d+)\]", body)) == set(listed)


@pytest.mark.parametrize("name", ["relay_enable", "relay_inhibit", "door_unlock", "door_lock"])
def test_what_moves_something_is_low_from_the_first_instruction(name: str) -> None:
    assert getattr(THE_BOARD, name) in outputs_low_at_reset(THE_BOARD)


def test_a_reset_neither_moves_the_relay_nor_resets_the_modem() -> None:
    coils = (THE_BOARD.relay_enable, THE_BOARD.relay_inhibit)
    assert outputs_held_through_resets(THE_BOARD) == coils
    assert set(coils) <= set(outputs_low_at_reset(THE_BOARD))
    assert outputs_high_at_reset(THE_BOARD) == (THE_BOARD.modem_reset,)


def test_what_wakes_the_chip_by_going_low_is_a_pin_of_its_rtc() -> None:
    assert {THE_BOARD.modem_ri, THE_BOARD.reader_irq} <= RTC, "wake_on_ext1 takes no other"
