"""Box and server joined by a network that drops, delays, doubles, reorders, corrupts and cuts.

Either side restarts at any await, the flash is wiped, the database is restored to an older copy,
commands, bookings and keys change meanwhile. When peace returns, rows equal records, once each.
Ten times as many histories in a full run.
"""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from shared_protocol import sets
from shared_protocol.records import KINDS, Odometer, encode_body, kind_of
from tests.attacks.box_and_server import Pair, PowerLoss
from tests.fleet import CAR, HOUR_S, NOW_S, PAUL, wanted
from tests.support import examples

ODOMETER = kind_of(Odometer(0))
EXAMPLES = examples(40)
steps = {"taken": 0, "peaces": 0, "records": 0, "power losses": 0, "crashes": 0}


class HostileNetwork(RuleBasedStateMachine):
    """`lives` holds, for each life of the flash, the odometer numbers recorded, by seq."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="voiturier-attack-")
        self.pair = Pair(Path(self.folder.name))
        self.made: dict[int, int] = {}  # seq -> odometer number, of this life of the flash
        self.number = 0
        self.restored = self.backed_up = False
        self.bookings = 0

    def teardown(self) -> None:
        self.peace()
        self.pair.close()
        self.folder.cleanup()

    # Life

    @initialize()
    def meet(self) -> None:
        self.pair.connect()

    @rule(count=st.integers(1, 30))
    def record(self, count: int) -> None:
        first, numbers = self.pair.box.journal.next_seq, self.new_numbers(count)
        self.pair.box.record(*numbers)
        self.made.update(enumerate(numbers, first))
        self.pair.wires.ms += 2000
        self.pair.clock.ms += 2000
        self.pair.box.work()
        steps["records"] += count

    def new_numbers(self, count: int) -> list[int]:
        self.number += count
        return list(range(self.number - count + 1, self.number + 1))

    @rule()
    def command(self) -> None:
        pair = self.pair
        now_s = pair.clock.now_s()
        pair.run(pair.store.commands.queue(pair.secrets.box_id, "inhibit", now_s, now_s + HOUR_S))
        self.wake()

    @rule()
    def book(self) -> None:
        self.bookings += 1
        begins_s = NOW_S + 2 * HOUR_S + self.bookings * 60
        request = wanted(CAR, begins_s, begins_s + 60)
        self.pair.run(self.pair.store.bookings.create(request, PAUL, NOW_S))
        self.wake()

    @rule()
    def rotate(self) -> None:
        pair = self.pair
        pair.run(pair.store.boxes.rotate_key(pair.secrets.box_id, NOW_S))
        self.wake()

    def wake(self) -> None:
        async def notify() -> None:
            self.pair.registry.notify(None)

        self.pair.run(notify())
        self.pair.settle_server()

    # The network

    @rule()
    def connect(self) -> None:
        self.pair.connect()

    @rule(times=st.integers(1, 6))
    def carry(self, times: int) -> None:
        for _ in range(times):
            self.pair.carry()
        steps["taken"] += 1

    @rule(
        upwards=st.booleans(),
        part=st.floats(0, 1),
        mishap=st.sampled_from(["none", "drop", "double", "flip", "reorder"]),
        where=st.floats(0, 0.999),
    )
    def carry_badly(self, upwards: bool, part: float, mishap: str, where: float) -> None:
        """Some of the bytes of one direction arrive, or something else in their place."""
        pair = self.pair
        queue = pair.box.modem.up if upwards else pair.transport.written
        size = round(part * len(queue))
        data, rest = queue[:size], queue[size:]
        if data and mishap == "drop":
            data = b""
        elif mishap == "double":
            data += data
        elif data and mishap == "flip":
            at = int(where * len(data))
            data = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        elif mishap == "reorder":
            middle = int(where * len(data))
            data = data[middle:] + data[:middle]
        if upwards:
            pair.box.modem.up = rest
            pair.to_server(data)
        else:
            pair.transport.written = rest
            pair.box.modem.down += data
            pair.box.work()
        steps["taken"] += 1

    @rule()
    def cut(self) -> None:
        self.pair.cut()

    # Restarts

    @rule()
    def restart_box(self) -> None:
        self.pair.restart_box()

    @rule(torn_after=st.integers(0, 90), count=st.integers(1, 6))
    def lose_power_in_a_write(self, torn_after: int, count: int) -> None:
        """The batch is torn: what is not whole has no number, and the next record takes it."""
        flash = self.pair.journal_flash
        flash.torn_after = torn_after
        before, numbers = self.pair.box.journal.next_seq, self.new_numbers(count)
        self.pair.box.recorder.write([Odometer(number) for number in numbers], self.pair.wires.ms)
        self.pair.box.recorder.step(self.pair.wires.ms + 30_000)
        flash.torn_after = None
        self.pair.restart_box()
        whole = range(before, self.pair.box.journal.next_seq)
        self.made.update(zip(whole, numbers, strict=False))

    @rule(awaits=st.integers(0, 6))
    def lose_power_at_an_await(self, awaits: int) -> None:
        modem = self.pair.box.modem
        modem.awaits_left = awaits
        try:
            for _ in range(3):
                self.pair.carry()
            modem.awaits_left = None
        except PowerLoss:
            steps["power losses"] += 1
            self.pair.restart_box()

    @rule(turns=st.integers(0, 40))
    def crash_server(self, turns: int) -> None:
        self.pair.crash_server(turns)
        steps["crashes"] += 1

    @rule()
    def wipe_journal(self) -> None:
        self.pair.wipe_journal()
        self.made = {}

    @rule()
    def restart_server(self) -> None:
        self.pair.restart_server()

    @rule()
    def back_up(self) -> None:
        self.pair.back_up()
        self.backed_up = True

    @precondition(lambda self: self.backed_up)
    @rule()
    def restore(self) -> None:
        self.pair.restore()
        self.restored = True

    # Peace

    @rule()
    def peace(self) -> None:
        """A good network until nothing is left to say; then everything must be right."""
        steps["peaces"] += 1
        pair = self.pair
        for _ in range(6):  # one connection for a key, a second for its other, and so on
            if pair.connection is None or pair.box.session is None:
                pair.connect()
            for _ in range(200):  # a lost greeting is noticed by time alone, record or none
                pair.wires.ms += 1000
                pair.clock.ms += 1000
                if not pair.carry() and (pair.box.session is None or self.all_is_said()):
                    break
            if self.is_connected():
                break
        box = pair.box
        assert self.is_connected(), "no key works"
        assert box.journal.lowest_seq == box.journal.next_seq, "not everything is acknowledged"
        self.rows_and_gaps_tile()
        self.rows_equal_records()
        assert len(pair.acted) == len(set(pair.acted)), "a command was acted upon twice"
        queued = pair.rows("SELECT command_id FROM command WHERE state = 'queued'")
        assert queued == [], "a command without an answer"
        wanted = pair.rows("SELECT grants_hash, grants_set FROM box")
        assert box.grants.hash == wanted[0][0]
        assert sets.set_hash(wanted[0][1]) == box.grants.hash

    def is_connected(self) -> bool:
        session = self.pair.box.session
        return session is not None and session.established

    def all_is_said(self) -> bool:
        journal = self.pair.box.journal
        return self.is_connected() and journal.lowest_seq == journal.next_seq

    def rows_and_gaps_tile(self) -> None:
        pair = self.pair
        gaps = pair.rows("SELECT epoch, first_seq, last_seq FROM gap")
        assert self.restored or not gaps, "nothing may be given up"
        covered = pair.rows("SELECT epoch, seq, seq FROM record") + gaps
        covered += pair.rows("SELECT epoch, first_seq, last_seq FROM repeat")
        expected: dict[int, int] = {}
        for epoch, first, last in sorted(covered):
            assert first == expected.get(epoch, 1), (epoch, first)
            expected[epoch] = last + 1
        journal = pair.box.journal
        assert expected.get(journal.epoch, 1) == journal.next_seq

    def rows_equal_records(self) -> None:
        pair = self.pair
        epoch = pair.box.journal.epoch
        stored = dict(
            pair.rows(f"SELECT seq, body FROM record WHERE epoch = {epoch} AND kind = {ODOMETER}")
        )
        gaps = pair.rows(f"SELECT first_seq, last_seq FROM gap WHERE epoch = {epoch}")
        lost = {seq for first, last in gaps for seq in range(first, last + 1)}
        expected = {
            seq: encode_body(Odometer(number))
            for seq, number in self.made.items()
            if seq not in lost
        }
        assert stored == expected
        assert ODOMETER in KINDS


HostileNetwork.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)


class TestHostileNetwork(HostileNetwork.TestCase):  # type: ignore[misc, name-defined]
    @classmethod
    def tearDownClass(cls) -> None:
        print(f"{EXAMPLES} examples: {steps}")


def test_a_server_restored_from_before_two_changes_of_keys_is_heard_again() -> None:
    """The copy does not hold the key that the box has; the server works it out."""
    history = HostileNetwork()
    history.meet()
    history.back_up()
    for _ in range(2):
        history.rotate()
        history.peace()
    history.restore()
    history.teardown()


def test_a_greeting_lost_before_any_record_was_made_is_said_again() -> None:
    history = HostileNetwork()
    history.meet()
    history.carry_badly(upwards=True, part=1.0, mishap="drop", where=0.0)
    history.teardown()
