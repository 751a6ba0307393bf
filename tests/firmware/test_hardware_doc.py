"""docs/hardware.md says what firmware/board.py does, and the pins are ones the chip can spare."""

import re
from itertools import takewhile
from pathlib import Path

import pytest

from firmware.board import BOARDS, CAN_PINS_KEPT_FREE, Board, Uart, outputs_low_at_reset

TEXT = (Path(__file__).parents[2] / "docs" / "hardware.md").read_text()
THE_BOARD = BOARDS["lilygo_t_sim7670g_s3"]

STRAPPING = {0, 3, 45, 46}
USB = {19, 20}
FLASH_AND_PSRAM = set(range(26, 38))
NOT_BONDED = {22, 23, 24, 25}


def table(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = section[section.index("\n|") + 1 :].splitlines()
    rows = takewhile(lambda line: line.startswith("|"), lines)
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows][2:]


def pins_of(board: Board) -> dict[str, int]:
    """Every pin by its name in board.py, as `modem_uart.tx` or `relay_enable`."""
    pins = {}
    for name, value in zip(board._fields, board, strict=True):
        if isinstance(value, Uart):
            pins[f"{name}.tx"], pins[f"{name}.rx"] = value.tx, value.rx
        elif isinstance(value, int) and not name.endswith("_ms"):
            pins[name] = value
    return pins


def test_the_documented_pins_are_the_boards() -> None:
    documented = {row[0]: int(row[1]) for row in table("Pins")}
    assert documented == pins_of(THE_BOARD)


def test_every_board_has_the_same_pins() -> None:
    for board in BOARDS.values():
        assert pins_of(board) == pins_of(THE_BOARD)


def test_the_documented_uarts_are_the_boards() -> None:
    documented = {tuple(int(cell) for cell in (*row[:1], *row[2:])) for row in table("UARTs")}
    uarts = (THE_BOARD.modem_uart, THE_BOARD.gnss_uart)
    assert documented == {(u.number, u.tx, u.rx, u.baud, u.rx_buffer_bytes) for u in uarts}


def test_no_pin_and_no_uart_is_used_twice() -> None:
    pins = pins_of(THE_BOARD)
    either_reader = [pins.pop("wiegand_d0"), pins.pop("wiegand_d1")]
    used = [*pins.values(), *CAN_PINS_KEPT_FREE]
    assert len(set(used)) == len(used)
    assert either_reader == [pins["reader_sda"], pins["reader_scl"]], "one connector"
    numbers = [uart.number for uart in THE_BOARD if isinstance(uart, Uart)]
    assert sorted(numbers) == [1, 2]


def test_no_device_is_on_the_uart_where_a_stock_image_keeps_its_prompt() -> None:
    assert 0 not in [uart.number for uart in THE_BOARD if isinstance(uart, Uart)]


def test_no_pin_is_one_that_the_chip_needs_itself() -> None:
    used = {*pins_of(THE_BOARD).values(), *CAN_PINS_KEPT_FREE}
    assert not used & (STRAPPING | USB | FLASH_AND_PSRAM | NOT_BONDED)
    assert max(used) <= 48


def test_the_pulse_lengths_and_free_pins_are_documented() -> None:
    for row in table("Pins"):
        if row[0].startswith(("relay_enable", "relay_inhibit")):
            assert f"pulse of {THE_BOARD.relay_pulse_ms} ms" in row[3]
        if row[0] in ("door_unlock", "door_lock"):
            assert f"pulse of {THE_BOARD.door_pulse_ms} ms" in row[3]
    free = re.search(r"Kept free for OBD.*: ([\d, ]+)\.", TEXT)
    assert free is not None
    assert tuple(int(pin) for pin in free[1].split(",")) == CAN_PINS_KEPT_FREE


@pytest.mark.parametrize("name", ["relay_enable", "relay_inhibit", "door_unlock", "door_lock"])
def test_what_moves_something_is_low_from_the_first_instruction(name: str) -> None:
    assert getattr(THE_BOARD, name) in outputs_low_at_reset(THE_BOARD)
