"""What a scenario may expect, and what is found instead: the car's wires, its box, the server.

Looks and changes nothing. A method for each of scenario.py's words behind `expect`.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from simulator.devices.car import Car
from simulator.play.panel import shown

Finding = tuple[object, bool]  # what was found, and whether it is what was expected


class Findings:
    """What can be found at one instant.

    Args:
        car: the car.
        ask_server: returns what the server holds, as operator.py reads it.
        ask_phone: returns what the server warns a person of.
        heaps: bytes alive at the end of each day of a commute.
        now_ms: Unix ms.
    """

    def __init__(
        self,
        car: Car,
        ask_server: Callable[[], dict[str, Any]],
        ask_phone: Callable[[str], list[str]],
        heaps: Sequence[int],
        now_ms: int,
    ) -> None:
        self._car = car
        self._ask_server = ask_server
        self._ask_phone = ask_phone
        self._heaps = heaps
        self._now_ms = now_ms

    @cached_property
    def _held(self) -> dict[str, Any]:
        return self._ask_server()

    def of(self, what: str, wanted: tuple[str, ...]) -> Finding:
        """Look for it: the words behind `expect` and their arguments."""
        found: Finding = getattr(self, "_" + what.replace(" ", "_"))(*wanted)
        return found

    # On the car

    def _start(self, wanted: str) -> Finding:
        return _same("allowed" if self._car.starter_allowed else "refused", wanted)

    def _engine(self, wanted: str) -> Finding:
        return _same("running" if self._car.wires.engine_running else "stopped", wanted)

    def _doors(self, wanted: str) -> Finding:
        return _same(self._car.door, wanted)

    def _signal(self, wanted: str) -> Finding:
        return _same((shown(self._car.signals, self._now_ms) or ["nothing"])[-1], wanted)

    def _signal_refused(self, wanted: str) -> Finding:
        return self._signal(f"refused {wanted}")

    def _key(self, wanted: str) -> Finding:
        return _same(self._car.report()["key_generation"], int(wanted))

    def _heap(self, _: str, bytes_: str, _unit: str) -> Finding:
        first, last = self._heaps[0], self._heaps[-1]
        return f"{first} then {last} bytes", abs(last - first) <= float(bytes_)

    # At the server

    def _trips(self, wanted: str) -> Finding:
        return _same(len(self._held["trips"]), int(wanted))

    def _refusals(self, wanted: str) -> Finding:
        return _same(len(self._held["refusals"]), int(wanted))

    def _refusal(self, wanted: str) -> Finding:
        refusals = self._held["refusals"]
        return _same(refusals[-1]["reason"] if refusals else "none", wanted)

    def _end(self, wanted: str) -> Finding:
        return _same(self._last_trip().get("end_reason"), wanted)

    def _driver(self, wanted: str) -> Finding:
        return _same(self._last_trip().get("agent"), wanted)

    def _site(self, wanted: str) -> Finding:
        return _same("wrong" if self._last_trip().get("wrong_site") else "right", wanted)

    def _occupants(self, wanted: str) -> Finding:
        return _same(len(self._last_trip().get("occupants", ())), int(wanted))

    def _assurance(self, wanted: str) -> Finding:
        return _same(self._last_trip().get("assurance"), wanted)

    def _unanswered(self, wanted: str) -> Finding:
        return self._feedback("unanswered", wanted)

    def _unread(self, wanted: str) -> Finding:
        return self._feedback("unread", wanted)

    def _feedback(self, state: str, wanted: str) -> Finding:
        return _same(sum(said[state] for said in self._held["feedback"]), int(wanted))

    def _use(self, wanted: str) -> Finding:
        return _same("private" if self._last_trip().get("private") else "service", wanted)

    def _places(self, wanted: str) -> Finding:
        """Of the last trip's start and end: how many positions the server has."""
        return _same(self._last_trip().get("places_known"), int(wanted))

    def _warned(self, who: str, wanted: str) -> Finding:
        found = self._ask_phone(who)
        return found or "of nothing", wanted in found

    def _late(self, minutes: str, _unit: str) -> Finding:
        return _same(round(self._last_trip().get("late_s", 0) / 60), int(minutes))

    def _mileage(self, _: str, percent: str, _unit: str) -> Finding:
        trips_m = sum(trip["distance_m"] for trip in self._held["trips"])
        off = 100 * (trips_m / self._car.driven_m - 1)
        return f"{trips_m} m of {self._car.driven_m:.0f} m, {off:+.2f} %", abs(off) <= float(
            percent
        )

    def _all(self, _: str) -> Finding:
        stored, lost = self._held["records_stored"], self._held["records_lost"]
        made = self._car.report()["next_seq"] - 1
        return f"{stored} stored, {lost} lost of {made}", stored + lost == made

    def _lost(self, wanted: str) -> Finding:
        lost = self._held["records_lost"]
        return lost, (lost > 0) == (wanted == "some")

    def _last_trip(self) -> dict[str, Any]:
        trips: list[dict[str, Any]] = self._held["trips"]
        return trips[-1] if trips else {}


def _same(found: object, wanted: object) -> Finding:
    return found, found == wanted
