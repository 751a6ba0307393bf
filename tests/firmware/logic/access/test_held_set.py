"""A held set over any changes: the items of a dict that they change, in memory and in flash."""

from firmware.logic.access.held_set import HeldSet
from shared_protocol.sets import set_hash
from tests.firmware.logic.storage import MemoryStorage

NAME, ITEM_BYTES, KEY_BYTES, MOST = "set", 5, 2, 300


def opened(storage):
    return HeldSet(storage, NAME, ITEM_BYTES, KEY_BYTES, MOST, 1)


def item(key, value=0):
    return key.to_bytes(KEY_BYTES, "big") + value.to_bytes(ITEM_BYTES - KEY_BYTES, "big")


def take(held, changes, from_force=True, size=24):
    """The changes in parts of that size; the hash of what is then ready to be put in force."""
    parts = [changes[at : at + size] for at in range(0, len(changes), size)] or [[]]
    for part in range(len(parts)):
        found = held.take_part("name", part, len(parts), parts[part], from_force)
    return found


def test_any_changes_make_what_they_make_of_a_dict():
    storage = MemoryStorage()
    held, wanted, seed = opened(storage), {}, 12345
    for turn in range(60):
        changes = []
        for _ in range(turn * 3 % 97):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            key, stays = (seed >> 8) % 211, seed >> 20 & 3 > 0
            changes.append((item(key, turn), bool(stays)))
        for part in range(0, len(changes), 24):  # a key twice in one part: the last in order counts
            for changed, stays in sorted(changes[part : part + 24]):
                if stays:
                    wanted[changed[:KEY_BYTES]] = changed
                else:
                    wanted.pop(changed[:KEY_BYTES], None)
        data = b"".join([wanted[key] for key in sorted(wanted)])
        assert take(held, changes) == set_hash(data)
        for _ in held.finish(bytes((turn,))):
            pass
        for each in (held, opened(storage)):
            assert b"".join(each.pages()) == data
            assert (len(each), each.hash, each.note) == (
                len(wanted), set_hash(data), bytes((turn,)),
            )  # fmt: skip
            for key in range(211):
                found = wanted.get(key.to_bytes(KEY_BYTES, "big"))
                assert each.find(key.to_bytes(KEY_BYTES, "big")) == ([found] if found else [])


def test_items_of_one_prefix_are_found_over_several_pages():
    held = opened(MemoryStorage())
    for first, last in ((1, 100), (15, 16), (16, 17), (17, 48), (32, 32), (1, 2)):
        items = [item(0x0100 + n if first <= n <= last else n, n) for n in range(1, 101)]
        take(held, [(each, True) for each in items], from_force=False)
        for _ in held.finish(b"n"):
            pass
        assert held.find(b"\x01") == [item(0x0100 + n, n) for n in range(first, last + 1)]
        assert held.find(b"\x02") == []


def test_a_set_too_long_or_a_part_out_of_order_is_refused_and_the_set_in_force_stays():
    held = opened(MemoryStorage())
    take(held, [(item(n), True) for n in range(MOST)], from_force=False)
    for _ in held.finish(b"n"):
        pass
    for changes in ([(item(MOST), True)], [(item(n + 1000), True) for n in range(40)]):
        try:
            take(held, changes)
        except OSError:
            changes = None
        assert changes is None
        assert len(held) == MOST
    for name, part in (("name", 1), ("other", 1), ("name", 2)):
        held.take_part("name", 0, 3, [], True)
        try:
            held.take_part(name, part, 3, [], True)
        except OSError:
            part = None
        assert (part is None) == ((name, part) != ("name", 1))


def in_force(storage, count=100):
    held = opened(storage)
    take(held, [(item(2 * n, n), True) for n in range(count)], from_force=False)
    for _ in held.finish(b"n"):
        pass
    return held


def found_of(held, count=100):
    keys = [key.to_bytes(KEY_BYTES, "big") for key in range(2 * count + 2)]
    return [held.find(key) for key in keys]


def test_who_asks_while_another_set_comes_in_and_is_written_finds_what_is_in_force():
    for from_force in (False, True):
        held = in_force(MemoryStorage())
        whole = found_of(held)
        new = [(item(2 * n + 1, n), True) for n in range(100)]
        for part in range(0, 100, 20):
            held.take_part("name", part // 20, 5, new[part : part + 20], from_force)
            assert found_of(held) == whole
            assert len(held) == 100
        for _ in held.finish(b"m"):
            assert found_of(held) == whole
        assert len(held) == (200 if from_force else 100)
        assert held.find(item(3)[:KEY_BYTES]) == [item(3, 1)]


def test_a_set_that_comes_to_nothing_leaves_the_one_in_force_and_none_of_its_pages_in_flash_alone():
    storage = MemoryStorage()
    for ends in ("out of order", "flash refuses"):
        held = in_force(storage)
        whole = found_of(held)
        take(held, [(item(n), True) for n in range(150)], from_force=False)
        try:
            if ends == "out of order":
                held.take_part("other", 7, 9, [], False)
            else:
                storage.refused = NAME
                for _ in held.finish(b"m"):
                    pass
        except OSError:
            ends = ""
        storage.refused = None
        assert not ends
        assert found_of(held) == whole
        storage.files.clear()
        assert found_of(held) == whole, "memory has it again"


def test_a_set_that_the_second_file_alone_has_stays_in_memory():
    storage = MemoryStorage()
    in_force(storage)
    del storage.files[NAME]  # its power was cut between the two
    held = opened(storage)
    whole = found_of(held)
    take(held, [(item(n), True) for n in range(150)], from_force=False)
    storage.refused = NAME
    try:
        for _ in held.finish(b"m"):
            assert found_of(held) == whole
    except OSError:
        storage.refused = None
    assert storage.refused is None
    assert found_of(held) == whole
    assert not held.gaps


def test_a_page_that_flash_lost_while_a_set_came_in_may_have_said_anything():
    storage = MemoryStorage()
    held = in_force(storage)
    held.take_part("name", 0, 2, [(item(1), True)], False)
    storage.files.clear()
    assert held.find(item(2)[:KEY_BYTES]) == []
    for key in range(202):
        assert held.may_lack(key.to_bytes(KEY_BYTES, "big"))
    assert held.hash == bytes(8), "the server is to send it again"


def test_of_pages_left_to_flash_one_that_is_lost_takes_no_other_with_it():
    storage = MemoryStorage()
    held = in_force(storage)
    for part in range(9):
        held.take_part("name", part, 20, [(item(2 * part + 1), True)], False)
    for name in list(storage.files):
        damaged = bytearray(storage.files[name])
        damaged[-1] ^= 1
        storage.files[name] = bytes(damaged)
    assert held.find(item(198)[:KEY_BYTES]) == []
    assert held.gaps
    for key in range(0, 180, 2):
        assert held.find(item(key)[:KEY_BYTES]) == [item(key, key // 2)]


def test_a_set_with_a_gap_stays_in_memory_while_another_comes_in():
    storage = MemoryStorage()
    in_force(storage)
    for name in list(storage.files):
        damaged = bytearray(storage.files[name])
        damaged[len(damaged) // 2] ^= 1
        storage.files[name] = bytes(damaged)
    held = opened(storage)
    assert held.gaps
    whole = found_of(held)
    held.take_part("name", 0, 2, [(item(1), True)], False)
    assert found_of(held) == whole
