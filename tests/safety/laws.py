"""The laws, judged from outside: what a car did, held against what it may and must do.

Shares no code with the box. It keeps a history of its own (`Memory`): who has the car, as its
records say; how long the ignition has been off and each sign still, as the world knows; what each
command has done. A box that kept the same history wrongly does not deceive it.
"""

from collections import namedtuple
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared_protocol import records
from shared_protocol.messages import (
    COMMAND_END_FROM_AFAR,
    COMMAND_END_FROM_AFAR_WITHOUT_KEYS,
    COMMAND_END_TRIP,
    COMMAND_END_TRIP_WITHOUT_KEYS,
    COMMAND_THEFT,
    COMMAND_WITHDRAW_END,
    COMMAND_WITHDRAW_THEFT,
)
from tests.safety.model import Car, Event, Kept

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
_NOBODYS_MS = 72 * HOUR_MS


class ViolationError(Exception):
    """A law is broken; says which."""


@dataclass(frozen=True)
class Person:
    """A badge, and what its holder has been promised. `kind`: see Judge.may_take."""

    name: str
    tag: bytes
    kind: str
    booking: int = 0
    begins_s: int = 0
    ends_s: int = 0
    private: bool = False  # in every trip


@dataclass(frozen=True)
class Promise:
    """What differs from one set of grants to another."""

    revoked: frozenset[bytes] = frozenset()
    outage: bool = False
    unlicensed: frozenset[bytes] = frozenset()
    uninformed: frozenset[bytes] = frozenset()  # of what is recorded of them
    overlapping: bool = False  # the bookings begin all at once: no server should say so


Book = namedtuple(
    "Book",
    (
        "driver", "paused", "booking", "lapsed", "lapsed_s", "asked", "asked_s", "next", "was_off",
        "ordered", "left", "left_booking", "unsure",
    ),
)  # fmt: skip
"""Who has the car (a tag, b"" for nobody), and who had it when the box itself ended the trip, and
when; what is pending, of records.ASKED_*, since when; who else waits for the car (b"": nobody), and
whether the box has told since that the ignition was off; what somebody ordered from afar. `left`,
`left_booking`: of the trip after whose end the ignition may still be on; `unsure`: it went on, and
nobody knows who drives."""

Memory = namedtuple(
    "Memory",
    (
        "book", "kept", "role", "next_ms", "off_ms", "still_ms", "moved_ms", "quiet_ms", "acted",
        "cancelled", "idle_ms", "untold_ms", "owed", "seen", "proof", "locked_ms", "ajar_ms",
        "shut_ms", "wait_ms", "calm_ms", "locked", "runs", "unused_ms",
    ),
)  # fmt: skip
"""`kept`: the book that flash holds. `next_ms`: for how long somebody waits for the car. `role`:
what the badge at the reader came as. `acted`,
`cancelled`: what has become of commands, bit by bit. `idle_ms`: for how long law 1 has allowed to
inhibit a car that is not; `untold_ms`: for how long anybody could start one that is nobody's, and
was not told so (None: neither). `owed`: no inhibiting pulse came since the last enabling one.
`seen`: ignition and motion at the last look, `proof`: what they have proved of the ignition line.
`locked_ms`: since when the doors are locked, `ajar_ms`: since when one was seen open after that,
`shut_ms`: since when they are seen shut again. `wait_ms`: since the first look at what is pending,
`calm_ms`: since the first look at it after the ignition was switched last.
`locked`, where no line is fitted: the doors are, since a badge opened them. `runs`: the ignition is
on since the last trip's end (_RUNS), or the box need not have seen it off (so many more ticks).
`unused_ms`: since a badge or a motion of an open trip, and since its ignition was switched, too.
"""

JUMP = 0xFFFFFFFF
"""The number of a command that no server gives."""

NOBODY = Book(b"", False, 0, b"", 0, 0, 0, b"", False, 0, b"", 0, False)
_MAY_RUN, _RUNS = 3, 4  # an edge, the first look at it off, and 5 s later: three ticks
_COMMANDED = {
    COMMAND_END_TRIP: records.ASKED_END_COMMAND,
    COMMAND_END_TRIP_WITHOUT_KEYS: records.ASKED_END_COMMAND_WITHOUT_KEYS,
}
_OWN_ENDS = (records.ASKED_END, *_COMMANDED.values())
_ORDERED = {
    COMMAND_END_FROM_AFAR: records.ASKED_END_FROM_AFAR,
    COMMAND_END_FROM_AFAR_WITHOUT_KEYS: records.ASKED_END_FROM_AFAR_WITHOUT_KEYS,
    COMMAND_THEFT: records.ASKED_THEFT,
}
_ENDS_FROM_AFAR = (records.ASKED_END_FROM_AFAR, records.ASKED_END_FROM_AFAR_WITHOUT_KEYS)
_WITHDRAWN = {COMMAND_WITHDRAW_END: _ENDS_FROM_AFAR, COMMAND_WITHDRAW_THEFT: (records.ASKED_THEFT,)}
_DRIVES = ("driver", "resumes")
_LAPSES = (records.END_INFERRED, records.END_IGNITION_LEFT_ON, records.END_FROM_AFAR)
_LOOKS = ("tick", "noise", "speed", "look")
# What the box cannot have seen without a break, or what moves nothing however often it is pulsed.
_DISTURBS = ("ignition", "asleep", "coil_fails")
_PROVES = {"on moves": 1, "off stands": 2}
_PROVEN = 3
_MARKS = ("arrives", "copied", "held", "leaves", "boots")


class Judge:
    """Knows the people, the promises in force and the setting of one car."""

    def __init__(self, car: Car, people: tuple[Person, ...], promises: tuple[Promise, ...]):
        self._car = car
        self._setting = car.setting
        self._people = {person.tag: person for person in people}
        self._promises = promises
        self._handed_over = b""  # to whom the trip that ended last went, without a badge

    def beginning(self) -> Memory:
        still = (0,) * self._setting.signs
        return Memory(
            NOBODY, NOBODY, "", 0, 0, still, 0, 0, 0, 0, None, None, False, self._seen(False), 0,
            None, None, None, None, None, True, 0, (0, 0),
        )  # fmt: skip

    # Who may.

    def may_take(self, tag: bytes, book: Book) -> bool:
        """Whether the badge is promised the car now, whoever has it by this book."""
        car, person = self._car, self._people[tag]
        promise, now_s = self._promises[car.grants_number], car.wall_s
        if tag in (book.driver, book.next):
            return True
        if tag in promise.revoked:
            return False
        if person.kind == "technician":
            return True
        if book.ordered == records.ASKED_THEFT:
            return False
        if promise.outage or tag in promise.unlicensed:
            return False
        expires_s = self._setting.expires_s
        in_time = bool(now_s and book.lapsed_s) and now_s - book.lapsed_s <= 72 * 3600
        lapsed = book.lapsed == tag and in_time and not book.driver
        if lapsed and not (car.at_site and self._booked(tag, now_s, now_s)):
            return True
        if tag in promise.uninformed:
            return False
        if person.kind == "driver" and self._is_kept(person, book):
            return False
        begins_s = self._begins_s(person)
        if person.kind == "driver" and begins_s <= now_s < person.ends_s:
            return begins_s < expires_s
        if person.kind == "driver" and begins_s - 900 <= now_s < begins_s:
            free = not book.driver and not self._booked(tag, now_s, now_s)
            if now_s < expires_s and (free or book.booking == person.booking):
                return True
        if now_s >= expires_s:
            return False
        if person.kind == "walk-up":
            return bool(now_s and not book.driver and not self._booked(tag, now_s, now_s + 2700))
        return False

    def _begins_s(self, person: Person) -> int:
        overlapping = self._promises[self._car.grants_number].overlapping
        return min(each.begins_s for each in self._drivers()) if overlapping else person.begins_s

    def _drivers(self) -> list[Person]:
        return [each for each in self._people.values() if each.kind == "driver"]

    def _is_kept(self, person: Person, book: Book) -> bool:
        """Whether a running booking of who has the car keeps it from another booking's driver."""
        if not book.driver or book.booking == person.booking or book.asked in _OWN_ENDS:
            return False
        return self._runs(book.driver)

    def _runs(self, tag: bytes) -> bool:
        person, now_s = self._people[tag], self._car.wall_s
        if person.kind != "driver" or tag in self._promises[self._car.grants_number].revoked:
            return False
        return not now_s or self._begins_s(person) <= now_s < person.ends_s

    def _booked(self, tag: bytes, from_s: int, to_s: int) -> bool:
        revoked = self._promises[self._car.grants_number].revoked
        return any(
            each.tag != tag
            and each.tag not in revoked
            and self._begins_s(each) <= to_s
            and from_s < each.ends_s
            for each in self._drivers()
        )

    # What happened.

    def judge(self, memory: Memory, event: Event, before: "Before", carried_out: bool) -> Memory:
        """The memory after an event. Raises ViolationError."""
        memory = self._aged(memory, event, before)
        if self._car.limps:
            return self._limped(memory)
        at_reader = before.at_reader
        aged = memory
        for mark, items in _parts(self._car.did):
            if mark == "boots":
                memory = self._rebooted(memory)
            elif mark in ("arrives", "copied"):
                at_reader = event[1], False
            elif mark == "held":
                at_reader = at_reader[0], True
            tag = at_reader[0] if at_reader else b""
            role = self._role(memory, mark, tag, before)
            if mark == "arrives" and role != "nobody":
                memory = memory._replace(unused_ms=(0, 0))
            after = memory if role == memory.role else memory._replace(role=role)
            for item in items:
                after = self._took(after, event, mark, tag, item)
            if carried_out:
                was_held = bool(at_reader and at_reader[1])
                self._must(memory, after, mark, tag, was_held, items)
            memory = after if mark != "leaves" else after._replace(role="")
        if event[0] == "command" and carried_out:
            self._withdrew(aged.book, memory.book, event)
        memory = self._waited(memory, event, before.edge)
        memory = self._pending(memory, event, before.edge)
        memory = self._left_behind(memory, event, before.edge)
        if self._setting.has_doors:
            memory = self._doors_seen(memory, event)
        outlasts = memory.book.driver and memory.unused_ms[1] >= _NOBODYS_MS + self._setting.tick_ms
        running = self._surely_runs(memory.book.driver)
        _law(event[0] != "tick" or running or not outlasts, "a trip that nobody uses never ends")
        off_ms = aged.off_ms
        if not self._setting.line:
            off_ms = aged.still_ms[0] if self._may_settle(aged) else 0
            memory = self._doors_followed(memory, event)
        if event[0] == "tick" and 2 * self._setting.tick_ms <= off_ms - self._setting.tick_ms:
            done = not memory.book.asked or memory.book != aged.book or self._moves()
            _law(done or not self._car.keys_in, "what was asked for is never done")
        return memory

    def _limped(self, memory: Memory) -> Memory:
        """While the box limps nothing of ours runs: it has seen nothing of the world since."""
        return self._rebooted(memory)._replace(
            idle_ms=None, untold_ms=None, locked_ms=None, ajar_ms=None, shut_ms=None,
            unused_ms=(0, 0), runs=min(memory.runs, _MAY_RUN),
        )  # fmt: skip

    def _surely_runs(self, tag: bytes) -> bool:
        """Whether a booking of that badge runs, by the set in force."""
        person = self._people.get(tag)
        if person is None or tag in self._promises[self._car.grants_number].revoked:
            return False
        return person.begins_s <= self._car.wall_s < person.ends_s

    def _passed_ms(self, event: Event) -> int:
        return self._setting.tick_ms if event[0] in ("tick", "noise") else 0

    def _waited(self, memory: Memory, event: Event, edge: bool) -> Memory:
        """How long it is overdue that the car is inhibited, or that somebody is told."""
        car, passed_ms = self._car, self._passed_ms(event)
        startable = car.contact_shows == records.RELAY_ENABLED and self._setting.start_relay
        stolen = memory.book.ordered == records.ASKED_THEFT
        nobodys = startable and not memory.book.driver
        by_its_line = nobodys and self._setting.line
        looks = event[0] in _LOOKS
        still = all(speed in (0, None) for speed in car.speeds)
        known = self._proven(memory) or None not in car.speeds
        boots = "boots" in car.did
        to_inhibit = by_its_line or (startable and stolen)
        if not (to_inhibit and not car.on and still and known) or event[0] in _DISTURBS:
            idle_ms = None
        elif boots or "enable" in car.did:
            idle_ms = 0
        elif memory.idle_ms is None:
            idle_ms = 0 if looks and not edge else None
        else:
            idle_ms = memory.idle_ms + passed_ms
        _law(idle_ms is None or idle_ms < 12 * MINUTE_MS, "never inhibited after a trip's end")
        untold_ms = memory.untold_ms
        if not nobodys or not self._setting.tells:
            untold_ms = None
        elif boots or untold_ms is None:
            untold_ms = 0
        elif untold_ms >= 0:
            untold_ms += passed_ms
        late = untold_ms is not None and untold_ms >= HOUR_MS
        _law(not late, "nobody is told that anybody could start the car")
        return memory._replace(idle_ms=idle_ms, untold_ms=untold_ms)

    def _pending(self, memory: Memory, event: Event, edge: bool) -> Memory:
        """What waits for an ignition that stays on, or is stuck there, is done in the end."""
        if not memory.book.asked:
            none = memory._replace(wait_ms=None, calm_ms=None)
            return none if memory.wait_ms is not None else memory
        asked = any(isinstance(item, records.TripAsked) for item in self._car.did)
        wait_ms = None if asked else memory.wait_ms
        if wait_ms is None and (event[0] in _LOOKS or "boots" in self._car.did):
            wait_ms = 0
        calm_ms = None if wait_ms is None or event[0] == "ignition" else memory.calm_ms
        if calm_ms is None and wait_ms is not None and event[0] in _LOOKS:
            calm_ms = 0
        memory = memory._replace(wait_ms=wait_ms, calm_ms=calm_ms)
        if event[0] in _LOOKS and not edge and memory.book.asked in _OWN_ENDS:
            # Of a switch the box sees that it was on, and only at the look after that it is off.
            blind = self._car.speeds[0] is None
            calm_ms = (memory.calm_ms or 0) - self._setting.tick_ms
            late = self._waited_enough(memory) and (not blind or calm_ms >= 1_800_000)
            _law(not late, "a car left running is never done with")
        return memory

    def _left_behind(self, memory: Memory, event: Event, edge: bool) -> Memory:
        """Who drives on in a car whose ignition stayed on after the trip's end may start it again.

        What the box has surely seen off is over.
        """
        book, kept, runs = memory.book, memory.kept, memory.runs
        if runs and (self._car.on or event[0] in _DISTURBS):
            runs = _RUNS if runs == _RUNS and event[0] not in _DISTURBS else _MAY_RUN
        elif runs:
            runs = min(runs, _MAY_RUN) - bool(self._passed_ms(event))
        if runs == _RUNS and event[0] in _LOOKS and not edge and self._moves():
            _law(bool(book.driver), "who drives on in a car left running is not let start again")
        if book.driver:
            runs = 0
        if not runs and (book.left or kept.left) and book == kept:
            book = book._replace(left=b"", left_booking=0)
            return memory._replace(book=book, kept=book, runs=0)
        return memory._replace(runs=runs)

    def _doors_followed(self, memory: Memory, event: Event) -> Memory:
        """In a car whose line says nothing the doors follow the driver's badge where it stands.

        What a technician opens after that is his to shut.
        """
        locked = memory.locked
        others = event[0] in ("short", "long") and event[1] != memory.book.driver
        for item in self._car.did:
            if item in ("lock", "unlock"):
                locked = item == "lock" or others
        his = memory.book.asked in (records.ASKED_PAUSE, records.ASKED_END)
        stood_ms = 5_000 + self._setting.tick_ms  # two looks at the doors
        stands = self._car.speeds[0] == 0 and memory.still_ms[0] >= stood_ms
        seen = event[0] == "tick" and stands and (memory.wait_ms or 0) >= self._setting.tick_ms
        _law(locked or not (his and seen), "doors wait for an ignition that nobody can see")
        return memory._replace(locked=locked)

    def _doors_seen(self, memory: Memory, event: Event) -> Memory:
        """Who gets out within three minutes of the lock leaves a car that is locked again."""
        car, passed_ms = self._car, self._passed_ms(event)
        locked_ms, ajar_ms, shut_ms = [
            None if age_ms is None else age_ms + passed_ms
            for age_ms in (memory.locked_ms, memory.ajar_ms, memory.shut_ms)
        ]
        for item in car.did:
            if item in ("unlock", "boots"):
                locked_ms = ajar_ms = shut_ms = None
            elif item == "lock":
                locked_ms, ajar_ms, shut_ms = locked_ms or 0, None, None
        if locked_ms is None or (ajar_ms is None and locked_ms >= 3 * MINUTE_MS):
            return memory._replace(locked_ms=None, ajar_ms=None, shut_ms=None)
        if ajar_ms is not None and ajar_ms >= 10 * MINUTE_MS:  # whoever has it open keeps it so
            return memory._replace(locked_ms=None, ajar_ms=None, shut_ms=None)
        if event[0] in _LOOKS:
            if car.door_open and not car.door_bounces:
                ajar_ms, shut_ms = ajar_ms or 0, None
            elif ajar_ms is not None and not car.door_open:
                shut_ms = shut_ms or 0
                _law(shut_ms < 300, "who gets out after the lock leaves the car open")
        elif car.door_open:
            shut_ms = None
        return memory._replace(locked_ms=locked_ms, ajar_ms=ajar_ms, shut_ms=shut_ms)

    def _proven(self, memory: Memory) -> bool:
        return memory.proof == _PROVEN if self._setting.tells else self._setting.proven

    def _seen(self, edge: bool) -> str:
        on, speed = self._car.on or edge, self._car.speeds[0]
        if speed is None or not self._setting.tells:
            return ""
        return f"{'on' if on else 'off'} {'moves' if speed else 'stands'}"

    def _looked(self, memory: Memory, event: Event, edge: bool) -> Memory:
        """What the world has shown of the ignition line: the same at two looks, a tick apart.

        A badge that comes and goes is looked at more than once: an edge is seen by the first.
        """
        at_badge = "arrives" in self._car.did
        if not self._setting.tells or not (event[0] in _LOOKS or at_badge):
            return memory
        seen, proof = self._seen(edge and not at_badge), memory.proof
        if seen == memory.seen and self._passed_ms(event):
            proof = 0 if seen == "off moves" else proof | _PROVES.get(seen, 0)
        return memory._replace(seen=seen, proof=proof)

    def _aged(self, memory: Memory, event: Event, before: "Before") -> Memory:
        """The ages of ignition and signs at the end of the event."""
        car, name, setting = self._car, event[0], self._setting
        oldest_ms = setting.oldest_ms
        passed_ms = self._passed_ms(event)
        standing_ms = max(setting.standing_ms, setting.tick_ms)
        slept_ms = 2 * setting.tick_ms if name == "asleep" else passed_ms
        memory = self._looked(memory, event, before.edge)
        off_ms = 0 if car.on or name == "ignition" else memory.off_ms + passed_ms
        moved_ms = memory.moved_ms + passed_ms
        quiet_ms = 0 if name == "asleep" else memory.quiet_ms + passed_ms
        still_ms = [age_ms + passed_ms for age_ms in memory.still_ms]
        for sign, (speed, was) in enumerate(zip(car.speeds, before.speeds, strict=True)):
            if speed != 0 or was != 0:
                still_ms[sign] = 0
            if speed or was:
                moved_ms = 0
        if car.speeds[0] or before.speeds[0]:
            quiet_ms = 0
        next_ms = memory.next_ms + passed_ms if memory.book.next else 0
        if name == "asleep":  # nobody looked: anything may have been
            off_ms = moved_ms = 0
            still_ms = [0] * len(still_ms)
        moves = bool(car.speeds[0] or before.speeds[0])
        used = (moves, moves or name == "ignition")
        unused_ms = [
            0 if again or not memory.book.driver else min(age_ms + passed_ms, setting.unused_ms)
            for age_ms, again in zip(memory.unused_ms, used, strict=True)
        ]
        return memory._replace(
            unused_ms=tuple(unused_ms),
            off_ms=min(off_ms, oldest_ms),
            moved_ms=min(moved_ms, oldest_ms) if setting.proven or setting.tells else 0,
            still_ms=tuple([min(age_ms, max(61_000, standing_ms)) for age_ms in still_ms]),
            quiet_ms=min(quiet_ms, standing_ms),
            next_ms=min(next_ms, standing_ms),
            wait_ms=None if memory.wait_ms is None else min(memory.wait_ms + slept_ms, standing_ms),
            calm_ms=None if memory.calm_ms is None else min(memory.calm_ms + slept_ms, standing_ms),
        )

    def _rebooted(self, memory: Memory) -> Memory:
        still_ms = (0,) * self._setting.signs
        cancelled = memory.cancelled
        if memory.kept.asked not in (records.ASKED_NOTHING, memory.book.asked):
            # Flash was full and kept no withdrawal: nobody was told of one, and the wish stands.
            for command in self._setting.commands:
                asks = command.command_id < JUMP and _COMMANDED.get(command.kind)
                if asks == memory.kept.asked:
                    cancelled &= ~(1 << command.command_id)
        return memory._replace(
            book=memory.kept,
            cancelled=cancelled,
            role="",
            next_ms=0,
            wait_ms=None,
            calm_ms=None,
            off_ms=0,
            still_ms=still_ms,
            moved_ms=0,
            quiet_ms=0,
            seen=self._seen(False),
        )

    def _role(self, memory: Memory, mark: str, tag: bytes, before: "Before") -> str:
        """What a badge that arrives comes as; later, what it came as."""
        if mark == "copied":
            return "nobody"
        if mark != "arrives":
            return memory.role
        book = memory.book
        if tag == book.next and not self._has_come_first(memory):
            return "waits"
        if tag == book.driver and book.unsure:
            return "starts"
        if tag == book.driver:
            inhibited = before.contact_shows == records.RELAY_INHIBITED
            waits = memory.book.paused or memory.book.asked or inhibited
            return "resumes" if waits else "driver"
        if not self.may_take(tag, memory.book):
            return "nobody"
        technician = self._people[tag].kind == "technician"
        return "technician" if technician and memory.book.driver else "starts"

    def _took(self, after: Memory, event: Event, mark: str, tag: bytes, item: Any) -> Memory:
        """One pulse or record: may it be?"""
        welcome = mark == "arrives" and after.role != "nobody"
        if item == "inhibit":
            self._may_inhibit(after, mark)
            return after._replace(owed=False)
        elif item == "enable":
            again = mark == "" and event[0] != "command" and _held(after.book)
            _law(self._setting.start_relay, "a pulse in a door-only car")
            _law(mark != "boots", "a pulse at boot")
            _law(welcome or again, "the start is enabled for nobody")
            return after._replace(owed=True)
        elif item == "unlock":
            _law(welcome, "the doors are unlocked for nobody")
        elif item == "lock":
            _law(not self._car.door_open, "the doors are locked while one is open")
        elif item == "sleep":
            _law(self._parked(after), "the receiver sleeps in a car that is not parked")
        elif item == "wake":
            resting = self._parked(after) and not (after.owed or after.runs)
            _law(not resting, "the receiver is woken in a parked car")
        elif isinstance(item, Kept):
            for kind in (records.Refusal, records.Battery):
                told = any(isinstance(record, kind) for record in item.records)
                _law(self._car.has_room or not told, f"a {kind.__name__} takes the room of trips")
            kept = after.book
            if not item.with_all_before:
                kept = after.kept
                for record in item.records:
                    kept = _entered(kept, record, self._car.wall_s)
            return after._replace(kept=kept)
        elif isinstance(item, records.Startable):
            _law(not after.book.driver, "a trip is told of as a car that is nobody's")
            return after._replace(untold_ms=-1)
        elif isinstance(item, records.TripStart):
            takes = welcome and item.badge_tag == tag and after.role == "starts"
            left = mark == "" and self._handed_over == item.badge_tag
            _law(takes or left, "a trip begins for nobody")
            self._may_tell(item, item.badge_tag)
        elif isinstance(item, records.TripEnd):
            self._may_tell(item, after.book.driver)
            after = self._may_end(after, item.reason, event, mark, tag)
            after = after._replace(runs=_RUNS if self._car.on else _MAY_RUN)
        elif isinstance(item, records.TripTakenUp):
            _law(after.runs > 0 and bool(after.book.left), "a trip is taken up that was over")
            _law(self._moves() and not after.book.driver, "a trip is taken up by nobody's motion")
        elif isinstance(item, records.TripPause):
            mine = mark == "leaves" and tag in (after.book.driver, after.book.next)
            mine = mine or (mark == "" and after.book.asked == records.ASKED_PAUSE)
            _law(mine, "a trip is paused by another")
            _law(self._may_settle(after), "a trip is paused in a car that is not off and stands")
        elif isinstance(item, records.TripAsked):
            self._may_ask(after, item.what, event, mark, tag)
        elif isinstance(item, records.Ordered):
            self._may_order(after, item.what, event, mark)
        elif isinstance(item, records.TripResume):
            mine = mark == "arrives" and tag in (after.book.driver, after.book.next)
            _law(mine, "a trip is resumed by another")
        elif isinstance(item, records.TripHandover):
            self._may_wait(after, item, mark, tag)
            if item.stage == records.HANDOVER_ASKED:
                after = after._replace(next_ms=0)
        elif isinstance(item, records.Occupant):
            person = self._people[tag]
            rides = person.kind == "passenger" and person.booking == after.book.booking
            _law(mark == "arrives" and rides and bool(after.book.driver), "a passenger of no trip")
        elif isinstance(item, records.CommandResult):
            return self._answered(after, item, event)
        book = _entered(after.book, item, self._car.wall_s)
        return after if book is after.book else after._replace(book=book)

    def _may_wait(self, memory: Memory, item: Any, mark: str, tag: bytes) -> None:
        """A next driver waits for the car, the ignition was off, the former was there first."""
        book = memory.book
        if item.stage == records.HANDOVER_ASKED:
            mine = mark == "arrives" and memory.role == "starts" and tag == item.badge_tag
            _law(mine and bool(book.driver) and not book.next, "a handover waits for nobody")
            _law(not self._moves(), "a car is asked for while it moves")
            return
        _law(book.next == item.badge_tag != b"", "a handover that nobody asked for")
        if item.stage == records.HANDOVER_SEEN_OFF:
            _law(mark == "" and self._may_settle(memory), "seen off, and it was not")
            return
        _law(mark == "arrives" and tag == book.driver, "a handover is dropped by another")
        _law(self._was_off(memory), "a handover is dropped before the ignition was off")

    def _was_off(self, memory: Memory) -> bool:
        return not self._moves() and (memory.book.was_off or self._may_settle(memory))

    def _just_asked(self, book: Book) -> bool:
        asked_ago_s = self._car.wall_s - book.asked_s
        return book.asked == records.ASKED_END and bool(book.asked_s) and 0 <= asked_ago_s <= 600

    def _has_come_first(self, memory: Memory) -> bool:
        """Whether a badge may have the car of a trip that its driver gave up, or nobody has."""
        stands = memory.still_ms[0] >= 5_000 and self._car.speeds[0] == 0
        stands = stands or (self._car.speeds[0] is None and not self._car.on)
        is_given_up = self._just_asked(memory.book) or memory.book.unsure
        return self._was_off(memory) or (stands and is_given_up)

    def _moves(self) -> bool:
        return bool(self._car.speeds[0])

    def _may_settle(self, memory: Memory) -> bool:
        """Off for 5 s and standing for 5 s, where the speed is known; without a line still 60 s."""
        car = self._car
        if not self._setting.line:
            return car.speeds[0] == 0 and memory.still_ms[0] >= 60_000
        stands = car.speeds[0] is None or memory.still_ms[0] >= 5_000
        return not car.on and memory.off_ms >= 5_000 and not self._moves() and stands

    def _left_on(self, memory: Memory, still_ms: int, quiet_ms: int) -> bool:
        unknown = self._car.speeds[0] is None
        return memory.quiet_ms >= quiet_ms if unknown else memory.still_ms[0] >= still_ms

    def _waited_enough(self, memory: Memory) -> bool:
        """Whether who asked has had the time to switch off, and is gone."""
        needed_ms = 1_800_000 if self._car.speeds[0] is None else 600_000
        waited = memory.wait_ms is not None and memory.wait_ms >= needed_ms
        return waited and self._left_on(memory, 600_000, 1_800_000)

    def _may_ask(self, memory: Memory, what: int, event: Event, mark: str, tag: bytes) -> None:
        book = memory.book
        _law(bool(book.driver), "something is asked of no trip")
        if what == records.ASKED_NOTHING:
            mine = mark == "arrives" and tag == book.driver
            taker = mark == "arrives" and tag == book.next
            mine = mine or (taker and book.asked == records.ASKED_PAUSE)
            _law(mine, "what is pending is withdrawn by nobody")
            return
        _law(not self._moves(), "something is pending that was asked in a moving car")
        if what == records.ASKED_PAUSE:
            mine = mark == "leaves" and memory.role == "driver" and tag == book.driver
            mine = mine or (mark == "leaves" and tag == book.next)
        elif what == records.ASKED_END:
            mine = mark == "held" and memory.role in _DRIVES and tag == book.driver
        elif what == records.ASKED_END_TECHNICIAN:
            mine = mark == "held" and memory.role == "technician"
        else:
            command = self._command(event)
            mine = self._valid(command) and command.badge_tag == book.driver
            mine = mine and what == _COMMANDED[command.kind]
        _law(mine, "something is asked by who may not")

    def _may_order(self, memory: Memory, what: int, event: Event, mark: str) -> None:
        _law(mark in ("", "boots"), "a badge changes what is ordered from afar")
        if event[0] == "command" and mark == "":
            command = self._command(event)
            _law(self._valid(command), "a command is obeyed too late, or without a clock")
            if what == records.ASKED_NOTHING:
                mine = memory.book.ordered in _WITHDRAWN.get(command.kind, ())
            else:
                mine = _ORDERED.get(command.kind) == what
                of_trip = command.badge_tag == memory.book.driver and bool(memory.book.driver)
                of_trip = of_trip and memory.book.ordered != records.ASKED_THEFT
                mine = mine and (what == records.ASKED_THEFT or of_trip)
            _law(mine, "something is ordered from afar by nobody")
            return
        over = what == records.ASKED_NOTHING and memory.book.ordered in _ENDS_FROM_AFAR
        _law(over and self._is_late(memory), "an order from afar is withdrawn by nobody")

    def _is_late(self, memory: Memory) -> bool:
        """Whether the day of the end from afar that stands is over."""
        kinds = [kind for kind, what in _ORDERED.items() if what == memory.book.ordered]
        until_s = [each.expires_s for each in self._setting.commands if each.kind in kinds]
        return self._car.wall_s >= max(until_s)

    def _may_end_from_afar(self, memory: Memory, mark: str) -> None:
        car, ordered = self._car, memory.book.ordered
        _law(mark == "", "a badge ends a trip as if from afar")
        if ordered == records.ASKED_THEFT:
            self._lawful(memory, "a theft order ends a trip")
            return
        _law(ordered in _ENDS_FROM_AFAR, "a trip is ended from afar, and nobody ordered it")
        free = car.keys_in or ordered == records.ASKED_END_FROM_AFAR_WITHOUT_KEYS
        _law(free, "an order ends a trip without its keys")
        _law(not self._is_late(memory), "an order from afar outlives its day")
        still = car.speeds[0] is not None and memory.still_ms[0] >= 12 * HOUR_MS
        off = not car.on and min(memory.off_ms, memory.quiet_ms) >= HOUR_MS
        _law(still or off, "a driver at a petrol pump is locked out")
        if not still:
            self._lawful(memory, "an order ends a trip")

    def _parked(self, memory: Memory) -> bool:
        car = self._car
        enabled = car.contact() == records.RELAY_ENABLED
        return not (memory.book.driver or car.on or enabled) and car.wall_s > 0

    def _may_tell(self, record: Any, driver: bytes) -> None:
        told = records.NO_POSITION not in (record.lat_e7, record.lon_e7)
        private = driver in self._people and self._people[driver].private
        _law(told != private, "a place is told of a private trip, or of another is not")

    def _may_inhibit(self, memory: Memory, mark: str) -> None:
        _law(self._setting.start_relay, "a pulse in a door-only car")
        _law(mark != "boots", "a pulse at boot")
        _law(self._setting.line, "inhibited by a line that is not there")
        _law(not _held(memory.book), "inhibited in the middle of a trip")
        self._lawful(memory, "inhibited")

    def _lawful(self, memory: Memory, done: str) -> None:
        """The times of law 1 are over."""
        car, setting = self._car, self._setting
        _law(not car.on and memory.off_ms >= 65_000, f"{done} before the ignition is off 65 s")
        valid = [
            age_ms
            for speed, age_ms in zip(car.speeds, memory.still_ms, strict=True)
            if speed is not None
        ]
        _law(all(age_ms >= 60_000 for age_ms in valid), f"{done} before a sign is still 60 s")
        if len(valid) < max(1, min(2, setting.signs)):
            quiet = self._proven(memory) and memory.off_ms >= 600_000 and memory.moved_ms >= 600_000
            _law(quiet, f"{done} with too few signs before ten quiet minutes")

    def _may_end(self, after: Memory, reason: int, event: Event, mark: str, tag: bytes) -> Memory:
        car, book = self._car, after.book
        own = book._replace(was_off=False)
        _law(bool(book.driver), "a trip ends that is not open")
        asked = book.asked if mark == "" else 0
        settled = self._may_settle(after)
        if reason == records.END_BADGE_HELD:
            mine = mark == "held" and tag == book.driver and after.role in _DRIVES
            _law(mine or asked == records.ASKED_END, "a trip is ended by a badge that may not")
            _law(car.keys_in, "a trip ends without its keys")
        elif reason == records.END_TECHNICIAN:
            mine = mark == "held" and after.role == "technician"
            mine = mine or asked == records.ASKED_END_TECHNICIAN
            _law(mine, "ended as by a technician")
            settled = settled or (mark == "" and self._left_on(after, 60_000, 600_000))
        elif reason == records.END_OTHER_DRIVER:
            self._handed_over = book.next if mark == "" else b""
            if mark == "":
                _law(bool(book.next), "a trip changes hands, and nobody waits")
                kept = self._is_kept(self._people[book.next], book)
                _law(not kept, "a trip changes hands in a running booking")
                waited = after.next_ms >= 600_000
                _law(waited, "a trip changes hands before the ignition was left on")
                settled = self._left_on(after, 600_000, 1_800_000)
            else:
                _law(after.role == "starts", "a trip is split by nobody")
                first = tag == book.next and self._has_come_first(after)
                settled = settled or first or self._has_come_first(after._replace(book=own))
        elif reason == records.END_INFERRED:
            _law(mark in ("", "boots") and self._forgotten(after), "a trip ends unforgotten")
            return after
        elif reason == records.END_IGNITION_LEFT_ON:
            _law(asked in _OWN_ENDS, "a trip ends by its ignition, and nobody asked")
            settled = self._waited_enough(after)
        elif reason == records.END_FROM_AFAR:
            self._may_end_from_afar(after, mark)
            return after
        elif event[0] != "command" and asked in _COMMANDED.values():
            free = car.keys_in or asked == records.ASKED_END_COMMAND_WITHOUT_KEYS
            _law(free, "a command ends a trip without its keys")
        else:
            command = self._command(event)
            _law(command.command_id < JUMP, "a command's number jumps to the end")
            _law(not after.acted >> command.command_id & 1, "a command is obeyed twice")
            _law(self._valid(command), "a command is obeyed too late, or without a clock")
            _law(command.badge_tag == book.driver, "a command ends another's trip")
            free = command.kind == COMMAND_END_TRIP_WITHOUT_KEYS
            free = free or (command.kind == COMMAND_END_TRIP and car.keys_in)
            _law(free, "a command ends a trip without its keys")
            after = after._replace(acted=after.acted | 1 << command.command_id)
        _law(settled, "a trip ends in a car that is not off and stands")
        return after

    def _forgotten(self, memory: Memory) -> bool:
        person, now_s = self._people[memory.book.driver], self._car.wall_s
        if memory.unused_ms[0] >= _NOBODYS_MS and not self._surely_runs(person.tag):
            return True
        if not now_s or memory.off_ms < HOUR_MS or person.kind == "technician":
            return False
        if person.tag in self._promises[self._car.grants_number].revoked:
            return False  # the set has lost the grant: not in the hours that are walked here
        if now_s >= self._setting.expires_s:
            return False
        if person.kind == "walk-up":
            return memory.off_ms >= 12 * HOUR_MS
        return now_s >= person.ends_s + 2 * 3600

    def _command(self, event: Event) -> Any:
        _law(event[0] == "command", "a trip ends for no reason")
        return self._setting.commands[event[1]]

    def _valid(self, command: Any) -> bool:
        return 0 < self._car.wall_s < command.expires_s

    def _withdrew(self, was: Book, now: Book, event: Event) -> None:
        """What is taken back from afar stands no longer, once the box has answered."""
        command = self._command(event)
        answers = [item for item in self._car.did if isinstance(item, records.CommandResult)]
        answered = any(
            item.command_id == command.command_id and item.result != records.COMMAND_UNKNOWN
            for item in answers
        )
        if answered and self._valid(command) and was.ordered in _WITHDRAWN.get(command.kind, ()):
            _law(now.ordered == records.ASKED_NOTHING, "a withdrawal from afar withdraws nothing")

    def _answered(self, after: Memory, item: Any, event: Event) -> Memory:
        number, done = item.command_id, (records.COMMAND_PENDING, records.COMMAND_APPLIED)
        if number == JUMP:
            refused = item.result == records.COMMAND_REFUSED
            _law(
                refused and self._car.highest_command < JUMP, "a command's number jumps to the end"
            )
            return after
        if item.result in done and event[0] == "command" and not after.acted >> number & 1:
            ordered = self._setting.commands[event[1]]
            if ordered.command_id == number:
                _law(self._valid(ordered), "a command is obeyed too late, or without a clock")
                after = after._replace(acted=after.acted | 1 << number)
        if item.result == records.COMMAND_CANCELLED:
            after = after._replace(cancelled=after.cancelled | 1 << number)
        _law(
            item.result not in done or not after.cancelled >> number & 1,
            "a command that was cancelled is obeyed",
        )
        return after

    # What must be.

    def _must(
        self, memory: Memory, after: Memory, mark: str, tag: bytes, was_held: bool, items: list[Any]
    ) -> None:
        """What a badge is owed, and that nothing else changes the trip."""
        book, role, now = memory.book, after.role, after.book
        driver = role in _DRIVES and book.driver == tag
        waits = bool(tag) and tag == book.next and now.driver == book.driver
        surely = self._may_settle(after) and after.off_ms > 2 * self._setting.tick_ms
        surely = surely or (bool(book.next) and book.was_off and not self._moves())
        if mark == "arrives" and driver and book.next and surely:
            _law(not now.next, "the first one at the reader is not the driver")
        if mark == "arrives" and driver and not now.next:
            book = book._replace(next=b"", was_off=False)
        if mark == "arrives" and waits:
            _law(not surely, "the first one at the reader is not the driver")
            calm = not (book.paused or book.asked)
            _law(calm or "unlock" in items, "who waits for the car does not get in")
            resumed = book._replace(paused=False)
            back = resumed._replace(asked=0, asked_s=0)
            _law(now in (book, resumed, back), "who waits for the car changes more")
            _law(not now.paused, "who waits for the car cannot resume")
        elif (
            mark == "arrives"
            and role == "starts"
            and book.driver not in (b"", tag)
            and now.driver == book.driver
        ):
            _law(now in (book, book._replace(next=tag)), "a badge changes a trip that it may not")
            inside = "unlock" in items or self._moves()
            settled = self._may_settle(after) and after.off_ms > 2 * self._setting.tick_ms
            _law(inside and not settled, "a badge that may does not get in")
            _law(bool(now.next) or self._moves(), "who may have the car next waits unheard")
        elif mark == "leaves" and waits and not driver:
            paused = book._replace(paused=True, asked=0, asked_s=0)
            asked = book._replace(asked=records.ASKED_PAUSE, asked_s=now.asked_s)
            _law(now in (book, paused, asked), "who waits for the car changes more")
        elif mark == "arrives" and role in ("starts", "resumes", "technician"):
            moves = "enable" in items or not self._setting.start_relay
            _law(moves and "unlock" in items, "a badge that may does not get in")
            if role == "technician":
                _law(now == book, "a technician's short badge changes the trip")
            else:
                mine = now.driver == tag and not now.paused and not now.asked
                _law(mine, "a badge that may has no trip")
        elif mark == "held" and driver and self._car.keys_in:
            asked = now.asked == records.ASKED_END
            _law(asked or not now.driver or self._moves(), "the driver cannot end the trip")
        elif mark == "held" and role == "technician" and book.driver:
            asked = now.asked == records.ASKED_END_TECHNICIAN
            _law(asked or not now.driver or self._moves(), "a technician cannot end the trip")
        elif mark == "held" and driver:
            asked = book._replace(asked=records.ASKED_END, asked_s=now.asked_s)
            _law(now in (book, asked), "keys out, trip changed")
        elif mark == "leaves" and role == "driver" and driver and not was_held:
            paused = book._replace(paused=True, asked=0, asked_s=0)
            asked = book._replace(asked=records.ASKED_PAUSE, asked_s=now.asked_s)
            _law(now in (paused, asked) or self._moves(), "the driver cannot pause")
        elif mark in ("arrives", "copied", "held", "leaves"):
            _law(now == book, "a badge changes a trip that it may not")


Before = namedtuple("Before", ("contact_shows", "speeds", "at_reader", "edge"))
"""The world before the event, as far as a judge asks for it."""


def _law(holds: bool, broken: str) -> None:
    if not holds:
        raise ViolationError(broken)


def _held(book: Book) -> bool:
    return bool(book.driver) and not book.paused


def _entered(book: Book, record: Any, now_s: int) -> Book:
    """The book after one more record, made at that time."""
    stolen = records.ASKED_THEFT if book.ordered == records.ASKED_THEFT else 0
    if isinstance(record, records.TripStart):
        return NOBODY._replace(driver=record.badge_tag, booking=record.grant_id, ordered=stolen)
    if isinstance(record, records.TripEnd):
        ended = NOBODY._replace(left=book.driver, left_booking=book.booking, ordered=stolen)
        if record.reason in _LAPSES:
            return ended._replace(lapsed=book.driver, lapsed_s=now_s)
        return ended
    if isinstance(record, records.TripTakenUp):
        taken_up = NOBODY._replace(driver=book.left, booking=book.left_booking, unsure=True)
        return taken_up._replace(lapsed=book.lapsed, lapsed_s=book.lapsed_s, ordered=book.ordered)
    if isinstance(record, records.Ordered):
        if record.what == records.ASKED_THEFT:  # who waits for the car does not get it
            book = book._replace(next=b"", was_off=False)
        return book._replace(ordered=record.what)
    if isinstance(record, records.TripPause):
        return book._replace(paused=True, asked=0, asked_s=0)
    if isinstance(record, records.TripAsked):
        return book._replace(asked=record.what, asked_s=now_s if record.what else 0)
    if isinstance(record, records.TripHandover):
        waits = record.stage != records.HANDOVER_DROPPED
        was_off = record.stage == records.HANDOVER_SEEN_OFF
        return book._replace(next=record.badge_tag if waits else b"", was_off=was_off)
    if isinstance(record, records.TripResume):
        return book._replace(paused=False)
    return book


def _parts(did: list[Any]) -> Iterator[tuple[str, list[Any]]]:
    """What was done, part by part: (the mark that it follows, pulses and records)."""
    mark, items = "", []  # type: str, list[Any]
    for item in did:
        if isinstance(item, str) and item in _MARKS:
            if mark or items:
                yield mark, items
            mark, items = item, []
        else:
            items.append(item)
    yield mark, items
