"""Where feedback contact, crank and motion contradict each other: told, and nothing more.

Each kind once a trip, or a day. Believes none of them and moves nothing: law 1 holds with any of
them broken.
"""

from firmware.logic.const import const
from firmware.logic.signs.ignition_line import LONGEST_BLINK_MS, MOVING_MM_S, SURE_MS
from shared_protocol.records import (
    CONTRADICTION_CRANKED,
    CONTRADICTION_DRIVEN,
    CONTRADICTION_IGNITION_OFF,
    CONTRADICTION_NEVER_OPENS,
    RELAY_ENABLED,
    RELAY_INHIBITED,
    Contradiction,
)

_DAY_MS = const(86_400_000)
# A coil that has lost one pulse is no contradiction yet.
_PULSES = const(3)


class Contradictions:
    """What has been seen since the ignition came on, and told in this trip."""

    def __init__(self, now_ms: int):
        """Begin with nothing told."""
        self._told = 0  # bit by bit
        self._told_ms = self._looked_ms = now_ms
        self._drives_since_ms = None  # with the start inhibited, as the contact says
        self._cranked = False
        self._pulses = 0  # that inhibit, since the contact last showed inhibited or a badge came

    def begin_trip(self) -> None:
        """A badge has enabled the start."""
        self._told = self._pulses = 0

    def inhibits(self) -> None:
        """An inhibiting pulse was given."""
        self._pulses = min(self._pulses + 1, _PULSES)

    def look(
        self,
        now_ms: int,
        *,
        contact: int,
        ignition_on: bool,
        cranked: bool,
        speed_mm_s: int | None,
        line_denied: bool,
    ) -> tuple:
        """The records of what is seen now; `line_denied`: it moves with the ignition line off."""
        if now_ms - self._told_ms >= _DAY_MS:
            self._told = 0
        self._cranked = ignition_on and (cranked or self._cranked)
        if contact == RELAY_INHIBITED:
            self._pulses = 0
        drives = ignition_on and speed_mm_s is not None and speed_mm_s >= MOVING_MM_S
        if not drives or contact != RELAY_INHIBITED:
            self._drives_since_ms = None
        elif self._drives_since_ms is None or now_ms - self._looked_ms > LONGEST_BLINK_MS:
            self._drives_since_ms = now_ms
        self._looked_ms = now_ms
        records = ()
        if self._drives_since_ms is not None and now_ms - self._drives_since_ms >= SURE_MS:
            kind = CONTRADICTION_CRANKED if self._cranked else CONTRADICTION_DRIVEN
            records += self._tell(kind, now_ms)
        if contact == RELAY_ENABLED and self._pulses >= _PULSES:
            records += self._tell(CONTRADICTION_NEVER_OPENS, now_ms)
        if line_denied:
            records += self._tell(CONTRADICTION_IGNITION_OFF, now_ms)
        return records

    def _tell(self, kind: int, now_ms: int) -> tuple:
        if self._told >> kind & 1:
            return ()
        if not self._told:
            self._told_ms = now_ms
        self._told |= 1 << kind
        return (Contradiction(kind),)
