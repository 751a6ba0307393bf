"""A box is asked for its bench test by one block of its flash, and loses nothing by it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from littlefs import LittleFS, UserContext

from flasher.board import Board
from flasher.existing.bench_request import ask_for_test
from flasher.failures import FlashError
from flasher.failures.board import BoardFailure
from flasher.flashing import FILE_SYSTEM_AT
from flasher.image import BENCH_ASKED, BLOCK_BYTES, BLOCKS, new_image
from simulator.devices.rom_loader import RomLoader
from tests.flasher.identity import IDENTITY
from tests.support import examples

NEW = new_image(IDENTITY, asks_bench=True)


class Flash(Board):
    """A board of which only the flash is asked; its supply may fail after so many bytes."""

    def __init__(self, image: bytes, bytes_left: int | None = None) -> None:
        self.image = bytearray(image)
        self.written = 0
        self._bytes_left = bytes_left

    def read(self, at: int, count: int) -> bytes:
        return bytes(self.image[at - FILE_SYSTEM_AT :][:count])

    def write(self, *parts: tuple[int, bytes]) -> None:
        for at, content in parts:
            begin = at - FILE_SYSTEM_AT
            self.image[begin : begin + len(content)] = b"\xff" * len(content)
            left = len(content) if self._bytes_left is None else min(self._bytes_left, len(content))
            self.image[begin : begin + left] = content[:left]
            self.written += len(content)
            if left < len(content):
                raise FlashError(BoardFailure.VANISHED, port="/dev/ttyACM0")


def mounted(image: bytearray) -> LittleFS:
    """As the box mounts it (flasher/image.py says where that is from)."""
    return LittleFS(
        UserContext(buffer=image),
        block_size=BLOCK_BYTES,
        block_count=BLOCKS,
        read_size=32,
        prog_size=32,
        cache_size=128,
        lookahead_size=32,
        block_cycles=100,
    )


def files(image: bytes) -> dict[str, bytes]:
    flash = mounted(bytearray(image))
    found = {}
    for folder, _, names in flash.walk("/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            with flash.open(path, "rb") as file:
                found[path] = file.read()
    return found


def lived(kept: list[tuple[int, int]]) -> bytes:
    """A box's flash after these writings of its state: which file, and of how many bytes."""
    image = bytearray(NEW)
    flash = mounted(image)
    flash.remove(BENCH_ASKED)
    for number, (name, size) in enumerate(kept):
        with flash.open(f"/state/kept{name}", "wb") as file:
            file.write(bytes([number % 256]) * size)
    flash.unmount()
    return bytes(image)


@settings(max_examples=examples(40))
@given(
    kept=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 600)), max_size=60),
    left=st.integers(0, BLOCK_BYTES),
)
def test_wherever_the_power_fails_each_file_is_as_it_was(
    kept: list[tuple[int, int]], left: int
) -> None:
    image = lived(kept)
    before = files(image)
    whole = Flash(image)
    ask_for_test(whole)
    assert whole.written == BLOCK_BYTES, "one block, and that is the older of two"
    assert files(whole.image) == before | {BENCH_ASKED: b""}
    torn = Flash(image, left)
    if left < BLOCK_BYTES:
        with pytest.raises(FlashError):
            ask_for_test(torn)
    after = files(torn.image)
    assert after.pop(BENCH_ASKED, b"") == b""
    assert after == before


def test_the_box_goes_on_writing_and_may_be_asked_again_and_again() -> None:
    board = Flash(lived([(1, 40)]))
    for number in range(250):  # a folder is moved after a hundred writings of its block
        ask_for_test(board)
        ask_for_test(board)
        flash = mounted(board.image)
        flash.remove(BENCH_ASKED)
        with flash.open("/state/kept1", "wb") as file:
            file.write(bytes([number]) * 40)
        flash.unmount()
    assert files(board.image) == files(lived([(1, 40)])) | {"/state/kept1": bytes([249]) * 40}


def test_a_box_that_never_started_and_one_that_cannot_be_read_are_refused_and_not_written() -> None:
    noise = bytearray(NEW)
    noise[2 * BLOCK_BYTES :] = b"\xff" * (len(noise) - 2 * BLOCK_BYTES)
    for image in (new_image(IDENTITY), bytes(noise)):
        board = Flash(image)
        with pytest.raises(FlashError) as caught:
            ask_for_test(board)
        assert caught.value.failure is BoardFailure.NOT_STARTED
        assert board.image == image


def test_the_real_loader_writes_that_block_and_no_other() -> None:
    image = lived([(number % 7, 50 * number % 600) for number in range(40)])
    with RomLoader() as board:
        board.flash.data[FILE_SYSTEM_AT:] = image
        with Board(board.path, False, lambda address: None) as connected:
            ask_for_test(connected)
        after = bytes(board.flash.data[FILE_SYSTEM_AT:])
    assert files(after) == files(image) | {BENCH_ASKED: b""}
    changed = [
        at
        for at in range(0, len(image), BLOCK_BYTES)
        if image[at : at + BLOCK_BYTES] != after[at : at + BLOCK_BYTES]
    ]
    assert len(changed) == 1
