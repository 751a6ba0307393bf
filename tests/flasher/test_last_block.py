"""The block that is written last: torn wherever it may be, the board is blank or a whole box."""

import json

import pytest
from littlefs import LittleFS, LittleFSError, UserContext

from flasher.image import BLOCK_BYTES, BLOCKS, new_image
from flasher.last_block import ROOT_BYTES, is_box, parted, to_erase
from tests.flasher.identity import IDENTITY

BLANK = b"\xff" * BLOCK_BYTES


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "asks for its bench test"])
def image(request: pytest.FixtureRequest) -> bytes:
    return new_image(IDENTITY, asks_bench=request.param)


def identity_on(content: bytearray) -> bytes | None:
    """What /identity.json holds; None: nothing mounts, or it is not there."""
    flash = LittleFS(
        UserContext(buffer=content), mount=False, block_size=BLOCK_BYTES, block_count=BLOCKS
    )
    try:
        flash.mount()
        with flash.open("/identity.json", "rb") as file:
            read: bytes = file.read()
    except (LittleFSError, FileNotFoundError):
        return None
    return read


def test_the_body_and_the_last_block_make_the_image_and_the_body_alone_mounts_nowhere(
    image: bytes,
) -> None:
    body, last_at, last = parted(image)
    assert identity_on(bytearray(body)) is None
    whole = bytearray(body)
    whole[last_at : last_at + BLOCK_BYTES] = last
    assert json.loads(identity_on(whole) or b"") == IDENTITY
    other_at = BLOCK_BYTES - last_at
    whole[other_at : other_at + BLOCK_BYTES] = image[other_at : other_at + BLOCK_BYTES]
    assert whole == image


def test_torn_at_any_byte_it_has_no_identity_or_the_whole_of_it(image: bytes) -> None:
    body, last_at, last = parted(image)
    board = bytearray(body)
    found = []
    for count in range(BLOCK_BYTES + 1):
        board[last_at : last_at + BLOCK_BYTES] = last[:count].ljust(BLOCK_BYTES, b"\xff")
        found.append(identity_on(board))
    assert set(found) == {None, json.dumps(IDENTITY).encode()}
    first = found.index(json.dumps(IDENTITY).encode())
    assert None not in found[first:]


def test_what_is_left_over_of_the_last_block_is_no_box_and_a_box_is_one(image: bytes) -> None:
    parts = parted(image)
    for count in (0, 1, 100, 4000, BLOCK_BYTES):
        begun = parts.last[:count].ljust(BLOCK_BYTES, b"\xff")
        root = begun + BLANK if parts.last_at == 0 else BLANK + begun
        assert not is_box(root, parts)
    assert not is_box(b"\x5a" * ROOT_BYTES, parts)
    in_use = bytearray(image[:ROOT_BYTES])
    in_use[parts.last_at + 2000] = 0  # the box has written to its root folder since
    assert is_box(bytes(in_use), parts)
    other = new_image(IDENTITY | {"box_id": "ff" * 8, "vehicle": "CD-456-EF"})
    assert is_box(bytes(in_use), parted(other))


def revision(number: int) -> bytes:
    return number.to_bytes(4, "little").ljust(BLOCK_BYTES, b"\x01")


@pytest.mark.parametrize(
    ("first", "second", "order"),
    [
        (BLANK, BLANK, []),
        (revision(7), BLANK, [0]),
        (BLANK, revision(7), [BLOCK_BYTES]),
        (revision(7), revision(8), [0, BLOCK_BYTES]),
        (revision(8), revision(7), [BLOCK_BYTES, 0]),
        (revision(0), revision(0xFFFFFFF0), [BLOCK_BYTES, 0]),
    ],
)
def test_the_older_block_of_a_root_is_erased_first(
    first: bytes, second: bytes, order: list[int]
) -> None:
    assert to_erase(first + second) == order
