"""Whose box a board is already is read from its own file system, and nothing on it is changed."""

import pytest

from flasher.board import Board
from flasher.existing.found_box import box_on
from flasher.failures import FlashError
from flasher.failures.board import BoardFailure
from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import BLOCK_BYTES, new_image
from flasher.last_block import parted
from simulator.devices.rom_loader import RomLoader
from tests.flasher.identity import IDENTITY


class Read(Board):
    """A board of which only the flash is asked, and that may fall silent."""

    def __init__(self, image: bytes, silent_from: int | None = None) -> None:
        self._image = image
        self._left = silent_from

    def read(self, at: int, count: int) -> bytes:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise FlashError(BoardFailure.BROKE_OFF, port="/dev/ttyACM0")
        return self._image[at - FILE_SYSTEM_AT :][:count]


def car_of(board: Board) -> str | None:
    found = box_on(board)
    return found and found.plate


@pytest.fixture(scope="module")
def image() -> bytes:
    return new_image(IDENTITY, asks_bench=True)


def test_the_car_of_a_box_is_told_and_a_blank_board_has_none(image: bytes) -> None:
    assert box_on(Read(image)) == ("0011223344556677", "AB-123-CD")
    assert car_of(Read(parted(image).body)) is None
    assert car_of(Read(b"\xff" * len(image))) is None


def test_a_box_that_cannot_be_read_is_a_box_of_nobody_known(image: bytes) -> None:
    root, rest = image[: 2 * BLOCK_BYTES], len(image) - 2 * BLOCK_BYTES
    assert car_of(Read(root + b"\xff" * rest)) == ""
    noise = bytearray(root)
    noise[100:200] = bytes(100)
    assert car_of(Read(bytes(noise) + image[len(root) :])) in ("", "AB-123-CD")
    assert car_of(Read(new_image(IDENTITY | {"vehicle": 7}))) == ""


def test_a_board_that_falls_silent_meanwhile_is_named(image: bytes) -> None:
    for reads in (0, 1, 5):
        with pytest.raises(FlashError) as caught:
            car_of(Read(image, silent_from=reads))
        assert caught.value.failure is BoardFailure.BROKE_OFF


def test_it_is_read_by_the_real_loader(image: bytes) -> None:
    with RomLoader() as board:
        board.flash.data[FILE_SYSTEM_AT:] = image
        with Board(board.path, False, lambda address: None) as connected:
            assert car_of(connected) == "AB-123-CD"
        assert board.flash.data[FILE_SYSTEM_AT:] == image
