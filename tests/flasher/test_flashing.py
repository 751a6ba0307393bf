"""A board is blank, the box it was or the whole new one, wherever its cable or its power is cut.

The real esptool writes to the simulated board; a board that was cut is flashed again, and is whole.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from esptool import cmds
from littlefs import LittleFS, LittleFSError, UserContext

from flasher.board import FLASH_BYTES, Board
from flasher.failures import FlashError
from flasher.failures.board import BoardFailure
from flasher.failures.files import FileFailure
from flasher.flashing import FILE_SYSTEM, FILE_SYSTEM_AT, flash, require_layout, require_no_box
from flasher.image import BLOCK_BYTES, BLOCKS, new_image
from flasher.last_block import ROOT_BYTES, parted
from simulator.devices.car import Car
from simulator.devices.rom_loader import RomLoader
from simulator.engine.world import World
from tests.flasher.identity import IDENTITY
from tests.flasher.micropython import PARTITIONS, invented
from tests.support import FULL, sample_seed

CUTS = 25 if FULL else 3  # of each kind
NEW = IDENTITY
OLD = IDENTITY | {"box_id": "8899aabbccddeeff", "vehicle": "CD-456-EF", "key": "0f" * 32}
MICROPYTHON = invented()


@pytest.fixture(scope="module")
def image() -> bytes:
    return new_image(NEW)


@pytest.fixture
def board() -> Iterator[RomLoader]:
    with RomLoader() as board:
        yield board


def flashed(image: bytes) -> bytes:
    """The image as it lies on a flash: of its root's two blocks the one that counts."""
    body, last_at, last = parted(image)
    return body[:last_at] + last + body[last_at + BLOCK_BYTES :]


def run(board: RomLoader, image: bytes) -> None:
    with Board(board.path, can_reset=False, on_written=lambda address: None) as connected:
        flash(connected, MICROPYTHON, image)


def is_new_box(board: RomLoader, image: bytes) -> bool:
    data = board.flash.data
    is_whole: bool = data[: len(MICROPYTHON)] == MICROPYTHON and data[FILE_SYSTEM_AT:] == flashed(
        image
    )
    return is_whole


def files_on(board: RomLoader) -> dict[str, bytes] | None:
    """Everything on its file system, as a box would mount it; None: nothing mounts."""
    content = bytearray(board.flash.data[FILE_SYSTEM_AT:])
    flash = LittleFS(
        UserContext(buffer=content), mount=False, block_size=BLOCK_BYTES, block_count=BLOCKS
    )
    found = {}
    try:
        flash.mount()
        for folder, _, names in flash.walk("/"):
            for name in names:
                with flash.open(f"{folder}/{name}", "rb") as file:
                    found[f"{folder}/{name}".replace("//", "/")] = file.read()
    except LittleFSError:
        return None
    return found


def state_of(board: RomLoader, image: bytes, old: dict[str, bytes] | None) -> str:
    """What a cut left: "blank", "old" or "new"; anything else fails."""
    files = files_on(board)
    if files is None or "/identity.json" not in files:
        return "blank"
    if files == old:
        return "old"
    assert is_new_box(board, image), "neither blank nor whole"
    return "new"


def cut_and_flash_again(board: RomLoader, image: bytes, old: dict[str, bytes] | None) -> str:
    """Flash a board that will be cut; return what that left. Then flash it again."""
    with pytest.raises(FlashError) as caught:
        run(board, image)
    assert caught.value.failure in (
        BoardFailure.VANISHED,
        BoardFailure.NO_ANSWER,
        BoardFailure.BROKE_OFF,
    )
    board.wait_until_pulled()
    left = state_of(board, image, old)
    board.pulled_after_bytes = board.flash.power_lost_after_bytes = None
    board.plug_in()
    run(board, image)
    assert is_new_box(board, image)
    return left


def counted_bytes(image: bytes) -> tuple[int, int]:
    """How many bytes a blank board hears, and how many are written and erased on it."""
    with RomLoader() as board:
        board.flash.power_lost_after_bytes = 1 << 40
        run(board, image)
        return board.heard_bytes, (1 << 40) - board.flash.power_lost_after_bytes


@pytest.fixture(scope="module")
def heard_and_written(image: bytes) -> tuple[int, int]:
    return counted_bytes(image)


def test_a_blank_board_becomes_a_box_with_exactly_what_was_asked_for(
    board: RomLoader, image: bytes
) -> None:
    run(board, image)
    assert is_new_box(board, image)
    blank = board.flash.data[len(MICROPYTHON) : FILE_SYSTEM_AT].strip(b"\xff")
    assert not blank
    assert len(board.flash.data) == FLASH_BYTES


def test_a_box_that_was_flashed_starts_from_that_very_flash(
    board: RomLoader, image: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run(board, image)
    path = tmp_path_factory.mktemp("flash") / "flash.img"
    path.write_bytes(board.flash.data[FILE_SYSTEM_AT:])
    with World() as world:
        car = Car(world, NEW, path)
        assert path.read_bytes() == flashed(image), "what the car is made with is what was flashed"
        car.power_on()
        world.run_for(70)
        assert (car.box.stuck, car.box.resets) == ("", [])
        assert car.report()["failed_starts"] == 0
        assert "start failed" not in car.box.console()


def test_a_cable_pulled_at_any_byte_leaves_a_blank_board_or_a_whole_box(
    image: bytes,
    heard_and_written: tuple[int, int],
    record_property: Callable[[str, object], None],
) -> None:
    heard, _ = heard_and_written
    chance = random.Random(sample_seed())
    moments = [chance.randrange(heard) for _ in range(CUTS)]
    moments += [heard - chance.randrange(1, 6000) for _ in range(CUTS)]  # before the last block
    moments += [heard - chance.randrange(1, 60) for _ in range(CUTS)]  # before it is verified
    left = []
    for moment in moments:
        with RomLoader(pulled_after_bytes=moment) as board:
            left.append(cut_and_flash_again(board, image, None))
    assert "blank" in left
    assert "old" not in left
    record_property("sample", f"{len(left)} pulls left {dict(Counter(left))}")


def test_power_that_fails_at_any_byte_leaves_a_blank_board_or_a_whole_box(
    image: bytes,
    heard_and_written: tuple[int, int],
    record_property: Callable[[str, object], None],
) -> None:
    _, written = heard_and_written
    chance = random.Random(sample_seed())
    moments = [chance.randrange(1, written) for _ in range(CUTS)]
    moments += [written - chance.randrange(1, BLOCK_BYTES) for _ in range(CUTS)]
    left = []
    for moment in moments:
        with RomLoader() as board:
            board.flash.power_lost_after_bytes = moment
            left.append(cut_and_flash_again(board, image, None))
    assert "old" not in left
    record_property("sample", f"{len(left)} losses of power left {dict(Counter(left))}")


def test_a_box_that_is_replaced_is_the_old_one_nothing_or_the_new_one(image: bytes) -> None:
    old_image = new_image(OLD)
    for moment in [1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES]:
        with RomLoader() as board:
            board.flash.data[FILE_SYSTEM_AT:] = old_image
            old = files_on(board)
            assert old is not None
            assert json.loads(old["/identity.json"]) == OLD
            board.flash.power_lost_after_bytes = moment
            left = cut_and_flash_again(board, image, old)
            assert left == ("old" if moment <= BLOCK_BYTES else "blank")


def test_a_box_is_refused_and_what_a_cut_run_left_is_not(board: RomLoader, image: bytes) -> None:
    with Board(board.path, False, lambda address: None) as connected:
        require_no_box(connected, image, NEW)
        flash(connected, MICROPYTHON, image)
        require_no_box(connected, image, NEW)  # the very same, and not in use yet
        with pytest.raises(FlashError) as caught:
            require_no_box(connected, new_image(OLD), OLD)
    assert caught.value.failure is BoardFailure.ALREADY_A_BOX
    assert is_new_box(board, image)


def test_an_image_that_would_look_for_its_file_system_elsewhere_is_refused() -> None:
    require_layout("image", MICROPYTHON)
    assert FILE_SYSTEM == (2 << 20, 14 << 20)
    *others, (name, kind, subtype, at, _) = PARTITIONS
    for size, said in ((0x210000, "0x220000"), (0x1E0000, "0x1f0000")):
        image = invented((*others, (name, kind, subtype, at, size)))
        with pytest.raises(FlashError, match=f"image looks .* at {said}") as caught:
            require_layout("image", image)
        assert caught.value.failure is FileFailure.OTHER_LAYOUT


def test_a_flash_that_keeps_something_else_is_named_and_no_box_comes_of_it(
    board: RomLoader, image: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = board.flash.write_defl_block

    def write_and_wear(payload: bytes) -> None:
        write(payload)
        board.flash.data[FILE_SYSTEM_AT + ROOT_BYTES + 5] &= 0xEF

    monkeypatch.setattr(board.flash, "write_defl_block", write_and_wear)
    with pytest.raises(FlashError) as caught:
        run(board, image)
    assert caught.value.failure is BoardFailure.NOT_VERIFIED
    assert state_of(board, image, None) == "blank"


def test_a_board_that_falls_silent_is_named_and_its_port_is_free_again(
    board: RomLoader, image: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def reset_itself(payload: bytes) -> None:
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(board.flash, "write_defl_block", reset_itself)
        with pytest.raises(FlashError) as caught:
            run(board, image)
    assert caught.value.failure is BoardFailure.BROKE_OFF
    assert state_of(board, image, None) == "blank"
    run(board, image)
    assert is_new_box(board, image)


def test_a_chip_that_lets_nobody_read_its_flash_is_refused(
    board: RomLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_by = cmds.detect_chip

    def locked(*words: object, **options: object) -> object:
        found = found_by(*words, **options)
        found.secure_download_mode = True
        return found

    monkeypatch.setattr(cmds, "detect_chip", locked)
    with pytest.raises(FlashError) as caught:
        Board(board.path, False, lambda address: None)
    assert caught.value.failure is BoardFailure.LOCKED_CHIP
    assert not board.flash.data.strip(b"\xff")


@pytest.mark.parametrize(
    ("chip", "flash_mb", "failure", "said"),
    [
        ("esp32c3", 16, BoardFailure.WRONG_CHIP, "ESP32-C3"),
        ("esp32", 4, BoardFailure.WRONG_CHIP, "ESP32"),
        ("esp32s3", 4, BoardFailure.SMALL_FLASH, "4MB"),
        ("esp32s3", 8, BoardFailure.SMALL_FLASH, "8MB"),
    ],
)
def test_a_board_that_no_box_can_be_made_of_is_refused_by_name_and_left_as_it_is(
    chip: str, flash_mb: int, failure: BoardFailure, said: str
) -> None:
    with RomLoader(chip=chip, flash_mb=flash_mb) as board:
        with pytest.raises(FlashError, match=said) as caught:
            Board(board.path, False, lambda address: None)
        assert caught.value.failure is failure
        assert not board.flash.data.strip(b"\xff")
