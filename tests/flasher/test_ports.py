"""Which port the board is at, of those that pyserial lists."""

import errno
import os
from collections.abc import Sequence
from typing import NamedTuple, NoReturn

import pytest

from flasher.failures import Failure, FlashError
from flasher.ports import can_reset, choose


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
    assert caught.value.failure is Failure.NO_BOARD
    with pytest.raises(FlashError, match="/dev/ttyACM0, /dev/ttyACM1") as caught:
        choose([FIRST, SECOND], lambda ports: None)
    assert caught.value.failure is Failure.SEVERAL_BOARDS


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (errno.EACCES, Failure.FORBIDDEN_PORT),
        (errno.EBUSY, Failure.BUSY_PORT),
        (errno.ENXIO, Failure.NO_PORT),
        (errno.EIO, Failure.NOT_A_PORT),
    ],
)
def test_a_port_that_does_not_open_is_named_by_what_the_system_says(
    code: int, failure: Failure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(FlashError, match="/dev/ttyACM0") as caught:
        can_reset("/dev/ttyACM0")
    assert caught.value.failure is failure
