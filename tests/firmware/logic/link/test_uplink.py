"""What is sent, when, and again."""

from firmware.logic.link.journal import Journal
from firmware.logic.link.uplink import Uplink
from shared_protocol.messages import chained
from shared_protocol.records import GAP_UNREADABLE, Gap, Record, Wear
from tests.firmware.logic.storage import MemoryStorage

EPOCH = 3
COALESCE_MS = 1_000
WINDOW_BYTES = 2_048
FIRST_ACK_WAIT_MS = 10_000
ACK_TIMEOUT_MS = 60_000
WEAR_EVERY_MS = 86_400_000


def journal_in(storage, segment_bytes=4096):
    journal = Journal(storage, segment_bytes)
    journal.adopt(EPOCH)
    return journal


def chain_of(seq):
    """As of a server that holds what `add` made."""
    chain = 0
    for _ in range(seq):
        chain = chained(chain, Record(6, 0, bytes(4)))
    return chain


def make(count):
    journal = journal_in(MemoryStorage())
    add(journal, count)
    return journal, Uplink(journal)


def add(journal, count):
    for _ in range(count):
        journal.append(Record(6, 0, bytes(4)), b"")


def connected(count, now_ms=0):
    journal, uplink = make(count)
    uplink.connected(now_ms)
    assert uplink.status_due(now_ms)
    uplink.acknowledged(EPOCH, 0, chain_of(0), now_ms)
    return journal, uplink


def drain(uplink, now_ms):
    messages = []
    message = uplink.next_records(now_ms)
    while message is not None:
        messages.append(message)
        message = uplink.next_records(now_ms)
    return messages


def seqs(messages):
    return [m.first_seq + i for m in messages for i in range(len(m.records))]


def test_status_comes_first_and_records_wait_for_the_servers_word():
    journal, uplink = make(10)
    uplink.connected(0)
    assert uplink.status_due(0)
    assert drain(uplink, 0) == []
    uplink.acknowledged(EPOCH, 6, chain_of(6), 100)
    assert seqs(drain(uplink, 100)) == [7, 8, 9, 10]
    assert journal.lowest_seq == 7


def test_without_the_servers_word_records_are_sent_all_the_same():
    _, uplink = make(3)
    uplink.connected(0)
    assert uplink.next_deadline() <= FIRST_ACK_WAIT_MS
    assert seqs(drain(uplink, FIRST_ACK_WAIT_MS)) == [1, 2, 3]


def test_messages_are_contiguous_and_the_window_is_bounded():
    _, uplink = connected(1000)
    messages = drain(uplink, 0)
    sent = seqs(messages)
    assert sent == list(range(1, len(sent) + 1))
    assert WINDOW_BYTES <= 10 * len(sent) <= WINDOW_BYTES + 512
    assert all(message.epoch == EPOCH for message in messages)


def test_an_acknowledgement_opens_the_window():
    journal, uplink = connected(1000)
    last = 0
    for _ in range(100):
        sent = seqs(drain(uplink, 0))
        if not sent:
            break
        assert sent[0] == last + 1
        last = sent[-1]
        uplink.acknowledged(EPOCH, last, chain_of(last), 0)
    assert last == 1000
    assert journal.lowest_seq == 1001


def test_after_a_reconnection_everything_unacknowledged_is_sent_again():
    _, uplink = connected(20)
    assert seqs(drain(uplink, 0)) == list(range(1, 21))
    uplink.acknowledged(EPOCH, 7, chain_of(7), 10)
    uplink.connected(5000)
    uplink.acknowledged(EPOCH, 7, chain_of(7), 5000)
    assert seqs(drain(uplink, 5000)) == list(range(8, 21))


def test_a_new_record_waits_a_second_for_company():
    journal, uplink = connected(0)
    add(journal, 1)
    uplink.record_added(10_000)
    assert drain(uplink, 10_000) == []
    assert uplink.next_deadline() == 10_000 + COALESCE_MS
    add(journal, 2)
    uplink.record_added(10_900)
    (message,) = drain(uplink, 10_000 + COALESCE_MS)
    assert len(message.records) == 3


def test_silence_for_a_minute_after_sending_is_a_lost_link():
    _, uplink = connected(5)
    drain(uplink, 1000)
    assert not uplink.is_lost(1000 + ACK_TIMEOUT_MS - 1)
    assert uplink.is_lost(1000 + ACK_TIMEOUT_MS)


def test_silence_after_connecting_is_a_lost_link_too():
    _, uplink = make(0)
    uplink.connected(0)
    assert uplink.is_lost(ACK_TIMEOUT_MS)


def test_silence_with_nothing_to_acknowledge_is_peace():
    _, uplink = connected(5)
    drain(uplink, 0)
    uplink.acknowledged(EPOCH, 5, chain_of(5), 100)
    assert not uplink.is_lost(10 * ACK_TIMEOUT_MS)


def test_an_acknowledgement_of_another_epoch_forgets_nothing():
    journal, uplink = connected(5)
    drain(uplink, 0)
    uplink.acknowledged(EPOCH + 1, 5, chain_of(5), 0)
    assert journal.lowest_seq == 1


def test_status_is_said_once_a_connection():
    _, uplink = connected(0)
    assert not uplink.status_due(86_400_000)
    uplink.connected(86_400_001)
    assert uplink.status_due(86_400_001)


def with_a_hole():
    """80 records in segments, the third of them unreadable; its (first, first after it)."""
    storage = MemoryStorage()
    journal = journal_in(storage, 100)
    add(journal, 80)
    names = sorted(storage.files)  # the epoch's file comes last
    storage.unreadable = names[2]
    uplink = Uplink(journal)
    uplink.connected(0)
    assert uplink.status_due(0)
    uplink.acknowledged(EPOCH, 0, chain_of(0), 0)
    return journal, uplink, int(names[2][:8], 16), int(names[3][:8], 16)


def test_a_hole_in_flash_is_announced_once_all_before_it_is_acknowledged():
    journal, uplink, first, after = with_a_hole()
    assert seqs(drain(uplink, 0)) == list(range(1, first))
    assert not uplink.status_due(0)
    assert uplink.next_deadline() > 0, "nothing to do before the acknowledgement"
    assert (journal.lowest_seq, uplink.lost) == (1, 0), "these can be read, and may be wanted again"
    uplink.acknowledged(EPOCH, first - 1, chain_of(first - 1), 10)
    assert drain(uplink, 10) == []
    assert (journal.lowest_seq, uplink.lost) == (after, after - first)
    assert journal.oldest_seq == after
    assert uplink.take_gap() == Gap(first, after - 1, GAP_UNREADABLE)
    assert uplink.take_gap() is None
    assert uplink.next_deadline() <= 10
    assert uplink.status_due(10), "the server must hear of it before the records"
    assert seqs(drain(uplink, 10)) == list(range(after, 81))


def test_a_link_lost_before_a_hole_repeats_what_was_before():
    _, uplink, first, _ = with_a_hole()
    drain(uplink, 0)
    uplink.acknowledged(EPOCH, first - 3, chain_of(first - 3), 10)
    uplink.connected(1000)
    uplink.acknowledged(EPOCH, first - 3, chain_of(first - 3), 1000)
    assert seqs(drain(uplink, 1000)) == [first - 2, first - 1]
    assert uplink.lost == 0


def test_a_hole_at_the_end_leaves_nothing_to_send():
    storage = MemoryStorage()
    journal = journal_in(storage)
    add(journal, 9)
    uplink = Uplink(journal)
    uplink.connected(0)
    uplink.acknowledged(EPOCH, 0, chain_of(0), 0)
    storage.unreadable = min(storage.files)
    assert drain(uplink, 0) == []
    assert (journal.lowest_seq, uplink.lost) == (10, 9)
    assert uplink.status_due(0)
    assert uplink.next_deadline() == WEAR_EVERY_MS


def test_an_acknowledgement_of_what_was_never_recorded_forgets_nothing():
    journal, uplink = connected(5)
    drain(uplink, 0)
    uplink.acknowledged(EPOCH, 1000, chain_of(1000), 10)
    assert journal.lowest_seq == 1
    uplink.connected(20)
    uplink.acknowledged(EPOCH, 0, chain_of(0), 20)
    assert seqs(drain(uplink, 20)) == [1, 2, 3, 4, 5]


def test_a_box_without_an_epoch_asks_for_one_and_sends_no_record():
    journal = Journal(MemoryStorage())
    add(journal, 5)
    uplink = Uplink(journal)
    uplink.connected(0)
    assert uplink.status_due(0)
    uplink.acknowledged(0, 0, chain_of(0), 10)
    assert drain(uplink, FIRST_ACK_WAIT_MS) == []
    assert uplink.next_deadline() == WEAR_EVERY_MS, "nothing else to wake for"
    assert journal.adopt(EPOCH)
    uplink.connected(20_000)
    assert uplink.status_due(20_000)
    uplink.acknowledged(EPOCH, 0, chain_of(0), 20_010)
    assert seqs(drain(uplink, 20_010)) == [1, 2, 3, 4, 5]


def test_a_server_that_lost_what_it_acknowledged_gets_again_what_flash_still_holds():
    journal = journal_in(MemoryStorage(), 104)
    add(journal, 50)
    uplink = Uplink(journal)
    uplink.connected(0)
    uplink.acknowledged(EPOCH, 45, chain_of(45), 0)
    oldest = journal.oldest_seq
    assert 1 < oldest <= 45, "a segment stays whole until its last record is acknowledged"
    for held, begins in ((44, 45), (5, oldest)):
        uplink.connected(1000)
        uplink.acknowledged(EPOCH, held, chain_of(held), 1000)
        assert seqs(drain(uplink, 1000)) == list(range(max(begins, oldest), 51))


def test_nothing_is_deleted_from_flash_that_the_server_has_lost_again():
    journal = journal_in(MemoryStorage(), 104)
    uplink = Uplink(journal)
    while journal.segments < 2:  # all is acknowledged but what begins the second
        uplink.connected(0)
        seq = journal.next_seq - 1
        uplink.acknowledged(EPOCH, seq, chain_of(seq), 0)
        add(journal, 1)
    oldest = journal.oldest_seq
    assert oldest < journal.lowest_seq
    uplink.connected(1000)
    uplink.acknowledged(EPOCH, 0, chain_of(0), 1000)
    assert journal.oldest_seq == oldest
    assert seqs(drain(uplink, 1000)) == list(range(oldest, journal.next_seq))


def test_a_later_word_of_the_server_never_goes_back():
    journal, uplink = connected(20)
    drain(uplink, 0)
    uplink.acknowledged(EPOCH, 15, chain_of(15), 10)
    uplink.acknowledged(EPOCH, 3, chain_of(3), 20)
    assert journal.lowest_seq == 16
    assert drain(uplink, 20) == []


def test_the_wear_of_the_flash_is_told_once_a_day_of_running():
    journal, uplink = connected(0)
    day_ms = 24 * 3_600_000
    assert uplink.take_wear(day_ms - 1) is None
    add(journal, 3)
    assert uplink.take_wear(day_ms) == Wear(3), "one segment begun, two appended to"
    assert uplink.take_wear(day_ms) is None
    assert uplink.take_wear(2 * day_ms + 4_999) == Wear(3)
    assert uplink.take_wear(3 * day_ms) is None, "a late one moves the next"


def test_an_acknowledgement_of_another_history_forgets_nothing_and_asks_for_an_epoch():
    for held in (0, 7):  # the first word, and a later one
        journal, uplink = connected(20)
        drain(uplink, 0)
        uplink.acknowledged(EPOCH, held, chain_of(held), 1000)
        uplink.acknowledged(EPOCH, 9, chain_of(9) ^ 1, 2000)
        assert (journal.lowest_seq, journal.epoch) == (held + 1, 0)
        assert uplink.status_due(2000)
        assert drain(uplink, 20_000) == []
        assert journal.adopt(EPOCH + 1)


def test_every_message_says_the_chain_of_what_comes_before_it():
    _, uplink = connected(1000)
    for message in drain(uplink, 0):
        assert message.chain == chain_of(message.first_seq - 1)
