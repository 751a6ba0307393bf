"""Somebody who fits a box: does in the car what its bench test asks for on the console.

Knows the console's lines only, and never what the box does else.
"""

import json
from typing import Any

from simulator.devices.car import Car
from simulator.engine.timeline import Timeline

_HAND_S = 2.0  # from reading what is wanted to doing it
_HOLD_BADGE_S = 2.0
_DOOR_S = 3.0
_PREFIX = b"bench: "
_LONGEST_LINE_BYTES = 1024


class Fitter:
    """Attributes to read: `lines`, all that was said; `results`, of each check that has ended.

    `end`: the last line, None before.

    Args:
        timeline: the world's clock.
        car: that the hands are in.
        badge: that is held to the reader when one is wanted; None: there is none.
    """

    def __init__(self, timeline: Timeline, car: Car, badge: bytes | None) -> None:
        self.lines: list[dict[str, Any]] = []
        self.results: dict[str, dict[str, Any]] = {}
        self.end: dict[str, Any] | None = None
        self._timeline = timeline
        self._car = car
        self._badge = badge
        self._heard = b""

    def hear(self, data: bytes) -> None:
        """Take what the console says, cut anywhere."""
        *lines, rest = (self._heard + data).split(b"\n")
        self._heard = rest[-_LONGEST_LINE_BYTES:]
        for line in lines:
            if line.startswith(_PREFIX):
                self._read(json.loads(line.removeprefix(_PREFIX)))

    def _read(self, said: dict[str, Any]) -> None:
        self.lines.append(said)
        if "done" in said:
            self.end = said
        elif said.get("outcome") == "waiting":
            self._timeline.call_later(_HAND_S, lambda: self._do(said.get("value")))
        elif "check" in said:
            self.results[said["check"]] = said

    def _do(self, wanted: str | None) -> None:
        car = self._car
        match wanted:
            case "switch on":
                car.set_ignition(True)
            case "switch off":
                car.set_ignition(False)
            case "start":
                car.crank()
            case "open a door":
                car.wires.set_door(True)
                self._timeline.call_later(_DOOR_S, lambda: car.wires.set_door(False))
            case "hold a badge" if self._badge is not None:
                car.present_badge(self._badge, _HOLD_BADGE_S)
