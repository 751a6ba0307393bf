"""Where MicroPython will look for its file system, by the image's own partition table."""

import pytest

from flasher.failures import FlashError
from flasher.partitions import file_system_of
from tests.flasher.micropython import PARTITIONS, invented

MB = 1 << 20


def test_without_a_partition_of_its_own_it_is_all_that_is_behind_the_last() -> None:
    assert file_system_of(invented(), 16 * MB) == (2 * MB, 14 * MB)
    assert file_system_of(invented(PARTITIONS[::-1]), 8 * MB) == (2 * MB, 6 * MB)


@pytest.mark.parametrize("name", ["vfs", "ffat"])
def test_with_one_it_is_that(name: str) -> None:
    image = invented((*PARTITIONS, (name, 1, 0x81, 0x200000, 0x600000)))
    assert file_system_of(image, 16 * MB) == (2 * MB, 6 * MB)


@pytest.mark.parametrize(
    "image", [b"", b"\xe9" * 0x8000, invented()[:0x8010], invented(()), bytes(90_000)]
)
def test_an_image_without_a_table_is_refused(image: bytes) -> None:
    with pytest.raises(FlashError, match="no partition table"):
        file_system_of(image, 16 * MB)
