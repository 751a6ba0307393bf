"""Law 1, the engine. This file alone says when the relay in the start line may move.

    The relay interrupts the start request, never ignition or fuel. It changes to INHIBITED only
    when all of this holds at the same instant:
      - no trip is open, or its driver paused it;
      - the ignition line has been off for 65 s without a break;
      - the car has been still for 60 s without a break, by a valid sign. An unknown speed is not
        zero, and a sign that is not valid does not count. With no valid sign at all (underground),
        ignition off for 10 min without a break suffices, provided that commissioning saw the line
        both on and off (`ignition_proven`, false unless the identity file says so).
    Nothing shortens this: no command, crash, reset, clock jump, expired grant or revoked badge.
    There is one door out of INHIBITED: an accepted badge (a driver's or a technician's), or the
    sealed local override, a hardware switch that shows on the feedback contact.

With no trip open the box always wants the car inhibited, so a remote inhibit asks for nothing
stronger: it is answered by commands.py when the relay gets there. Time is monotonic milliseconds
since boot, never wall time; every count begins anew at boot. Nothing is pulsed at boot: the state
is what the feedback contact says.
"""

from firmware.logic.const import const
from shared_protocol.records import RELAY_ENABLED as ENABLED
from shared_protocol.records import RELAY_INHIBITED as INHIBITED

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

_IGNITION_OFF_MS = const(65_000)
_STILL_MS = const(60_000)
_IGNITION_OFF_ALONE_MS = const(600_000)

# Slower than any walk; above what a standing receiver shows. Too low only delays the inhibit.
_STILL_MM_S = const(500)
# What was not looked at for longer than this was not seen unbroken.
_LONGEST_BLINK_MS = const(5_000)
# The box tries again when the contact shows that an accepted badge did not move the relay.
_ENABLE_RETRIES = const(5)
_ENABLE_RETRY_MS = const(1_000)
# And when an inhibit did not move it, which hurts nobody.
_INHIBIT_RETRY_MS = const(30_000)


class Immobiliser:
    """The relay's state machine. Attribute to read: `state` (ENABLED or INHIBITED)."""

    def __init__(self, contact: int, now_ms: int, ignition_proven: bool = False):
        """Begin at what the feedback contact shows; every count begins at `now_ms`."""
        self.state = contact
        self._ignition_proven = ignition_proven
        self._looked_ms = now_ms
        self._off_since_ms = None
        self._still_since_ms = None
        self._sign_valid = False
        self._moved_ms = now_ms
        self._retries = 0
        self._pulsed_ms = now_ms - _INHIBIT_RETRY_MS

    def sense(self, now_ms: int, ignition_on: bool, speed_mm_s: int | None) -> None:
        """Look at the signs: the raw ignition line, and a fresh speed or None when there is none.

        To be called once a second or more often, and at each edge of the ignition line.
        """
        if now_ms - self._looked_ms > _LONGEST_BLINK_MS:
            self._begin_counting_anew(now_ms)
        self._looked_ms = now_ms
        if ignition_on:
            self._off_since_ms = None
        elif self._off_since_ms is None:
            self._off_since_ms = now_ms
        self._sign_valid = speed_mm_s is not None
        if speed_mm_s is None:
            self._still_since_ms = None
        elif speed_mm_s > _STILL_MM_S:
            self._still_since_ms = None
            self._moved_ms = now_ms
        elif self._still_since_ms is None:
            self._still_since_ms = now_ms

    def contact(self, contact: int) -> None:
        """Believe the feedback contact (ENABLED or INHIBITED)."""
        self._enter(CONTACT_SHOWS_ENABLED if contact == ENABLED else CONTACT_SHOWS_INHIBITED)

    def badge_accepted(self, now_ms: int) -> int:
        """Take the one door out of INHIBITED; return the pulse to give.

        The counts begin anew, so that a car that stood for hours is not inhibited before its trip
        is open.
        """
        self._begin_counting_anew(now_ms)
        self._retries = _ENABLE_RETRIES
        self._pulsed_ms = now_ms
        return self._enter(BADGE_ACCEPTED)

    def step(self, now_ms: int, start_held: bool) -> int:
        """Return the pulse to give now; `start_held`: a trip is open and not paused."""
        since_pulse_ms = now_ms - self._pulsed_ms
        if start_held:
            if self.state == ENABLED or not self._retries or since_pulse_ms < _ENABLE_RETRY_MS:
                return NO_PULSE
            self._retries -= 1
            event = BADGE_ACCEPTED
        else:
            self._retries = 0
            if since_pulse_ms < _INHIBIT_RETRY_MS or not self.is_safe(now_ms):
                return NO_PULSE
            event = SAFE_TO_INHIBIT
        pulse = self._enter(event)
        if pulse != NO_PULSE:
            self._pulsed_ms = now_ms
        return pulse

    def is_safe(self, now_ms: int) -> bool:
        """Whether the ignition and the car have been quiet for as long as the law wants."""
        if self._off_since_ms is None or now_ms - self._looked_ms > _LONGEST_BLINK_MS:
            return False
        off_ms = now_ms - self._off_since_ms
        if self._sign_valid:
            return (
                off_ms >= _IGNITION_OFF_MS
                and self._still_since_ms is not None
                and now_ms - self._still_since_ms >= _STILL_MS
            )
        return (
            self._ignition_proven
            and off_ms >= _IGNITION_OFF_ALONE_MS
            and now_ms - self._moved_ms > _IGNITION_OFF_ALONE_MS
        )

    def _begin_counting_anew(self, now_ms: int) -> None:
        self._off_since_ms = None
        self._still_since_ms = None
        self._moved_ms = now_ms

    def _enter(self, event: int) -> int:
        self.state, pulse = TRANSITIONS[self.state, event]
        return pulse
