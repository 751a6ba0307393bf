"""The ordered pipeline of a batch of records: read, attribute, apply the rules, commit.

Only when `accept` has returned is the batch on disk, and only then may an Ack leave. Never here:
SQL, sockets, or what a record means.
"""

from collections.abc import Mapping
from itertools import accumulate

from server.fleet import trips
from server.fleet.model import Badge, Booking
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

        def batch(holders: list[Holder]) -> Batch:
            read = zip(records, holders, strict=True)
            return Batch(
                box.box_id,
                box.vehicle_id,
                epoch,
                first_seq,
                lowest_seq,
                tuple(read_record(record, holder, received_at_s) for record, holder in read),
                received_at_s,
                chains,
            )

        def batch_of_booked() -> Batch | None:
            holders = self._booked(box, bodies)
            return None if holders is None else batch(holders)

        held = await self._store.records.append_read(batch_of_booked, trips.follow)
        if held is None:
            holders = await self._holders(box, records, bodies, received_at_s)
            held = await self._store.records.append(batch(holders), trips.follow)
        return held

    def _booked(self, box: BoxAccount, bodies: list[Body]) -> list[Holder] | None:
        """Return who each record is about, if badges are named only by trips of their bookings.

        That is the rule, and costs a few lines of the database; None: it wants a longer look.
        Call it in a thread that may read.
        """
        named = _names_badge(bodies)
        if not all(isinstance(body, TripStart | TripHandover) for body in named):
            return None
        bookings, found = self._likely(box, named) if named else ({}, {})
        holders = []
        for body in bodies:
            booked = _booked_by(box, body, bookings, found)
            if isinstance(body, TripStart | TripHandover) and (
                booked is None or body.badge_tag not in found
            ):
                return None
            holders.append(booked or Holder())
        return holders

    async def _holders(
        self, box: BoxAccount, records: list[Record], bodies: list[Body], received_at_s: int
    ) -> list[Holder]:
        """Return who each record is about, for those that name a badge."""
        named = _names_badge(bodies)
        tags = {body.badge_tag for body in named}
        bookings, found = await self._store.in_reader(
            lambda: self._likely(box, named), lane="quick"
        )
        if missing := tags - found.keys():
            found |= await self._tags.search(box, missing, received_at_s)
        return [
            await self._holder(box, body, record.time_s or received_at_s, bookings, found)
            for record, body in zip(records, bodies, strict=True)
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

    async def _holder(
        self,
        box: BoxAccount,
        body: Body,
        at_s: int,
        bookings: Mapping[int, Booking],
        found: Mapping[bytes, Badge],
    ) -> Holder:
        if not isinstance(body, Named):
            return Holder()
        if (booked := _booked_by(box, body, bookings, found)) is not None:
            return booked
        badge = found.get(body.badge_tag)
        agent = await self._store.agents.get(badge.agent_id) if badge else None
        if agent is None:
            return Holder()
        if not _before_wrong_car(body):
            return Holder(agent.agent_id, agent.directorate_id)
        right = await self._store.bookings.elsewhere(agent.agent_id, box.vehicle_id, at_s)
        booking_id = right.booking_id if right else None
        return Holder(agent.agent_id, agent.directorate_id, booking_id)


def _names_badge(bodies: list[Body]) -> list[Named]:
    return [body for body in bodies if isinstance(body, Named)]


def _booked_by(
    box: BoxAccount, body: Body, bookings: Mapping[int, Booking], found: Mapping[bytes, Badge]
) -> Holder | None:
    """Return who a trip is about by its booking; no box may charge a booking of another car."""
    if not isinstance(body, TripStart | TripHandover):
        return None
    booking = bookings.get(body.grant_id)
    if booking is None or booking.vehicle_id != box.vehicle_id:
        return None
    badge = found.get(body.badge_tag)
    # The booking answers for the cost, whoever holds the badge.
    agent_id = badge.agent_id if badge else booking.agent_id
    return Holder(agent_id, booking.directorate_id, booking.booking_id, booking.private)


def _before_wrong_car(body: Body) -> bool:
    return isinstance(body, Refusal) and body.reason == REFUSED_WRONG_CAR
