"""The journal: what is in flash stays until acknowledged, numbers never restart, events stay."""

from errno import EIO, ENOMEM

from firmware.logic.link.journal import Journal
from shared_protocol.limits import MAX_COUNTER_STEP
from shared_protocol.messages import chained
from tests.firmware.logic.storage import STATE, MemoryStorage, held, record


def filled(storage, count, segment_bytes=100):
    journal = Journal(storage, segment_bytes)
    for number in range(journal.next_seq, journal.next_seq + count):
        journal.append(record(number), STATE)
    return journal


def refuses(journal):
    try:
        journal.append(record(10), STATE)
    except OSError:
        return True
    return False


def numbered(first, last):
    return [(number, record(number)) for number in range(first, last + 1)]


def test_numbers_begin_at_one_and_rise_by_one():
    journal = Journal(MemoryStorage())
    assert [journal.append(record(n), STATE) for n in (1, 2, 3)] == [1, 2, 3]
    assert (journal.lowest_seq, journal.next_seq) == (1, 4)


def test_every_record_is_read_back_over_many_segments():
    storage = MemoryStorage()
    journal = filled(storage, 50)
    assert len(storage.files) > 5
    assert held(journal) == numbered(1, 50)


def test_a_read_stays_within_its_chunk():
    journal = Journal(MemoryStorage())
    for number in range(1, 300):
        journal.append(record(number, size=number % 256), STATE)
    seq = 1
    while seq < journal.next_seq:
        seq, records, _ = journal.read(seq)
        assert sum(len(each.body) + 6 for each in records) <= 512
        seq += len(records)


def test_after_a_restart_everything_is_as_it_was():
    storage = MemoryStorage()
    filled(storage, 37)
    again = Journal(storage, 100)
    assert (again.lowest_seq, again.next_seq) == (1, 38)
    assert held(again) == numbered(1, 37)
    assert again.append(record(38), STATE) == 38


def test_a_reading_goes_on_into_records_appended_meanwhile():
    journal = filled(MemoryStorage(), 10)
    assert held(journal) == numbered(1, 10)
    for number in range(11, 31):
        journal.append(record(number), STATE)
        assert journal.read(number)[:2] == (number, [record(number)])


def test_acknowledged_segments_leave_and_the_newest_stays():
    storage = MemoryStorage()
    journal = filled(storage, 50)
    before = len(storage.files)
    journal.acknowledge(20)
    assert len(storage.files) < before
    assert held(journal) == numbered(21, 50)
    journal.acknowledge(50)
    assert len(storage.files) == 1
    assert (journal.lowest_seq, held(journal)) == (51, [])


def test_numbers_go_on_after_everything_was_acknowledged_and_the_box_restarted():
    storage = MemoryStorage()
    journal = filled(storage, 50)
    journal.acknowledge(50)
    again = Journal(storage, 100)
    assert again.next_seq == 51
    assert again.append(record(51), STATE) == 51


def test_acknowledgements_never_go_back_or_beyond_what_there_is():
    journal = filled(MemoryStorage(), 10)
    journal.acknowledge(8)
    journal.acknowledge(3)
    assert journal.lowest_seq == 9
    for beyond in (11, 1000):  # what this flash never held, so it is not about what it holds
        journal.acknowledge(beyond)
        assert (journal.lowest_seq, journal.next_seq) == (9, 11)
    assert held(journal) == numbered(9, 10)
    journal.acknowledge(10)
    assert (journal.lowest_seq, held(journal)) == (11, [])


def test_a_tail_torn_at_any_byte_is_cut_off_and_the_rest_kept():
    for torn_after in range(0, 14):
        storage = MemoryStorage()
        journal = filled(storage, 9, segment_bytes=4096)
        storage.torn_after = torn_after
        assert refuses(journal)
        again = Journal(storage, 4096)
        assert again.next_seq == 10
        assert again.append(record(10), STATE) == 10
        assert held(again) == numbered(1, 10)
        assert held(Journal(storage, 4096)) == numbered(1, 10)


def test_a_refused_append_can_be_tried_again_without_a_restart():
    for torn_after in (0, 5, 13, 14):
        storage = MemoryStorage()
        journal = filled(storage, 9, segment_bytes=4096)
        storage.torn_after = torn_after
        assert refuses(journal)
        assert journal.append(record(10), STATE) == 10
        assert held(journal) == numbered(1, 10)
        assert held(Journal(storage, 4096)) == numbered(1, 10)


def test_the_newest_segment_gives_the_state_at_its_beginning_and_what_came_after():
    storage = MemoryStorage()
    journal = Journal(storage, 100)
    assert journal.state == b""
    total = 0
    for number in range(1, 40):
        journal.append(record(number), total.to_bytes(4, "big"))
        total += number
        again = Journal(storage, 100)
        replayed = int.from_bytes(again.state, "big")
        for each in again.replay():
            replayed += each.time_s - 1_700_000_000
        assert replayed == total


def test_an_empty_journal_knows_no_epoch_and_keeps_the_one_it_adopts():
    storage = MemoryStorage()
    assert Journal(storage, 100).epoch == 0
    journal = filled(storage, 12)
    assert journal.adopt(7)
    assert not journal.adopt(7)
    assert not journal.adopt(3)
    again = Journal(storage, 100)
    assert (again.epoch, held(again)) == (7, numbered(1, 12))


def test_a_jump_to_the_end_of_the_epochs_is_refused_and_from_there_is_a_way_back():
    journal = filled(MemoryStorage(), 3)
    assert journal.adopt(2), "one that knows none takes what it is given"
    for far in (2 + MAX_COUNTER_STEP + 1, 0xFFFF, 0):
        assert not journal.adopt(far)
    assert journal.adopt(2 + MAX_COUNTER_STEP)
    wiped = filled(MemoryStorage(), 3)
    assert wiped.adopt(0xFFFF)
    assert not wiped.adopt(0xFFFE), "one just behind is an old word"
    assert wiped.adopt(4)
    assert (wiped.epoch, held(wiped)) == (4, numbered(1, 3))


def test_an_epoch_that_flash_refuses_or_lost_is_not_known():
    storage = MemoryStorage()
    journal = filled(storage, 3)
    journal.adopt(2)
    storage.refused = "epoch"
    try:
        journal.adopt(3)
    except OSError:
        storage.refused = None
    assert storage.refused is None
    assert journal.epoch == 2
    storage.unreadable = "epoch"
    again = Journal(storage, 100)
    assert (again.epoch, again.next_seq) == (0, 4)


def test_the_oldest_record_is_held_until_all_of_its_segment_is_acknowledged():
    journal = filled(MemoryStorage(), 50)
    journal.acknowledge(33)
    assert journal.lowest_seq == 34
    oldest = journal.oldest_seq
    assert 1 < oldest <= 33
    journal.go_back(1)
    assert held(journal) == numbered(oldest, 50)
    journal.go_back(45)
    assert journal.lowest_seq == oldest, "it only ever goes back"
    journal.give_up(40)
    assert journal.oldest_seq == 41
    journal.go_back(1)
    assert held(journal) == numbered(41, 50)


def test_a_segment_that_flash_no_longer_gives_is_stepped_over():
    storage = MemoryStorage()
    journal = filled(storage, 50)
    names = sorted(storage.files)
    second = storage.files[names[1]]
    storage.files[names[1]] = second[:24] + b"\xff" + second[25:]
    numbers = [seq for seq, _ in held(journal)]
    first_of = [int(name[:8], 16) for name in names]
    expected = [n for n in range(1, 51) if not first_of[1] <= n < first_of[2]]
    assert numbers == expected


def test_a_segment_whose_reading_fails_is_stepped_over():
    storage = MemoryStorage()
    journal = filled(storage, 50)
    names = sorted(storage.files)
    storage.unreadable = names[1]
    first_of = [int(name[:8], 16) for name in names]
    expected = [n for n in range(1, 51) if not first_of[1] <= n < first_of[2]]
    assert [seq for seq, _ in held(journal)] == expected
    journal.acknowledge(50)
    assert journal.lowest_seq == 51


def test_what_follows_a_spoilt_record_in_the_newest_segment_is_not_lost():
    storage = MemoryStorage()
    journal = filled(storage, 5, segment_bytes=4096)
    (name,) = storage.files
    storage.files[name] = storage.files[name][:-2] + b"??"
    assert [seq for seq, _ in held(journal)] == [1, 2, 3, 4]
    for number in (6, 7):
        journal.append(record(number), STATE)
    assert [seq for seq, _ in held(journal)] == [1, 2, 3, 4, 6, 7]


def test_a_box_starts_and_uses_no_number_twice_when_the_newest_head_is_spoilt():
    for spoil in (lambda data: b"\xff" + data[1:], lambda data: b"", lambda data: data[:3]):
        storage = MemoryStorage()
        filled(storage, 20)
        newest = max(storage.files)
        storage.files[newest] = spoil(storage.files[newest])
        again = Journal(storage, 100)
        assert list(again.replay()) == []
        assert again.state == b""
        assert again.append(record(0), STATE) > 20
        assert held(again)[-1] == (again.next_seq - 1, record(0))
        assert Journal(storage, 100).next_seq == again.next_seq


def test_no_number_is_used_twice_when_the_rest_of_the_newest_segment_cannot_be_read():
    class Failing(MemoryStorage):
        def read(self, name, offset=0, count=-1):
            if offset > 500 and name.endswith(".seg"):
                raise OSError(EIO)
            return super().read(name, offset, count)

    storage = Failing()
    filled(storage, 80, segment_bytes=4096)
    again = Journal(storage, 4096)
    assert again.next_seq > 80
    assert again.append(record(0), STATE) == again.next_seq - 1
    assert Journal(storage, 4096).next_seq == again.next_seq


def test_a_segment_that_cannot_be_deleted_hinders_nothing():
    storage = MemoryStorage()
    journal = filled(storage, 50)
    storage.undeletable = min(storage.files)
    journal.acknowledge(50)
    assert (journal.lowest_seq, held(journal)) == (51, [])
    assert journal.append(record(51), STATE) == 51


def test_a_heap_too_small_to_read_is_not_a_hole_in_flash():
    storage = MemoryStorage()
    journal = filled(storage, 50)
    storage.unreadable = min(storage.files)
    storage.read_errno = ENOMEM
    try:
        journal.read(1)
    except OSError:
        storage.unreadable = None
    assert held(journal) == numbered(1, 50)


# Batches.


def test_a_batch_is_one_write_and_stays_in_one_segment():
    storage = MemoryStorage()
    journal = Journal(storage, 100)
    first = 1
    for size in (3, 1, 5, 2, 5):
        batch = [record(first + i) for i in range(size)]
        storage.writes = 0
        assert journal.append_batch(batch, STATE) == first
        assert storage.writes == 1
        first += size
    assert held(journal) == numbered(1, 16)
    assert held(Journal(storage, 100)) == numbered(1, 16)


def test_of_a_torn_batch_the_whole_records_before_the_tear_are_kept():
    for torn_after in range(0, 43):  # three records of 14 bytes
        storage = MemoryStorage()
        journal = filled(storage, 9, segment_bytes=4096)
        storage.torn_after = torn_after
        try:
            journal.append_batch([record(number) for number in (10, 11, 12)], STATE)
        except OSError:
            storage.torn_after = None
        whole = torn_after // 14
        again = Journal(storage, 4096)
        assert held(again) == numbered(1, 9 + whole)
        assert again.append(record(10 + whole), STATE) == 10 + whole
        assert held(Journal(storage, 4096)) == numbered(1, 10 + whole)


def test_of_a_torn_batch_nothing_counts_while_the_box_goes_on():
    for torn_after in range(0, 43):
        storage = MemoryStorage()
        journal = filled(storage, 9, segment_bytes=4096)
        storage.torn_after = torn_after
        try:
            journal.append_batch([record(20), record(21), record(22)], STATE)
        except OSError:
            storage.torn_after = None
        journal.append_batch([record(10), record(11)], b"new")
        assert held(journal) == numbered(1, 11)
        again = Journal(storage, 4096)
        assert (held(again), again.state) == (numbered(1, 11), b"new")


def test_after_a_refusal_the_state_counts_that_comes_with_the_next_record():
    for size in (1, 30):  # the first fits behind the others, the second does not
        storage = MemoryStorage()
        journal = Journal(storage, 100)
        journal.append(record(1), b"before")
        storage.full = True
        try:
            journal.append(record(2, size), b"before")
        except OSError:
            storage.full = False
        assert journal.append(record(2), b"after what was refused") == 2
        again = Journal(storage, 100)
        assert again.state == b"after what was refused"
        assert list(again.replay()) == [record(2)]


# A full flash.


def test_a_full_journal_has_room_for_events_only_and_then_for_none():
    storage = MemoryStorage()
    journal = Journal(storage, 300, 300 * 16)
    number = 0
    while journal.has_room:
        number += 1
        journal.append(record(number), STATE)
    made = number
    while not refuses(journal):
        number = journal.next_seq - 1
    assert number - made > 15, "the reserve holds a segment and a half at least"
    assert len(storage.files) == 16
    assert [seq for seq, _ in held(journal)] == list(range(1, number + 1)), "no record ever went"
    journal.acknowledge(number // 2)
    assert journal.has_room
    assert journal.append(record(number + 1), STATE) == number + 1
    assert Journal(storage, 300).next_seq == number + 2


def test_a_flash_that_is_full_before_the_journal_has_room_for_events_only():
    storage = MemoryStorage()
    journal = filled(storage, 20)
    storage.full = True
    assert refuses(journal)
    assert not journal.has_room, "an odometer is not to take an event's room"
    storage.full = False
    assert journal.append(record(21), STATE) == 21
    assert journal.has_room
    storage.full = True
    assert refuses(journal)
    storage.full = False
    journal.acknowledge(20)
    assert journal.has_room


def test_a_flash_that_deletes_nothing_never_holds_more_segments_than_the_journal_has():
    class Undeleting(MemoryStorage):
        def delete(self, name):
            raise OSError(EIO)

    storage = Undeleting()
    journal = Journal(storage, 300, 300 * 16)
    while not refuses(journal):
        pass
    journal.acknowledge(journal.next_seq - 2)
    again = Journal(storage, 300, 300 * 16)
    while not refuses(again):
        pass
    assert len(storage.files) == 16


# Wear.


def test_writes_are_counted_over_restarts():
    storage = MemoryStorage()
    journal = filled(storage, 50)
    before = storage.writes
    assert journal.appends + journal.segments == before
    again = Journal(storage, 100)
    assert again.segments == journal.segments
    assert 0 <= again.appends - journal.appends <= 5, "a segment's records, at most"
    filled(storage, 50)
    last = Journal(storage, 100)
    assert last.segments > again.segments
    assert last.appends + last.segments >= storage.writes


# Files that are not the journal's.


def test_only_files_of_its_own_form_are_read():
    for foreign in (
        ".DS_Store", "._0000000a.seg", "deadbeef", "0000abcd", "0000000A.seg", "+000000a.seg",
        "0x00000a.seg", "00000000.seg", "000000a.seg", "0000000ab.seg", " 000000a.seg", ".seg",
        "0000000a.seg~", "0000000a.SEG", "new", "epoch2", "ffffffff", "1_0000_0.seg", "",
    ):  # fmt: skip
        storage = MemoryStorage()
        filled(storage, 20).adopt(3)
        storage.files[foreign] = b"\x05what is this doing here?" * 9
        again = Journal(storage, 100)
        assert (again.epoch, again.next_seq) == (3, 21), foreign
        assert held(again) == numbered(1, 20), foreign
        again.acknowledge(20)
        assert again.append(record(21), STATE) == 21
        assert storage.files[foreign], "and it is left alone"


def test_each_reading_tells_the_chain_before_it_across_segments_boots_and_a_torn_tail():
    storage = MemoryStorage()
    journal = filled(storage, 18, 100)
    chains = [0]
    for number in range(1, 31):
        chains.append(chained(chains[-1], record(number)))
    storage.torn_after = 5
    journal_refuses = False
    try:
        journal.append(record(19), STATE)
    except OSError:
        journal_refuses = True
    assert journal_refuses
    for _ in range(2):
        for number in range(journal.next_seq, journal.next_seq + 6):
            journal.append(record(number), STATE)
        for number in range(1, journal.next_seq + 1):
            seq, _, chain = journal.read(number)
            assert (seq, chain) == (number, chains[number - 1])
            assert journal.is_of_here(number - 1, chain)
            assert not journal.is_of_here(number - 1, chain ^ 1)
        journal = Journal(storage, 100)
    assert journal.next_seq == 31


def test_a_chain_that_cannot_be_compared_is_believed():
    storage = MemoryStorage()
    journal = filled(storage, 20, 100)
    journal.acknowledge(15)
    assert journal.oldest_seq > 5
    assert journal.is_of_here(3, 1), "no longer held"
    storage.unreadable = min(name for name in storage.files if name.endswith(".seg"))
    assert journal.is_of_here(journal.oldest_seq, 1), "no longer readable"


def test_a_journal_that_lost_its_newest_segment_begins_another_chain():
    storage = MemoryStorage()
    filled(storage, 10, 4096)
    (name,) = [name for name in storage.files if name.endswith(".seg")]
    storage.files[name] = b"\xff" + storage.files[name][1:]
    again = Journal(storage, 4096)
    assert again.is_of_here(again.next_seq - 1, 0)
    first = again.append(record(1), STATE)
    assert again.read(first) == (first, [record(1)], 0)


def test_a_disowned_epoch_comes_back_at_the_next_boot_unless_another_is_adopted():
    storage = MemoryStorage()
    journal = filled(storage, 3, 4096)
    assert journal.adopt(7)
    journal.disown()
    assert journal.epoch == 0
    assert Journal(storage, 4096).epoch == 7
    assert journal.adopt(8)
    assert Journal(storage, 4096).epoch == 8
