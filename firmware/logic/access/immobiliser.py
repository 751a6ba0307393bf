"""Law 1, the engine. This file alone says when the relay in the start line may move.

    The relay interrupts the start request, never ignition or fuel. It changes to INHIBITED only
    when all of this holds at the same instant:
      - no trip is open, or its driver paused it;
      - the ignition line has been off for 65 s without a break;
      - the car has been still for 60 s without a break, by two signs other than the ignition
        where it has two (speed by satellites, speed of its wheels, accelerometer), else by the one
        it has. An unknown speed is not zero, and no valid sign may show less than those 60 s.
        With fewer valid signs (underground), ignition off for 10 min without a break suffices,
        provided that its line is proven (`ignition_proven`, ignition_line.py).
    A car that is fitted without an ignition line is never inhibited: nothing is ever seen off.
    Nothing shortens this: no command, crash, reset, clock jump, expired grant or revoked badge.
    There is one door out of INHIBITED: an accepted badge (a driver's or a technician's), or the
    sealed local override, a hardware switch that shows on the feedback contact.

With no trip open the box always wants the car inhibited, so a remote inhibit asks for nothing
stronger: it is answered by commands.py when the relay gets there. A contact may be broken: after
each release one inhibiting pulse is owed, whatever it says. Time is monotonic milliseconds since
boot, never wall time; every count begins anew at boot. Nothing is pulsed at boot: the state is
what the feedback contact says. docs/safety.md shows both tables as a diagram made from them.
"""

from collections import namedtuple

from firmware.logic.const import const
from firmware.logic.road.trusted_speed import STILL_MM_S
from shared_protocol.records import RELAY_ENABLED as ENABLED
from shared_protocol.records import RELAY_INHIBITED as INHIBITED
from shared_protocol.records import (
    STARTABLE_IGNITION_ON,
    STARTABLE_MOVES,
    STARTABLE_NO_LINE,
    STARTABLE_NO_SIGN,
    STARTABLE_RELAY,
)

# Events.
BADGE_ACCEPTED = 1
SAFE_TO_INHIBIT = 2  # the whole condition above, and nothing less
CONTACT_SHOWS_ENABLED = 3
CONTACT_SHOWS_INHIBITED = 4

# What the caller must do with the coils.
NO_PULSE = 0
PULSE_ENABLE = 1
PULSE_INHIBIT = 2

TRANSITIONS = {
    (ENABLED, BADGE_ACCEPTED): (ENABLED, PULSE_ENABLE),  # costs nothing, helps if the contact lies
    (ENABLED, SAFE_TO_INHIBIT): (INHIBITED, PULSE_INHIBIT),
    (ENABLED, CONTACT_SHOWS_ENABLED): (ENABLED, NO_PULSE),
    (ENABLED, CONTACT_SHOWS_INHIBITED): (INHIBITED, NO_PULSE),  # a pulse failed, or a hand moved it
    (INHIBITED, BADGE_ACCEPTED): (ENABLED, PULSE_ENABLE),
    (INHIBITED, SAFE_TO_INHIBIT): (INHIBITED, NO_PULSE),
    (INHIBITED, CONTACT_SHOWS_ENABLED): (ENABLED, NO_PULSE),  # the sealed local override
    (INHIBITED, CONTACT_SHOWS_INHIBITED): (INHIBITED, NO_PULSE),
}
"""(state, event) -> (state after, pulse). Complete: every state with every event."""

IGNITION_OFF_MS = 65_000
STILL_MS = 60_000
IGNITION_OFF_ALONE_MS = 600_000
ENABLE_AGAIN_MS = 1_000
INHIBIT_AGAIN_MS = 30_000

Wait = namedtuple("Wait", ("state", "timeout_ms", "then", "ends_before"))

WAITS = {
    "ignition off": Wait(ENABLED, IGNITION_OFF_MS, SAFE_TO_INHIBIT, "ignition on, badge, trip"),
    # together with the one above
    "still": Wait(ENABLED, STILL_MS, SAFE_TO_INHIBIT, "a sign moves or is lost, badge, trip"),
    # in place of both, with too few valid signs
    "ignition off alone": Wait(
        ENABLED, IGNITION_OFF_ALONE_MS, SAFE_TO_INHIBIT, "ignition on, a sign moves, badge, trip"
    ),
    # the contact shows that an accepted badge moved nothing
    "enable again": Wait(
        INHIBITED, ENABLE_AGAIN_MS, BADGE_ACCEPTED, "contact shows enabled, 5 tries, trip over"
    ),
    # and that an inhibit did not, which hurts nobody
    "inhibit again": Wait(
        ENABLED, INHIBIT_AGAIN_MS, SAFE_TO_INHIBIT, "contact shows inhibited, badge, trip"
    ),
}
"""Every wait: the state it is in, its timeout, the event that follows, and what ends it before.

INHIBITED itself has no timeout: only the one door leads out of it.
"""

ENABLE_TRIES = const(5)

# What was not looked at for longer than this was not seen unbroken.
LONGEST_BLINK_MS = const(5_000)
_SIGNS_WANTED = const(2)


class Immobiliser:
    """The relay's state machine.

    Attribute to read: `state` (ENABLED or INHIBITED); to set: `ignition_proven`.
    """

    def __init__(
        self,
        contact: int,
        now_ms: int,
        *,
        signs: int = 1,
        ignition_proven: bool = False,
        line_fitted: bool = True,
    ):
        """Begin at what the feedback contact shows, with so many signs fitted, counts at 0."""
        self.state = contact
        self._line_fitted = line_fitted
        self.ignition_proven = ignition_proven
        self._looked_ms = now_ms
        self._off_since_ms = None
        self._still_since_ms = [None] * signs  # type: list[int | None]
        self._valid = 0  # how many signs are
        self._moved_ms = now_ms
        self._tries_left = 0
        self._pulsed_ms = now_ms

    def sense(self, now_ms: int, ignition_on: bool, signs: tuple) -> None:
        """Look at the raw ignition line and at each sign: a fresh speed in mm/s, None for none.

        To be called once a second or more often, and at each edge of the ignition line.
        """
        if now_ms - self._looked_ms > LONGEST_BLINK_MS:
            self._begin_counting_anew(now_ms)
        self._looked_ms = now_ms
        if ignition_on or not self._line_fitted:
            self._off_since_ms = None
        elif self._off_since_ms is None:
            self._off_since_ms = now_ms
        self._valid = 0
        for number, speed_mm_s in enumerate(signs):
            if speed_mm_s is not None:
                self._valid += 1
            if speed_mm_s is None or speed_mm_s > STILL_MM_S:
                self._still_since_ms[number] = None
            elif self._still_since_ms[number] is None:
                self._still_since_ms[number] = now_ms
            if speed_mm_s is not None and speed_mm_s > STILL_MM_S:
                self._moved_ms = now_ms

    def contact(self, contact: int) -> None:
        """Believe the feedback contact (ENABLED or INHIBITED)."""
        self._enter(CONTACT_SHOWS_ENABLED if contact == ENABLED else CONTACT_SHOWS_INHIBITED)

    def badge_accepted(self, now_ms: int) -> int:
        """Take the one door out of INHIBITED; return the pulse to give.

        The counts begin anew, so that a car that stood for hours is not inhibited before its trip
        is open.
        """
        self._begin_counting_anew(now_ms)
        self._tries_left = ENABLE_TRIES
        self._pulsed_ms = now_ms
        return self._enter(BADGE_ACCEPTED)

    def step(self, now_ms: int, start_held: bool, owed: bool = False) -> int:
        """Return the pulse to give now.

        `start_held`: a trip is open and not paused. `owed`: no inhibiting pulse has been given
        since the start was enabled last.
        """
        since_pulse_ms = now_ms - self._pulsed_ms
        if start_held:
            if self.state == ENABLED or not self._tries_left:
                return NO_PULSE
            if since_pulse_ms < ENABLE_AGAIN_MS:
                return NO_PULSE
            self._tries_left -= 1
            event = BADGE_ACCEPTED
        else:
            self._tries_left = 0
            if since_pulse_ms < INHIBIT_AGAIN_MS or not self.is_safe(now_ms):
                return NO_PULSE
            if owed and self.state == INHIBITED:
                self.state = ENABLED  # until it is given: the contact may be broken
            event = SAFE_TO_INHIBIT
        pulse = self._enter(event)
        if pulse != NO_PULSE:
            self._pulsed_ms = now_ms
        return pulse

    def off_for_ms(self, now_ms: int) -> int:
        """For how long the ignition has been seen off without a break; 0 while it is on."""
        if self._off_since_ms is None or now_ms - self._looked_ms > LONGEST_BLINK_MS:
            return 0
        return now_ms - self._off_since_ms

    def parked_for_ms(self, now_ms: int) -> int:
        """For how long the ignition has been off in a car that is safe to inhibit; 0 in another."""
        return self.off_for_ms(now_ms) if self.is_safe(now_ms) else 0

    def hinders(self, now_ms: int) -> int:
        """What keeps the car from being safe to inhibit, of records.STARTABLE_*."""
        if not self._line_fitted:
            return STARTABLE_NO_LINE
        if not self.off_for_ms(now_ms):
            return STARTABLE_IGNITION_ON
        if self.is_safe(now_ms):
            return STARTABLE_RELAY
        return STARTABLE_MOVES if self._valid else STARTABLE_NO_SIGN

    def is_safe(self, now_ms: int) -> bool:
        """Whether ignition and signs have been quiet for as long as the law wants."""
        off_ms = self.off_for_ms(now_ms)
        still = 0
        for since_ms in self._still_since_ms:
            if since_ms is not None and now_ms - since_ms >= STILL_MS:
                still += 1
        if off_ms < IGNITION_OFF_MS or still < self._valid:
            return False
        if still and still >= min(_SIGNS_WANTED, len(self._still_since_ms)):
            return True
        return (
            self.ignition_proven
            and off_ms >= IGNITION_OFF_ALONE_MS
            and now_ms - self._moved_ms > IGNITION_OFF_ALONE_MS
        )

    def _begin_counting_anew(self, now_ms: int) -> None:
        self._off_since_ms = None
        self._still_since_ms = [None] * len(self._still_since_ms)
        self._moved_ms = now_ms

    def _enter(self, event: int) -> int:
        self.state, pulse = TRANSITIONS[self.state, event]
        return pulse


class DoorOnly(Immobiliser):
    """A car without a proven start line: no relay is fitted, so nothing is ever pulsed.

    It still tells how long the car has been parked. `state` stays what NoRelay shows.
    """

    def contact(self, contact: int) -> None:
        """There is none."""

    def _enter(self, event: int) -> int:
        return NO_PULSE
