"""Two weeks of trips behind a demonstration car, told as a box would have told them.

They are real records through the real pipeline, so what the pages show of them is no special case.
"""

from datetime import datetime, time, timedelta
from random import Random

from server.demo import fleet
from server.fleet.bookings import Wanted
from server.fleet.model.bookings import Vehicle
from server.fleet.model.people import Agent
from server.fleet.recurrence import PARIS
from server.fleet.refusals import Refused
from server.gateway.pipeline import Pipeline
from server.store import BoxAccount, Store
from shared_protocol import records
from shared_protocol.badges import badge_tag

_DAYS = 14
_OUTINGS = ((8, 11), (14, 17))  # local hours
_HOW_OFTEN = 0.6  # of the outings of a working day
_ODOMETER_M = {"GK-418-TR": 48_213_400, "FX-752-BM": 12_874_900}
_REFUSED_EVERY = 4  # trips
_METRES_BETWEEN_RECORDS = 1_500
_SPEED_M_S = 14


async def write(store: Store, wire_id: bytes, plate: str, now_s: int) -> None:
    """Let the box of this car have reported its past two weeks."""
    box = await store.boxes.by_wire_id(wire_id)
    assert box is not None, "just made"
    agents = [agent for agent in await store.agents.all() if agent.login in fleet.BADGES]
    vehicle = next(car for car in await store.vehicles.all() if car.plate == plate)
    teller = _Teller(store, box, vehicle, _ODOMETER_M[plate])
    chance = Random(plate)
    today = datetime.fromtimestamp(now_s, PARIS).date()
    for days in range(_DAYS, 0, -1):
        day = today - timedelta(days=days)
        for from_hour, to_hour in _OUTINGS:
            if day.weekday() < 5 and chance.random() < _HOW_OFTEN:
                starts, ends = (
                    int(datetime.combine(day, time(hour), PARIS).timestamp())
                    for hour in (from_hour, to_hour)
                )
                await teller.outing(chance.choice(agents), starts, ends, chance)


class _Teller:
    """Writes one box's records in order."""

    def __init__(self, store: Store, box: BoxAccount, vehicle: Vehicle, odometer_m: int) -> None:
        self._store = store
        self._pipeline = Pipeline(store)
        self._box = box
        self._vehicle = vehicle
        self._odometer_m = odometer_m
        self._next_seq = 1
        self._trips = 0

    async def outing(self, agent: Agent, starts_at_s: int, ends_at_s: int, chance: Random) -> None:
        """One booking with its trip: out, a stop, and back to the car park."""
        # No action: it stands as it was booked then, by the rules of then.
        wanted = Wanted(
            vehicle_id=self._vehicle.vehicle_id,
            starts_at_s=starts_at_s,
            ends_at_s=ends_at_s,
            purpose=chance.choice(fleet.PURPOSES),
        )
        try:
            booking = await self._store.bookings.create(wanted, agent.agent_id, starts_at_s)
        except Refused:
            return  # told before, by a preparation that was interrupted
        at_s = starts_at_s + chance.randint(60, 900)
        tag = badge_tag(self._box.badge_key, fleet.BADGES[agent.login])
        told = []
        if self._trips % _REFUSED_EVERY == 1:
            told.append(self._refusal(tag, starts_at_s, chance))
        start = records.TripStart(tag, booking.booking_id, self._odometer_m, *fleet.PARK_E7, 0, 0)
        told.append(records.to_record(at_s, start))
        one_way_m = chance.randint(4_000, 38_000)
        for _ in ("out", "back"):
            at_s = self._leg(told, at_s + chance.randint(20, 60), one_way_m)
            at_s += chance.randint(600, 2_400)
        end = records.TripEnd(self._odometer_m, *fleet.PARK_E7, records.END_BADGE_HELD)
        told.append(records.to_record(at_s, end))
        await self._pipeline.accept(self._box, 1, self._next_seq, 1, told, at_s + 2)
        self._next_seq += len(told)
        self._trips += 1

    def _refusal(self, tag: bytes, starts_at_s: int, chance: Random) -> records.Record:
        """A stranger's card, or an agent who could not wait for the booking to begin."""
        if chance.random() < 0.5:
            return records.to_record(
                starts_at_s - 300, records.Refusal(tag, records.REFUSED_TOO_EARLY)
            )
        stranger = badge_tag(self._box.badge_key, fleet.STRANGER_BADGE)
        return records.to_record(
            starts_at_s + 20, records.Refusal(stranger, records.REFUSED_UNKNOWN_BADGE)
        )

    def _leg(self, told: list[records.Record], at_s: int, length_m: int) -> int:
        """Add a leg's records; return when it ended."""
        told.append(records.to_record(at_s, records.LegStart(self._odometer_m)))
        arrival_m = self._odometer_m + length_m
        while self._odometer_m < arrival_m:
            step_m = min(_METRES_BETWEEN_RECORDS, arrival_m - self._odometer_m)
            self._odometer_m += step_m
            at_s += step_m // _SPEED_M_S + 1
            told.append(records.to_record(at_s, records.Odometer(self._odometer_m)))
        told.append(records.to_record(at_s + 5, records.LegEnd(self._odometer_m)))
        return at_s + 5
