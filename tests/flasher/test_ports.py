"""Which port the board is at, of those that pyserial lists."""

import errno
import os
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

import pytest

from flasher.failures import FlashError
from flasher.failures.board import BoardFailure
from flasher.ports import can_reset, choose, found_again


class Listed(NamedTuple):
    device: str
    vid: int | None = 0x303A
    pid: int | None = 0x1001
    description: str = "USB JTAG/serial debug unit"
    serial_number: str | None = "7C:DF:A1:02:03:04"


FIRST, SECOND = Listed("/dev/ttyACM0"), Listed("/dev/ttyACM1", serial_number=None)
MOUSE, BUILT_IN = Listed("/dev/ttyACM2", 0x046D, 0xC52B), Listed("/dev/ttyS0", None, None)


def never(ports: Sequence[str]) -> int | None:
    raise AssertionError("nothing is to be asked")


def test_one_board_is_found_among_other_devices() -> None:
    assert choose([BUILT_IN, MOUSE, SECOND], never) == "/dev/ttyACM1"
    for vid, pid in ((0x303A, 0x4001), (0x10C4, 0xEA60), (0x1A86, 0x7523), (0x1A86, 0x55D4)):
        assert choose([Listed("/dev/ttyUSB0", vid, pid)], never) == "/dev/ttyUSB0"


def test_of_several_one_is_asked_for_by_port_and_serial_number() -> None:
    shown: list[str] = []

    def second(ports: Sequence[str]) -> int:
        shown.extend(ports)
        return 1

    assert choose([SECOND, FIRST], second) == "/dev/ttyACM1"
    assert shown == [
        "/dev/ttyACM0  USB JTAG/serial debug unit  7C:DF:A1:02:03:04",
        "/dev/ttyACM1  USB JTAG/serial debug unit",
    ]


def test_no_board_and_nobody_to_ask_are_named() -> None:
    with pytest.raises(FlashError) as caught:
        choose([MOUSE, BUILT_IN], never)
    assert caught.value.failure is BoardFailure.NO_BOARD
    with pytest.raises(FlashError, match="/dev/ttyACM0, /dev/ttyACM1") as caught:
        choose([FIRST, SECOND], lambda ports: None)
    assert caught.value.failure is BoardFailure.SEVERAL_BOARDS


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (errno.EACCES, BoardFailure.FORBIDDEN_PORT),
        (errno.EBUSY, BoardFailure.BUSY_PORT),
        (errno.ENXIO, BoardFailure.NO_PORT),
        (errno.EIO, BoardFailure.NOT_A_PORT),
    ],
)
def test_a_port_that_does_not_open_is_named_by_what_the_system_says(
    code: int, failure: BoardFailure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FlashError, match="/dev/ttyACM0") as caught:
        can_reset("/dev/ttyACM0")
    assert caught.value.failure is failure


MAC = "7c:df:a1:02:03:04"
RUNNING = Listed("/dev/ttyACM3", pid=0x4001, serial_number="7cdfa1020304")  # as MicroPython says it
BRIDGE = Listed("/dev/ttyUSB0", 0x1A86, 0x55D4, serial_number="5436")


def test_a_board_that_was_reset_is_found_by_its_mac_wherever_it_comes_back() -> None:
    for board in (FIRST, RUNNING):
        assert found_again([SECOND, board], MAC, "/dev/ttyACM1", True, never) == board.device
    assert found_again([RUNNING], MAC, "/dev/ttyUSB0", True, never) == RUNNING.device


def test_a_board_behind_a_bridge_is_where_it_was() -> None:
    assert found_again([BRIDGE, SECOND], MAC, "/dev/ttyUSB0", True, never) == "/dev/ttyUSB0"
    assert found_again([], MAC, "/dev/pts/7", True, never) == "/dev/pts/7"


def test_another_chip_that_took_its_place_is_not_taken_for_it() -> None:
    other = FIRST._replace(serial_number="7C:DF:A1:FF:FF:FF")
    assert found_again([other], MAC, other.device, True, None) is None
    assert found_again([other], MAC, other.device, True, never) is None
    assert found_again([], MAC, "/dev/ttyACM0", False, never) is None


def test_boards_that_cannot_be_told_apart_are_asked_for_when_it_is_time() -> None:
    second = BRIDGE._replace(device="/dev/ttyUSB1")
    gone = "/dev/ttyUSB7"
    assert found_again([BRIDGE, second], MAC, gone, False, None) is None
    assert found_again([BRIDGE, second, MOUSE], MAC, gone, False, lambda ports: 1) == second.device
    assert found_again([BRIDGE, second], MAC, gone, False, lambda ports: None) is None
    assert found_again([MOUSE, BUILT_IN], MAC, gone, False, never) is None
