"""Cuts the power at every block operation, on LittleFS; MicroPython only, see powercut.py.

    micropython powercut_on_flash.py [PLANTED FAULT]

with the repository's root first on MICROPYPATH. Prints `cuts STEPS CUTS OPERATION` for each
operation and `VIOLATION ...` for what did not hold; with a planted fault it stops at the first.
What else is printed comes from files that a cut left open, when the heap is collected.

An operation is a list of steps. A step starts a box from flash, changes something, and says `yield`
whenever a change is confirmed; the step is run once without a cut to learn what is true after each
of them. It then runs again for each block operation: torn in half, and done with the power lost
right after it. After each cut a box starts from what is in flash, and must find what was confirmed,
and of the change under way all, nothing or whole records. It must also still work.
"""

import gc
import sys

import vfs

from firmware.drivers.flash_store import FlashStore
from firmware.logic.access.card_keys import CardKeys
from firmware.logic.access.commands import Commands
from firmware.logic.access.grants import GrantSet
from firmware.logic.access.ration import Ration
from firmware.logic.clock import Clock
from firmware.logic.link import segment
from firmware.logic.link.journal import Journal
from firmware.logic.link.keys import Keys
from firmware.logic.link.uplink import Uplink
from firmware.logic.signs.ignition_line import IgnitionLine
from firmware.logic.signs.unused import Unused
from firmware.logic.trip.trip import Trip
from firmware.tasks.recorder import Recorder
from shared_protocol.messages import (
    COMMAND_INHIBIT,
    GRANT_BOOKING,
    CardKey,
    Command,
    Grant,
    Grants,
)
from shared_protocol.messages import CardKeys as CardKeysMessage
from shared_protocol.records import (
    ASKED_END,
    END_BADGE_HELD,
    RELAY_ENABLED,
    CommandResult,
    LegEnd,
    LegStart,
    Odometer,
    Record,
    Refusal,
    Relay,
    TripAsked,
    TripEnd,
    TripStart,
    decode_body,
    kind_of,
)
from shared_protocol.sets import card_keys_to_bytes, grant_changes, set_hash
from tests.firmware.logic.held_sets import taken

BLOCK_BYTES = 4096
BLOCKS = 64
SEGMENT_BYTES = 2 * BLOCK_BYTES  # so that a batch ends in another block than its segment began
SEGMENTS = 8  # of the journal's capacity, so that full is soon reached
RESULT = kind_of(CommandResult(0, 0, 0))
GRANTS, CARD_KEYS, COMMANDS, KEYS = "grants", "card_keys", "commands", "keys"
CLOCK, UNUSED, LINE = "clock", "unused", "ignition_line"
TAG = b"badgetag"


class PowerCut(BaseException):
    """The box ends here; no `except Exception` of its own may catch that."""


class Chip:
    """A NOR flash in RAM: programs only what is erased, dies at the operation it is told."""

    def __init__(self, blocks):
        self.blocks = blocks  # shared with copies of the chip
        self.own = set()  # numbers of those that are not
        self.operations = 0  # that change something
        self.dies_at = 0  # number of the operation
        self.torn = False  # whether that one is done by half, or whole
        self.power = True

    def copy(self):
        self.own = set()
        return Chip(list(self.blocks))

    def readblocks(self, block, buffer, offset=0):
        self._need_power()
        buffer[:] = memoryview(self.blocks[block])[offset : offset + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        size = self._begin(len(buffer))
        if block not in self.own:
            self.own.add(block)
            self.blocks[block] = bytearray(self.blocks[block])
        cells = memoryview(self.blocks[block])[offset : offset + size]
        if bytes(cells).count(b"\xff") != size:
            raise ValueError("programmed what was not erased")
        cells[:] = memoryview(buffer)[:size]
        self._need_power()

    def ioctl(self, request, argument):
        self._need_power()
        if request == 4:
            return len(self.blocks)
        if request == 5:
            return BLOCK_BYTES
        if request == 6:
            size = self._begin(BLOCK_BYTES)
            self.blocks[argument] = bytearray(b"\xff" * size + self.blocks[argument][size:])
            self.own.add(argument)
            self._need_power()
        return 0

    def _begin(self, size):
        """How much of an operation of that size is done."""
        self._need_power()
        self.operations += 1
        self.power = self.operations != self.dies_at
        return size if self.power or not self.torn else size // 2

    def _need_power(self):
        if not self.power:
            raise PowerCut


# The faults that must be found, each in the place of what the firmware does.


class RemovesFirst(FlashStore):
    def write(self, name, data):
        if name in self.names():
            self.delete(name)
        super().write(name, data)

    def write_in_turns(self, name, pieces):
        if name in self.names():
            self.delete(name)
        return super().write_in_turns(name, pieces)


class WritesInTwoSteps(FlashStore):
    def write_in_turns(self, name, pieces):
        mode = "wb"
        for piece in pieces:
            with open(self._folder + name, mode) as file:
                file.write(piece)
            mode = "ab"
            yield


class ConfirmsBeforeItIsInFlash(FlashStore):
    _file = None

    def append(self, name, data):
        if self._file:
            self._file.close()
        self._file = open(self._folder + name, "ab")
        self._file.write(data)


class DeletesTooEarly(Journal):
    def acknowledge(self, seq):
        super().acknowledge(seq)
        if len(self._firsts) > 1 and self._firsts[0] < self.lowest_seq:
            self._storage.delete(segment.name_of(self._firsts.pop(0)))


# With the operations that do what the fault spoils.
PLANTED = {
    "removes_first": (RemovesFirst, Journal, ("key",)),
    "writes_in_two_steps": (WritesInTwoSteps, Journal, ("grants",)),
    "confirms_before_it_is_in_flash": (ConfirmsBeforeItIsInFlash, Journal, ("append",)),
    "deletes_too_early": (FlashStore, DeletesTooEarly, ("acknowledge",)),
}


class NoLink:
    def set(self):
        """Nobody waits."""


class Box:
    """One life of a box on a chip: the shipped parts, wired as main.py does."""

    def __init__(self, chip, at="/box"):
        self.at = at
        vfs.mount(vfs.VfsLfs2(chip), at)
        self.state = Store(at + "/state")
        self.journal = ShippedJournal(
            Store(at + "/journal"), SEGMENT_BYTES, SEGMENTS * SEGMENT_BYTES
        )
        self.trip = Trip(self.journal.state)
        for record in self.journal.replay():
            self.trip.apply(decode_body(record.kind, record.body), record.time_s)
        self.clock = Clock(1_700_000_000, self.state.read_or_empty(CLOCK))
        self.recorder = Recorder(
            journal=self.journal,
            trip=self.trip,
            clock=self.clock,
            uplink=Uplink(self.journal),
            wake_link=NoLink(),
            refusals=Ration(),
        )
        self.grants = GrantSet(self.state)
        self.card_keys = CardKeys(self.state)
        self.commands = Commands(self.state.read_or_empty(COMMANDS))
        self.keys = Keys(bytes(8), 1, bytes(32), self.state.read_or_empty(KEYS))
        self.unused = Unused(self.state.read_or_empty(UNUSED), 0)
        self.line = IgnitionLine(self.state.read_or_empty(LINE))
        self.acts = []  # ids of the commands acted upon in this life

    def off(self):
        try:
            vfs.umount(self.at)
        except PowerCut:
            pass

    def write(self, *records):
        self.recorder.write(records, 0)

    def records(self):
        """Every record that can be sent: number -> record."""
        found, seq = {}, self.journal.oldest_seq
        while seq < self.journal.next_seq:
            first, records, _ = self.journal.read(seq)
            for i, record in enumerate(records):
                found[first + i] = record
            seq = first + len(records)
        return found

    def files(self):
        """Each file of the state, and what its part made of it; a set is two files."""
        found = {"epoch": self.journal.epoch}
        for name in (GRANTS, CARD_KEYS):
            for file in (name, name + ".2"):
                found[file + "'s file"] = self.state.read_or_empty(file)
        found[GRANTS] = self.grants.hash, self.grants.generation, len(self.grants)
        found[CARD_KEYS] = self.card_keys.hash
        for name, understood in (
            (COMMANDS, self.commands.to_bytes()),
            (KEYS, self.keys.key),
            (CLOCK, self.clock.number),
            (UNUSED, self.unused.ms(0)),
            (LINE, self.line.to_bytes()),
        ):
            found[name] = (self.state.read_or_empty(name), understood)
        return found


class Truth:
    """What a box finds that starts from a chip as it is now.

    `lowest_seq`: what is below the server has committed.
    """

    def __init__(self, chip, lowest_seq):
        box = Box(chip.copy(), "/seen")
        self.records = box.records()
        self.next_seq = box.journal.next_seq
        self.lowest_seq = lowest_seq
        self.files = box.files()
        self.trip = box.trip.to_bytes()
        box.off()


def trip_at(before, after, next_seq):
    """The trip as it must be when the records below `next_seq` are in flash."""
    trip = Trip(before.trip)
    for seq in range(before.next_seq, next_seq):
        record = after.records[seq]
        trip.apply(decode_body(record.kind, record.body), record.time_s)
    return trip.to_bytes()


def faults_at_start(box, found, before, after, acts):
    """What a box finds after a cut that is neither `before` nor `after` nor whole records between.

    `found`: its records; `acts`: the commands that were acted upon before the cut.
    """
    next_seq = box.journal.next_seq
    if not before.next_seq <= next_seq <= after.next_seq:
        yield f"records go on at {next_seq}"
        return
    for seq in range(after.lowest_seq, next_seq):
        if seq not in found:
            yield f"record {seq} is lost"
    for seq, record in found.items():
        if record != before.records.get(seq) and record != after.records.get(seq):
            yield f"record {seq} was never made"
    for name, value in box.files().items():
        if value != before.files[name] and value != after.files[name]:
            yield f"{name} is neither old nor new"
    if box.trip.to_bytes() != trip_at(before, after, next_seq):
        yield "the trip is another"
    answered = [answer.command_id for answer in box.commands.owed(RELAY_ENABLED)]
    answered += [decode_body(r.kind, r.body)[0] for r in found.values() if r.kind == RESULT]
    for command_id in acts:
        if box.commands.highest_id < command_id:
            yield f"command {command_id} would be acted upon again"
        if command_id not in answered:
            yield f"command {command_id} stays without an answer"


def faults_of_going_on(box, before, chip):
    """The box must record as ever and find all of it, and `before`, at its next start."""
    seq = box.journal.next_seq
    box.write(Refusal(TAG, 1))
    box.off()
    again = Truth(chip, 1)
    if box.recorder.lost or seq not in again.records or again.next_seq != seq + 1:
        yield f"no record is kept under number {seq}"
    for number, record in before.items():
        kept = again.records.get(number)
        if kept != record:
            yield f"record {number} is lost by going on"


def run_whole(step, chip):
    """Run a step without a cut: its truths, before it and after each confirmation, and the chip."""
    chip = chip.copy()
    box = Box(chip)
    truths = [Truth(chip, box.journal.lowest_seq)]
    for _ in step(box):
        truths.append(Truth(chip, box.journal.lowest_seq))
    box.off()
    return truths, chip


def run_cut(step, chip):
    """Run a step on a chip that will die: how many confirmations came before; None: it did not."""
    box = Box(chip)
    confirmed = 0
    try:
        for _ in step(box):
            confirmed += 1
    except PowerCut:
        return confirmed, box.acts
    finally:
        box.off()
    return None, box.acts


def cut_everywhere(name, chip, steps):
    """Cut each step at every block operation; print what did not hold and how many cuts it took."""
    cuts = 0
    for number, step in enumerate(steps):
        truths, after = run_whole(step, chip)
        for torn in (True, False):
            dies_at = 1
            while True:
                cut = chip.copy()
                cut.dies_at, cut.torn = dies_at, torn
                confirmed, acts = run_cut(step, cut)
                if confirmed is None:
                    break
                cuts += 1
                left = cut.copy()
                box = Box(left)
                found, between = box.records(), truths[confirmed : confirmed + 2]
                faults = list(faults_at_start(box, found, *between, acts))
                for fault in faults + list(faults_of_going_on(box, found, left)):
                    how = "torn in half" if torn else "done and no more"
                    where = "step {}, block operation {} {}".format(number + 1, dies_at, how)
                    print("VIOLATION {}, {}: {}".format(name, where, fault))
                    if sys.argv[1:]:
                        sys.exit(1)
                dies_at += 1
        chip = after
        gc.collect()
    print("cuts", len(steps), cuts, name)


# The operations.


def fresh(prepare=None):
    """A chip with a box that has started once, and what `prepare` did."""
    chip = Chip([b"\xff" * BLOCK_BYTES] * BLOCKS)
    vfs.VfsLfs2.mkfs(chip)
    box = Box(chip)
    if prepare:
        prepare(box)
    box.off()
    return chip


def fill(box, segments, left=150):
    """Records until so many segments are full but for a few bytes."""
    journal, state = box.journal, box.trip.to_bytes()
    while len(journal._firsts) < segments or journal._size < SEGMENT_BYTES - left:
        size = min(200, SEGMENT_BYTES - left // 2 - journal._size - 10)
        size = 200 if size <= 0 else size
        journal.append(Record(201, journal.next_seq, bytes([journal.next_seq % 256]) * size), state)


def writing(*records):
    def step(box):
        box.write(*records)
        yield

    return step


def batching(first_m, count, *records):
    """Odometers that wait, written at last with other records or for having waited."""

    def step(box):
        for i in range(count):
            box.write(Odometer(first_m + i))
        box.write(*records)
        box.recorder.step(30_000)
        yield

    return step


def acknowledging(part):
    def step(box):
        box.journal.acknowledge(1 + int((box.journal.next_seq - 2) * part))
        yield

    return step


def some_grants(generation, count):
    return [Grant(i.to_bytes(8, "big"), i, 0, generation, GRANT_BOOKING, 0) for i in range(count)]


def taking_grants(generation, count):
    def step(box):
        grants = some_grants(generation, count)
        if not taken(box.grants, Grants(generation, 1_800_000_000, 0, 1, grants)):
            raise ValueError("not a set")
        yield

    return step


def changing_grants(old, new):
    """A change in several parts, from one set to another, each (generation, count)."""

    def step(box):
        changes = grant_changes(new[0], 1_800_000_000, some_grants(*old), some_grants(*new))
        if [taken(box.grants, part) for part in changes][-1] is not True:
            raise ValueError("not a change")
        yield

    return step


def taking_card_keys(first, count):
    def step(box):
        keys = [CardKey(i.to_bytes(8, "big"), bytes([first]) * 16) for i in range(count)]
        named = set_hash(card_keys_to_bytes(keys))
        if not taken(box.card_keys, CardKeysMessage(named, 0, 1, keys)):
            raise ValueError("not a set")
        yield

    return step


def commanding(command_id):
    """As tasks/vehicle.py does; the pending inhibit is applied at once."""

    def step(box):
        commands = box.commands
        commands.begin(command_id)
        box.state.write(COMMANDS, commands.to_bytes())
        yield
        box.acts.append(command_id)
        command = Command(command_id, 1_800_000_000, COMMAND_INHIBIT, bytes(8))
        obeyed = commands.obey(
            command,
            stored=True,
            time_s=1_700_000_000,
            relay=RELAY_ENABLED,
            asked=(),
        )
        box.state.write(COMMANDS, commands.to_bytes())
        yield
        box.write(*obeyed.results)
        yield
        commands.recorded()
        box.state.write(COMMANDS, commands.to_bytes())
        yield

    return step


def adopting(epoch):
    def step(box):
        box.journal.adopt(epoch)
        yield

    return step


def taking_key(generation):
    def step(box):
        box.keys.take(generation, bytes([generation]) * 32)
        box.state.write(KEYS, box.keys.to_bytes())
        yield

    return step


def telling_time(time_s):
    """Two sources say so; as tasks/vehicle.py does, the records come first."""

    def step(box):
        clock = box.clock
        bodies = []
        for second in range(62):
            bodies += clock.hear_gnss(time_s + second, 0, second * 1000)
        bodies += clock.hear_server(time_s + 61, 0, 1, 61_000)
        box.recorder.write(bodies, 61_000)
        box.state.write(CLOCK, clock.to_bytes(61_000))
        yield

    return step


def counting(hours):
    """As tasks/signs.py does, after hours in which nobody used the car."""

    def step(box):
        now_ms = hours * 3_600_000
        box.unused.look(0, True, False, False)
        box.unused.look(now_ms, True, False, False)
        box.state.write(UNUSED, box.unused.to_bytes(now_ms))
        yield

    return step


def proving(on, mm_s, time_s):
    """The ignition line, seen so for a while."""

    def step(box):
        for now_ms in range(0, 15_000, 5_000):
            box.line.look(now_ms, on, mm_s, time_s)
        box.state.write(LINE, box.line.to_bytes())
        yield

    return step


WHERE = (1000, 0, 0)
OPERATIONS = (
    (
        "append",
        lambda box: fill(box, 1),
        (
            writing(TripStart(TAG, 7, *WHERE, 0, 0), LegStart(1000)),
            writing(Refusal(TAG, 2)),
            writing(Relay(RELAY_ENABLED, 1)),
            writing(TripAsked(1200, ASKED_END)),
            writing(LegEnd(1200)),
            writing(TripEnd(1200, 0, 0, END_BADGE_HELD)),
            writing(Refusal(TAG, 1)),
        ),
    ),
    (
        "batch",
        lambda box: fill(box, 1, left=230),
        (
            writing(TripStart(TAG, 7, *WHERE, 0, 0)),
            batching(1001, 6),
            batching(1011, 3, LegEnd(1020)),
            batching(1021, 4),
        ),
    ),
    (
        "odometer",
        lambda box: fill(box, 1, left=60),
        (
            writing(TripStart(TAG, 7, *WHERE, 0, 0)),
            batching(2001, 1),
            batching(2011, 6),
            batching(2021, 2, TripEnd(2030, 0, 0, END_BADGE_HELD)),
            writing(Refusal(TAG, 1)),
        ),
    ),
    (
        "acknowledge",
        lambda box: fill(box, 4),
        (acknowledging(0.1), acknowledging(0.6), acknowledging(1.0), writing(Refusal(TAG, 1))),
    ),
    (
        "grants",
        None,
        (
            taking_grants(1, 3),
            taking_grants(2, 200),
            changing_grants((2, 200), (2, 190)),
            taking_grants(3, 0),
        ),
    ),
    (
        "card keys",
        None,
        (taking_card_keys(1, 2), taking_card_keys(2, 200)),
    ),
    ("command", lambda box: fill(box, 1), (commanding(3), commanding(4), commanding(9))),
    ("epoch", lambda box: fill(box, 1), (adopting(1), adopting(2), adopting(7))),
    ("key", None, (taking_key(2), taking_key(3))),
    ("clock", None, (telling_time(1_700_001_000), telling_time(1_700_090_000))),
    ("unused", None, (counting(1), counting(9))),
    ("line", None, (proving(True, 9_000, 1_700_001_000), proving(False, 0, 1_700_001_000))),
)

Store, ShippedJournal, chosen = FlashStore, Journal, [operation[0] for operation in OPERATIONS]
if sys.argv[1:]:
    Store, ShippedJournal, chosen = PLANTED[sys.argv[1]]
for name, prepare, steps in OPERATIONS:
    if name in chosen:
        cut_everywhere(name, fresh(prepare), steps)
