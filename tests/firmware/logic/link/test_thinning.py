"""A full journal: what may go thins out, everything else and every number stays."""

from firmware.logic.link.thinning import ThinningJournal
from shared_protocol.records import GAP_DROPPED, Gap, Record, decode_body
from tests.firmware.logic.storage import STATE, MemoryStorage, held, record

FIX = 200


def mixed(number):
    """Two fixes of 50 bytes, then one record that must stay."""
    return record(number) if number % 3 == 0 else Record(FIX, number, bytes([number]) * 50)


def small(storage):
    return ThinningJournal(storage, (FIX,), 300, 300 * 16)


def fixes_and_gaps(journal):
    """Numbers of the fixes that are there and of those that went; everything else is unchanged."""
    fixes, gone = [], []
    for seq, found in held(journal):
        fact = decode_body(found.kind, found.body)
        if isinstance(fact, Gap):
            assert fact == Gap(seq, seq, GAP_DROPPED)
            assert found.time_s == mixed(seq).time_s
            gone.append(seq)
        else:
            assert found == mixed(seq)
            if found.kind == FIX:
                fixes.append(seq)
    return fixes, gone


def full_of(count, storage):
    journal = small(storage)
    for number in range(1, count + 1):
        journal.append(mixed(number), STATE)
    return journal


def test_a_full_journal_drops_every_second_fix_of_the_oldest_and_keeps_each_number():
    storage = MemoryStorage()
    journal = full_of(110, storage)
    assert len(storage.files) <= 14 and journal.has_room
    fixes, gone = fixes_and_gaps(journal)
    assert gone and gone == [number for number in range(1, gone[-1] + 1) if number % 3 == 2]
    assert fixes_and_gaps(small(storage)) == (fixes, gone)
    assert [seq for seq, _ in held(small(storage))] == list(range(1, 111))


def test_when_every_second_fix_has_gone_the_others_go_from_the_oldest_on():
    storage = MemoryStorage()
    journal = full_of(110, storage)
    while 1 not in fixes_and_gaps(journal)[1]:
        journal.append(mixed(journal.next_seq), STATE)
    fixes, gone = fixes_and_gaps(journal)
    assert sorted(fixes + gone) == [n for n in range(1, journal.next_seq) if n % 3]
    assert [n for n in gone if n % 3 == 2] == [n for n in range(1, gone[-1] + 1) if n % 3 == 2]
    second = [n for n in gone if n % 3 == 1]
    assert second == [n for n in range(1, second[-1] + 1) if n % 3 == 1]
    assert second[-1] < gone[-1]
    assert fixes_and_gaps(small(storage)) == (fixes, gone)


def test_a_refusal_at_any_write_or_deletion_of_the_thinning_loses_nothing():
    for failing in range(1, 12):
        storage = MemoryStorage()
        journal = full_of(89, storage)
        while len(storage.files) < 14:
            journal.append(mixed(journal.next_seq), STATE)
        storage.fails_at = failing
        last = journal.next_seq - 1
        for _ in range(12):
            try:
                journal.append(mixed(journal.next_seq), STATE)
            except OSError:
                assert storage.fails_at == 0
            for found in (journal, small(storage)):
                fixes_and_gaps(found)
                assert [seq for seq, _ in held(found)] == list(range(1, journal.next_seq))
        assert journal.next_seq >= last + 11
        assert storage.fails_at == 0, "it has failed"


def test_a_hole_of_the_flash_stays_where_it_is_while_its_neighbours_thin():
    storage = MemoryStorage()
    journal = full_of(70, storage)
    names = sorted(storage.files)
    second = storage.files[names[1]]
    storage.files[names[1]] = second[:20] + b"\xff" + second[21:]
    hole = list(range(int(names[1], 16), int(names[2], 16)))
    while not fixes_and_gaps(journal)[1]:
        journal.append(mixed(journal.next_seq), STATE)
    there = [seq for seq, _ in held(journal)]
    assert there == [n for n in range(1, journal.next_seq) if n not in hole]


def test_what_is_too_short_to_win_by_its_going_stays():
    storage = MemoryStorage()
    journal = small(storage)
    while journal.has_room:
        journal.append(Record(FIX, journal.next_seq, bytes(9)), STATE)
    assert all(found.kind == FIX for _, found in held(journal))


class Undeletable(MemoryStorage):
    """A flash that writes and never deletes."""

    def delete(self, name):
        raise OSError("delete")


def test_a_flash_that_deletes_nothing_never_holds_more_segments_than_the_journal_has():
    storage = Undeletable()
    journal = small(storage)
    refused = False
    for number in range(1, 200):
        try:
            journal.append(mixed(number), STATE)
        except OSError:
            refused = True
            break
        assert len(storage.files) <= 16
    assert refused and len(storage.files) <= 16
    assert [seq for seq, _ in held(journal)] == list(range(1, number))
