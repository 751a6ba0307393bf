"""The ordered pipeline of a batch of records: read, attribute, apply the rules, commit.

Only when `accept` has returned is the batch on disk, and only then may an Ack leave. Never here:
SQL, sockets, or what a record means.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate

from server.fleet import trips
from server.fleet.model.bookings import Booking
from server.fleet.model.people import Badge
from server.fleet.own_time import When, when
from server.fleet.records import Holder
from server.gateway.tags import Tags, among
from server.gateway.translate import body_of, read_record
from server.store import Batch, BoxAccount, Held, Store
from shared_protocol.messages import chained
from shared_protocol.records import (
    REFUSED_WRONG_CAR,
    Occupant,
    Record,
    Refusal,
    TripHandover,
    TripStart,
)

Body = tuple[object, ...] | None
Named = TripStart | TripHandover | Refusal | Occupant


class Pipeline:
    """One for all boxes.

    Args:
        store: where records go.
    """

    def __init__(self, store: Store) -> None:
        self.committed = 0  # records since the start; one that a box tells again counts again
        self._store = store
        self._tags = Tags(store)

    async def accept(
        self,
        box: BoxAccount,
        epoch: int,
        first_seq: int,
        lowest_seq: int,
        records: list[Record],
        received_at_s: int,
        chain: int | None = None,
    ) -> Held:
        """Commit what is new in a batch.

        Args:
            box: whose records they are.
            epoch: in which the box counts.
            first_seq: of `records[0]`; the others follow without a hole.
            lowest_seq: the oldest record the box says it still holds.
            records: as they came.
            received_at_s: the time of arrival.
            chain: of the record before them; None from who keeps none.

        Returns:
            Up to which record everything is committed: what the Ack says.
        """
        bodies = [body_of(record) for record in records]
        chains = () if chain is None else tuple(accumulate(records, chained, initial=chain))

        times = _Times(self._store, box, records, received_at_s)

        def batch(holders: list[Holder]) -> Batch:
            read = zip(records, holders, strict=True)
            return Batch(
                box.box_id,
                epoch,
                first_seq,
                lowest_seq,
                tuple(read_record(record, holder, received_at_s) for record, holder in read),
                received_at_s,
                chains,
            )

        def batch_of_booked() -> Batch | None:
            holders = self._booked(box, bodies, times)
            return None if holders is None else batch(holders)

        held = await self._store.records.append_read(batch_of_booked, trips.follow)
        if held is None:
            holders = await self._holders(box, bodies, times)
            held = await self._store.records.append(batch(holders), trips.follow)
        self.committed += min(len(records), max(0, held.seq + 1 - first_seq))
        return held

    def _booked(self, box: BoxAccount, bodies: list[Body], times: "_Times") -> list[Holder] | None:
        """Return who each record is about, if badges are named only by trips of their bookings.

        That is the rule, and costs a few lines of the database; None: it wants a longer look.
        Call it in a thread that may read.
        """
        named = _names_badge(bodies)
        if not all(isinstance(body, TripStart | TripHandover) for body in named):
            return None
        bookings, found = self._likely(box, named) if named else ({}, {})
        cars = times.cars() if named else ()
        for body, car in zip(bodies, cars, strict=False):
            if not isinstance(body, Named):
                continue
            if body.badge_tag not in found or _booking_of(car, body, bookings) is None:
                return None
        return self._judged(bodies, times, bookings, found)

    async def _holders(self, box: BoxAccount, bodies: list[Body], times: "_Times") -> list[Holder]:
        """Return who each record is about, for those that name a badge."""
        named = _names_badge(bodies)
        tags = {body.badge_tag for body in named}
        bookings, found = await self._store.in_reader(
            lambda: self._likely(box, named), lane="quick"
        )
        if missing := tags - found.keys():
            found |= await self._tags.search(box, missing, times.received_at_s)
        holders = await self._store.in_reader(
            lambda: self._judged(bodies, times, bookings, found), lane="quick"
        )
        wrong = [isinstance(b, Refusal) and b.reason == REFUSED_WRONG_CAR for b in bodies]
        if not any(wrong):
            return holders
        cars = await self._store.in_reader(times.cars, lane="quick")
        return [
            await self._with_right_car(cars[i], holder, times.about_s(i)) if wrong[i] else holder
            for i, holder in enumerate(holders)
        ]

    def _likely(
        self, box: BoxAccount, named: list[Named]
    ) -> tuple[dict[int, Booking], dict[bytes, Badge]]:
        """Return the bookings that trips name, and which of the tags are their people's."""
        booking_ids = {
            body.grant_id for body in named if isinstance(body, TripStart | TripHandover)
        }
        bookings, badges = self._store.access.aboard(booking_ids)
        return bookings, among(box, {body.badge_tag for body in named}, badges)

    def _judged(
        self,
        bodies: list[Body],
        times: "_Times",
        bookings: Mapping[int, Booking],
        found: Mapping[bytes, Badge],
    ) -> list[Holder]:
        """Return who each record is about, by what held at its own time; in a reader's thread."""
        if not _names_badge(bodies):
            return [Holder()] * len(bodies)
        return [
            self._store.access.holder(
                found.get(body.badge_tag), times.when(i), _booking_of(car, body, bookings)
            )
            if isinstance(body, Named)
            else Holder()
            for i, (body, car) in enumerate(zip(bodies, times.cars(), strict=True))
        ]

    async def _with_right_car(self, vehicle_id: int, holder: Holder, at_s: int) -> Holder:
        """Add the booking of the car that they should have gone to."""
        if holder.agent_id is None:
            return holder
        right = await self._store.bookings.elsewhere(holder.agent_id, vehicle_id, at_s)
        return replace(holder, booking_id=right.booking_id if right else None)


class _Times:
    """When each record of a batch was made.

    Args:
        store: knows what the box told before.
        box: whose they are.
        records: the batch.
        received_at_s: when it arrived.
    """

    def __init__(
        self, store: Store, box: BoxAccount, records: list[Record], received_at_s: int
    ) -> None:
        self.received_at_s = received_at_s
        self._store = store
        self._box = box
        self._records = records

    def about_s(self, index: int) -> int:
        """Return the box's time, or that of arrival where the box knew none."""
        return self._records[index].time_s or self.received_at_s

    def cars(self) -> list[int]:
        """Return in which car each was made; call it in a reader's thread."""
        return self._store.access.cars_of(
            self._box.box_id,
            [record.time_s or None for record in self._records],
            self.received_at_s,
        )

    def when(self, index: int) -> When:
        """Return what is known of when it was made; call it in a reader's thread."""
        return when(
            self._records[index].time_s or None,
            self.received_at_s,
            lambda: self._told_before_s(index),
        )

    def _told_before_s(self, index: int) -> int | None:
        for record in reversed(self._records[:index]):
            at_s = int(record.time_s)
            if 0 < at_s <= self.received_at_s:
                return at_s
        return self._store.access.told_before_s(self._box.box_id, self.received_at_s)


def _names_badge(bodies: list[Body]) -> list[Named]:
    return [body for body in bodies if isinstance(body, Named)]


def _booking_of(vehicle_id: int, body: Named, bookings: Mapping[int, Booking]) -> Booking | None:
    """Return the booking of a trip; no box may charge a booking of another car than its own."""
    if not isinstance(body, TripStart | TripHandover):
        return None
    booking = bookings.get(body.grant_id)
    return booking if booking is not None and booking.vehicle_id == vehicle_id else None
