"""State of a version that this firmware does not read is left alone, and the box says so."""

from firmware.logic.state_version import VERSION, VERSION_FILE, StateError, require_known
from tests.firmware.logic.storage import MemoryStorage


def told(storage):
    try:
        require_known(storage)
    except StateError as error:
        return error.safe_to_print
    return None


def test_a_new_flash_gets_this_version_and_is_known_from_then_on():
    storage = MemoryStorage()
    assert told(storage) is None
    assert storage.files == {VERSION_FILE: bytes((VERSION,))}
    assert told(storage) is None
    assert storage.writes == 1


def test_another_version_is_named_and_nothing_is_changed():
    for stored in (bytes((VERSION + 1,)), b"\x00", b"\xff", bytes((VERSION, 0))):
        storage = MemoryStorage()
        storage.files = {VERSION_FILE: stored, "commands": b"of a later firmware"}
        before = dict(storage.files)
        found = int.from_bytes(stored[:2], "big")
        assert told(storage) == "state has version {}, this firmware reads {}".format(
            found, VERSION
        )
        assert storage.files == before


def test_a_flash_that_takes_nothing_any_more_hinders_no_start():
    storage = MemoryStorage()
    storage.full = True
    assert told(storage) is None
